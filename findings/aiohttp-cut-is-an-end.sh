#!/usr/bin/env bash
# In aiohttp's `async for` over a WebSocket, a cut connection looks like a clean end.
#
# Surprise: the loop just ends, after a Close 1000 and after a break in the middle of a message alike.
#   The client of the package websockets raises an error in the second case, from the same form of loop.
# Why it matters: a bot whose server was killed leaves its loop as if it had been told goodbye.
#   Its "came to the end, all done" branch runs, and nothing is in its log.
# Instead: look at `close_code` behind the loop: 1006 is a cut. Or call `receive()` and look at each type.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py aiohttp==3.14.5 websockets==17.4 || exit 2
cat >finding.py <<'PY'
import asyncio, base64, hashlib, sys
import aiohttp, websockets

FIRST = b"\x81\x03one"
ENDS = {"closed with 1000": b"\x88\x02\x03\xe8", "cut within a message": b"\x81\x05tw"}


async def serve(end):
    """A server that says one message and this end, and is gone."""

    async def meet(reader, writer):
        key = b""
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + FIRST + end)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    return server, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def by_aiohttp(url):
    said = []
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as link:
        try:
            async for message in link:
                said.append(message.data)
            how = "the loop ends"
        except Exception as error:
            how = type(error).__name__
        return said, how, link.close_code


async def by_websockets(url):
    said = []
    async with websockets.connect(url, proxy=None) as link:
        try:
            async for message in link:
                said.append(message)
            how = "the loop ends"
        except Exception as error:
            how = type(error).__name__
        return said, how, link.close_code


async def main():
    seen = {}
    for name, end in ENDS.items():
        for client in (by_aiohttp, by_websockets):
            server, url = await serve(end)
            async with server:
                seen[name, client] = await asyncio.wait_for(client(url), 20)
            print(f"  {name}, {client.__name__}: {seen[name, client]}")
    clean, cut = ENDS
    return seen == {
        (clean, by_aiohttp): (["one"], "the loop ends", 1000), (clean, by_websockets): (["one"], "the loop ends", 1000),
        (cut, by_aiohttp): (["one"], "the loop ends", 1006), (cut, by_websockets): (["one"], "ConnectionClosedError", 1006)}


print(f"aiohttp {aiohttp.__version__}, websockets {websockets.__version__}: (messages, how it ends, close_code)")
described = asyncio.run(main())
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

#!/usr/bin/env bash
# curl writes the code of a WebSocket's Close frame into the output, as if it were text.
#
# Surprise: given a ws:// address, libcurl writes the payload of every frame to the output.
#   That of the Close frame is among them: two bytes of code, then the reason.
#   Messages follow one another without a mark, and the Close is never answered.
# Why it matters: a script that reads a chat with curl finds 03 E8 at the end, and no lines.
#   The server waits for an answer to its Close until its time is up.
# Instead: use `curl_ws_recv`, which tells frames apart, or another client.
#   Let messages end with a line end of their own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --only-binary :all: --target py pycurl==7.49.0 || exit 2
cat >finding.py <<'PY'
import base64, hashlib, io, socket, sys, threading
import pycurl

heard = []


def server(listener):
    link, _ = listener.accept()
    link.settimeout(20)
    lines = link.makefile("rb")
    key = b""
    while (line := lines.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"sec-websocket-key":
            key = value.strip()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    link.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    link.sendall(b"\x81\x03one" b"\x81\x03two" b"\x89\x04ping" b"\x88\x05\x03\xe8bye")
    link.shutdown(socket.SHUT_WR)
    heard.append(lines.read())


listener = socket.create_server(("127.0.0.1", 0))
thread = threading.Thread(target=server, args=(listener,), daemon=True)
thread.start()
output = io.BytesIO()
curl = pycurl.Curl()
curl.setopt(curl.URL, f"ws://127.0.0.1:{listener.getsockname()[1]}/")
curl.setopt(curl.WRITEDATA, output)
curl.setopt(curl.TIMEOUT, 20)
curl.setopt(curl.PROXY, "")
try:
    curl.perform()
    end = "no error"
except pycurl.error as error:
    end = str(error)
curl.close()
thread.join(20)
print(pycurl.version.split()[1])
print("Sent: text one, text two, a ping, close 1000 with the reason bye.")
print(f"  the output: {output.getvalue()!r} ({end})")
print(f"  the server heard: {heard[0].hex(' ') if heard else None} (8a 84 is the pong; a close would be 88)")
described = output.getvalue() == b"onetwo\x03\xe8bye" and len(heard) == 1 and heard[0][:2] == b"\x8a\x84" and len(heard[0]) == 10
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

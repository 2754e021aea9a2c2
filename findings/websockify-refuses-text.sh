#!/usr/bin/env bash
# websockify closes the connection of a browser that sends text, with code 1003.
#
# Surprise: it is the usual bridge from a page to a TCP server. Its doc names VNC, but any server will do.
#   What it takes is binary frames alone: `socket.send("hello")`, the first thing one writes, ends it.
#   The server behind sees a connection that comes and goes, without a byte.
# Why it matters: a line server behind it seems to throw people out at their first word.
# Instead: send `new TextEncoder().encode(line)`, and read what comes as binary.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py --no-deps websockify==0.13.0 websocket-client==1.9.2 || exit 2
cat >finding.py <<'PY'
import socket, subprocess, sys, threading, time
from importlib.metadata import version
import websocket

got = []


def backend(listener):
    """A line server: greets, and keeps what it is told until the end."""
    while True:
        link, _ = listener.accept()
        link.sendall(b"welcome\n")
        said = b""
        while piece := link.recv(4096):
            said += piece
        got.append(said)


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=backend, args=(listener,), daemon=True).start()
server = subprocess.Popen([sys.executable, "-m", "websockify", "--unix-listen=web", f"127.0.0.1:{listener.getsockname()[1]}"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def connect():
    for _ in range(400):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect("web")
            return websocket.create_connection("ws://chat.test/", timeout=20, socket=link)
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.05)
    sys.exit("websockify does not listen")


def say(send):
    """What comes after the greeting, and what the server behind was told in all."""
    link = connect()
    greeting = link.recv_frame()
    send(link)
    frame = link.recv_frame()
    link.sock.close()
    deadline = time.monotonic() + 20
    while not got and time.monotonic() < deadline:
        time.sleep(0.05)
    return greeting, frame, got.pop()


try:
    text = say(lambda link: link.send("hello\n"))
    binary = say(lambda link: (link.send_binary(b"hello\n"), link.send_close()))
    print("websockify", version("websockify"))
    print(f"  the greeting of the server behind comes as opcode {text[0].opcode} (2 is binary)")
    print(f"  a text frame is answered by opcode {text[1].opcode} (8 is close), {text[1].data!r}; the server behind got {text[2]!r}")
    print(f"  a binary frame: the server behind got {binary[2]!r}")
    described = text[0].opcode == 2 and text[1].opcode == 8 and text[1].data[:2] == b"\x03\xeb" and text[2] == b"" and binary[2] == b"hello\n"
finally:
    server.terminate()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

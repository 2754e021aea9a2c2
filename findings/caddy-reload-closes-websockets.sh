#!/usr/bin/env bash
# `caddy reload` closes every WebSocket that it carries, also for a change that is none of theirs.
#
# Surprise: a reload is told to lose nothing, and requests under way do end in peace.
#   A WebSocket is ended at once: Caddy itself writes a Close with code 1001 to both sides.
#   To each side it looks as if the other had said so.
# Why it matters: a new host name for another site, and all people of a chat leave and come back in one second.
# Instead: let clients come back after a random while, and take 1001 for an invitation to do so.
#   Later versions of Caddy have `stream_close_delay` for it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download caddy=2.6.2-5 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import base64, hashlib, os, queue, socket, subprocess, sys, threading, time

behind = queue.Queue()


def backend(listener):
    while True:
        link, _ = listener.accept()
        lines = link.makefile("rb")
        key = b""
        while (line := lines.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        link.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x02hi")
        behind.put(link)


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=backend, args=(listener,), daemon=True).start()
web, admin = os.path.abspath("web"), os.path.abspath("admin")
start = f"{{\n admin unix/{admin}\n auto_https off\n}}\n"
chat = f"http://chat.test {{\n bind unix/{web}\n reverse_proxy 127.0.0.1:{listener.getsockname()[1]}\n}}\n"
other = f"http://other.test {{\n bind unix/{web}\n respond other\n}}\n"
for name, text in (("before", start + chat), ("after", start + chat + other)):
    with open(name, "w") as conf:
        conf.write(text)
environment = dict(os.environ, HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd(), XDG_DATA_HOME=os.getcwd())
program = "root/usr/bin/caddy"
print("Caddy", subprocess.run([program, "version"], env=environment, capture_output=True, text=True).stdout.split()[0])
proxy = subprocess.Popen([program, "run", "--config", "before", "--adapter", "caddyfile"], env=environment, stderr=subprocess.DEVNULL)


def read(link, seconds):
    """What comes within this time, up to the first pause after something."""
    link.settimeout(seconds)
    try:
        return link.recv(4096)
    except TimeoutError:
        return b"(nothing)"


try:
    for _ in range(400):
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect("web")
            break
        except OSError:
            time.sleep(0.05)
    client.settimeout(20)
    client.sendall(b"GET /chat HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    greeting = b""
    while not greeting.endswith(b"\x81\x02hi"):
        greeting += client.recv(4096) or sys.exit("caddy has gone")
    server = behind.get(timeout=20)
    quiet = read(client, 1)
    reload = subprocess.run([program, "reload", "--config", "after", "--adapter", "caddyfile", "--address", f"unix/{admin}"],
                            env=environment, capture_output=True, timeout=30)
    to_client, to_server = read(client, 20), read(server, 20)
finally:
    proxy.kill()
    proxy.wait()
print(f"  before the reload the client gets {quiet!r}; the reload adds another site, exit {reload.returncode}")
print(f"  then the client gets {to_client!r} and the server behind {to_server!r} (88 02 03 E9: Close, 1001)")
described = quiet == b"(nothing)" and reload.returncode == 0 and to_client == to_server == b"\x88\x02\x03\xe9"
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

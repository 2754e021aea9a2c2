#!/usr/bin/env bash
# Caddy adds `Accept-Encoding: gzip` to a WebSocket request whose client asked for no such thing.
#
# Surprise: the client sends no Accept-Encoding; the server behind reads that it takes gzip.
#   The HTTP client inside the proxy adds the header, for an upgrade as for any other request.
# Why it matters: a refusal of the upgrade, with a body, comes compressed from a server that believes it.
#   Counting clients by what they take, or recording their heads, counts the proxy.
# Instead: never compress the answer to an upgrade. Or set `transport http { compression off }` in the proxy.
#   `header_up -Accept-Encoding` does not help, since the header is added later.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download caddy=2.6.2-5 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import os, socket, subprocess, sys, threading, time

heads = []


def backend(listener):
    while True:
        link, _ = listener.accept()
        head = b""
        while not head.endswith(b"\r\n\r\n") and (piece := link.recv(4096)):
            head += piece
        heads.append(head.decode())
        link.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        link.close()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=backend, args=(listener,), daemon=True).start()
behind = f"127.0.0.1:{listener.getsockname()[1]}"
for name, more in (("plain", ""), ("cut", "header_up -Accept-Encoding"), ("off", "transport http {\n compression off\n }")):
    with open(name, "w") as conf:
        conf.write("{\n admin off\n auto_https off\n}\nhttp:// {\n bind unix/%s\n reverse_proxy %s {\n %s\n }\n}\n"
                   % (os.path.abspath(f"{name}.sock"), behind, more))
environment = dict(os.environ, HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd(), XDG_DATA_HOME=os.getcwd())
program = "root/usr/bin/caddy"
print("Caddy", subprocess.run([program, "version"], env=environment, capture_output=True, text=True).stdout.split()[0])


def accepts(name):
    """What the server behind reads as Accept-Encoding."""
    proxy = subprocess.Popen([program, "run", "--config", name, "--adapter", "caddyfile"], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(20)
            try:
                link.connect(f"{name}.sock")
                break
            except OSError:
                time.sleep(0.05)
        link.sendall(b"GET /chat HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        link.recv(4096)
        lines = heads[-1].split("\r\n")
        upgrade = any(line.lower() == "upgrade: websocket" for line in lines)
        return upgrade, [line for line in lines if line.lower().startswith("accept-encoding")]
    finally:
        proxy.kill()
        proxy.wait()


plain, cut, off = accepts("plain"), accepts("cut"), accepts("off")
print("The client sends no Accept-Encoding; the server behind reads (upgrade, Accept-Encoding):")
print(f"  plain: {plain}\n  with header_up -Accept-Encoding: {cut}\n  with compression off: {off}")
described = plain == cut == (True, ["Accept-Encoding: gzip"]) and off == (True, [])
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

#!/usr/bin/env bash
# HAProxy gives an HTTP/2 WebSocket client a `sec-websocket-accept` for a key that it made up itself.
#
# Surprise: WebSocket over HTTP/2 (RFC 8441) has neither `sec-websocket-key` nor `sec-websocket-accept`.
#   HAProxy speaks HTTP/1.1 to the server behind, so it makes a key, and hands the server's answer on.
#   The client gets the answer to a question that it never asked.
# Why it matters: a client that checks the header whenever it is there fails, through this proxy alone.
#   And the server behind can't take the key for something that the browser chose.
# Instead: over HTTP/2 let the status 200 decide, and ignore the header.
#   Take no meaning from the key but the hash that the answer needs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 \
  libopentracing-c-wrapper0=1.1.3-3+b1 libopentracing1=1.6.0-4 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py h2==4.4.1 hpack==4.2.0 hyperframe==6.1.0 || exit 2
cat >finding.py <<'PY'
import base64, hashlib, os, socket, subprocess, sys, threading, time
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RemoteSettingsChanged, ResponseReceived

heads = []


def backend(listener):
    link, _ = listener.accept()
    lines = link.makefile("rb")
    head = {}
    while (line := lines.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        head[name.lower().decode()] = value.strip().decode()
    heads.append(head)
    key = head.get("sec-websocket-key", "").encode()
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    link.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n\x81\x02hi")
    lines.read()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=backend, args=(listener,), daemon=True).start()
with open("conf", "w") as conf:
    conf.write(f"""defaults
  mode http
  timeout connect 20s
  timeout client 20s
  timeout server 20s
frontend web
  bind unix@{os.getcwd()}/web proto h2
  default_backend chat
backend chat
  server one 127.0.0.1:{listener.getsockname()[1]}
""")
environment = dict(os.environ, LD_LIBRARY_PATH=os.path.abspath("root/usr/lib/x86_64-linux-gnu"))
program = "root/usr/sbin/haproxy"
print(subprocess.run([program, "-v"], env=environment, capture_output=True, text=True).stdout.split(" - ")[0])
proxy = subprocess.Popen([program, "-db", "-f", "conf"], env=environment, stderr=subprocess.DEVNULL)
try:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(20)
    for _ in range(400):
        try:
            link.connect("web")
            break
        except OSError:
            time.sleep(0.05)
    client = H2Connection(H2Configuration(header_encoding="utf-8"))
    client.initiate_connection()
    link.sendall(client.data_to_send())
    asked, answer, data = False, None, b""
    while not data:
        for event in client.receive_data(link.recv(65536) or sys.exit("haproxy has gone")):
            if isinstance(event, RemoteSettingsChanged) and not asked:
                asked = True
                client.send_headers(client.get_next_available_stream_id(), [
                    (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/chat"),
                    (":authority", "chat.test"), ("sec-websocket-version", "13")])
            if isinstance(event, ResponseReceived):
                answer = dict(event.headers)
            if isinstance(event, DataReceived):
                data += event.data
        link.sendall(client.data_to_send())
finally:
    proxy.kill()
    proxy.wait()
print("  the client sends no key; the server behind gets one:", "sec-websocket-key" in heads[0])
print(f"  the client gets: {answer}, and the first frame {data!r}")
described = answer[":status"] == "200" and "sec-websocket-accept" in answer and "sec-websocket-key" in heads[0]
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

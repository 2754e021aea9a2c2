#!/usr/bin/env bash
# lighttpd's mod_wstunnel makes a WebSocket text message of each read, and cuts characters in two.
#
# Surprise: the module puts a plain TCP server behind a WebSocket. Its default kind of frame is text.
#   Each piece that it happens to read becomes a whole text message, with no look at what is in it.
#   A character that comes in two pieces makes two messages, neither of which is UTF-8.
# Why it matters: browsers must fail the connection (code 1007). It works in tests, on one machine.
#   It breaks for who writes more than ASCII, as soon as a network cuts the stream.
# Instead: set `wstunnel.frame-type = "binary"` and decode the stream in the page.
#   Find the line ends there too: a message is not a line.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download lighttpd=1.4.69-1 libnettle8=3.8.1-2 libxxhash0=0.8.1-1 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py websocket-client==1.9.2 || exit 2
cat >finding.py <<'PY'
import os, socket, subprocess, sys, threading, time
import websocket

HALVES = b"caf\xc3", b"\xa9\n"
first_half_seen = threading.Event()


def backend(listener):
    """A line server whose line comes in two pieces, as a network may deliver it."""
    while True:
        link, _ = listener.accept()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.sendall(HALVES[0])
        first_half_seen.wait(20)
        link.sendall(HALVES[1])
        keep.append(link)


keep = []
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=backend, args=(listener,), daemon=True).start()
with open("conf", "w") as conf:
    conf.write(f'''server.document-root = "{os.getcwd()}"
server.bind = "{os.getcwd()}/web"
server.modules = ("mod_wstunnel")
wstunnel.server = ("/" => (("host" => "127.0.0.1", "port" => {listener.getsockname()[1]})))
''')
environment = dict(os.environ, LD_LIBRARY_PATH=os.path.abspath("root/usr/lib/x86_64-linux-gnu"))
program = ["root/usr/sbin/lighttpd", "-f", "conf", "-m", "root/usr/lib/lighttpd"]
print(subprocess.run([program[0], "-v"], env=environment, capture_output=True, text=True).stdout.split(" - ")[0])
server = subprocess.Popen([*program, "-D"], env=environment, stderr=subprocess.DEVNULL)


def connect():
    for _ in range(400):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect("web")
            return websocket.create_connection("ws://chat.test/", timeout=20, socket=link)
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.05)
    sys.exit("lighttpd does not listen")


def utf8(data):
    try:
        return bool(data.decode() or True)
    except UnicodeDecodeError:
        return False


try:
    link = connect()
    frames = [link.recv_frame()]
    first_half_seen.set()
    frames.append(link.recv_frame())
    print(f"The server behind says {HALVES[0]!r}, and later {HALVES[1]!r}. The client gets:")
    for frame in frames:
        print(f"  opcode {frame.opcode} (1 is text), final {frame.fin}, {frame.data!r}, UTF-8: {utf8(frame.data)}")
    described = all(frame.opcode == 1 and frame.fin == 1 and not utf8(frame.data) for frame in frames) and \
        [frame.data for frame in frames] == list(HALVES)
finally:
    server.kill()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

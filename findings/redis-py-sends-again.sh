#!/usr/bin/env bash
# redis-py sends a command again after the server has carried it out, and doubles the entry.
#
# Surprise: where a connection breaks before the answer, redis-py tries again by itself, XADD and INCR as well.
#   The caller gets one id and no error. The stream holds the entry twice.
#   It hasn't always done so: retries are on by default since release 6.
# Why it matters: a message is told twice whenever a link breaks at the wrong moment.
#   No log line and no exception shows it.
# Instead: give `retry=Retry(NoBackoff(), 0)` to the client that writes, and decide yourself.
#   Or put an id of your own into each entry, and drop doubles when reading.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download redis-tools=5:7.0.15-1~deb12u10 redis-server=5:7.0.15-1~deb12u10 \
  libjemalloc2=5.3.0-1 liblzf1=3.6-3 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py redis==8.1.0 || exit 2
cat >finding.py <<'PY'
import os, socket, subprocess, sys, threading, time
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

libs = os.path.abspath("root/usr/lib/x86_64-linux-gnu")
server = subprocess.Popen(
    ["root/usr/bin/redis-server", "--port", "0", "--unixsocket", "sock", "--save", ""],
    env=dict(os.environ, LD_LIBRARY_PATH=libs), stdout=subprocess.DEVNULL)


def relay(client, armed):
    """Hands everything on. After the first XADD it takes the server's answer and breaks the connection."""
    with client, socket.socket(socket.AF_UNIX) as upstream:
        upstream.connect("sock")
        while asked := client.recv(65536):
            upstream.sendall(asked)
            answer = upstream.recv(65536)
            if b"XADD" in asked and armed:
                armed.clear()
                return
            client.sendall(answer)


def relay_port(armed):
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            client, _ = listener.accept()
            threading.Thread(target=relay, args=(client, armed), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


try:
    while not os.path.exists("sock"):
        time.sleep(0.02)
    direct = redis.Redis(unix_socket_path="sock")
    print("redis-py", redis.__version__, "with Redis", direct.info("server")["redis_version"])
    print("One XADD; the connection breaks after the server has carried it out, before its answer.")
    stored = {}
    for name, options in (("as it comes", {}), ("Retry(NoBackoff(), 0)", {"retry": Retry(NoBackoff(), 0)})):
        direct.delete("room")
        client = redis.Redis(port=relay_port([True]), **options)
        client.ping()
        try:
            answer = client.xadd("room", {"text": "hello"})
        except redis.ConnectionError:
            answer = "ConnectionError"
        entries = direct.xrange("room")
        print(f"  {name}: the caller gets {answer}; the stream holds {len(entries)}: {entries}")
        stored[name] = (len(entries), answer == "ConnectionError")
    described = list(stored.values()) == [(2, False), (1, True)]
finally:
    server.kill()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 60 python3 finding.py

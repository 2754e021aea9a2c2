#!/usr/bin/env bash
# A redis-py subscription that lost its connection goes on without a word, and without what was said meanwhile.
#
# Surprise: `get_message` connects and subscribes again by itself. No error is raised, nothing is returned.
#   What was published in between is gone, as it must be with Redis; but the reader isn't told.
#   The only trace is a second message of type `subscribe`, and `ignore_subscribe_messages` hides that.
# Why it matters: "resubscribe after an error" is never reached. A room has a hole that nobody logs.
# Instead: leave `ignore_subscribe_messages` off, and take each further `subscribe` as "I missed something".
#   Then read the gap from a stream or a database.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download redis-tools=5:7.0.15-1~deb12u10 redis-server=5:7.0.15-1~deb12u10 \
  libjemalloc2=5.3.0-1 liblzf1=3.6-3 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py redis==8.1.0 || exit 2
cat >finding.py <<'PY'
import os, subprocess, sys, time
import redis

libs = os.path.abspath("root/usr/lib/x86_64-linux-gnu")
server = subprocess.Popen(["root/usr/bin/redis-server", "--port", "0", "--unixsocket", "sock", "--save", ""],
                          env=dict(os.environ, LD_LIBRARY_PATH=libs), stdout=subprocess.DEVNULL)


def listen(ignore):
    """All that get_message gives: one line before a cut, one during it, one after it."""
    speaker, listener = redis.Redis(unix_socket_path="sock"), redis.Redis(unix_socket_path="sock").pubsub()
    listener.subscribe("room")
    given = []

    def read_until(last):
        end = time.monotonic() + 20
        while (not given or given[-1] != last) and time.monotonic() < end:
            try:
                message = listener.get_message(timeout=0.2, ignore_subscribe_messages=ignore)
                if message:
                    given.append(message["data"] if message["type"] == "message" else message["type"])
            except redis.RedisError as error:
                given.append(type(error).__name__)
            if last is None and speaker.pubsub_numsub("room")[0][1]:
                return

    read_until(None)
    speaker.publish("room", "before")
    read_until(b"before")
    speaker.client_kill_filter(_type="pubsub")
    heard_by = speaker.publish("room", "meanwhile")
    read_until(None)
    speaker.publish("room", "after")
    read_until(b"after")
    listener.close()
    return given, heard_by


try:
    while not os.path.exists("sock"):
        time.sleep(0.02)
    print("redis-py", redis.__version__, "with Redis", redis.Redis(unix_socket_path="sock").info("server")["redis_version"])
    plain, ignoring = listen(False), listen(True)
    print("Said: before; the connection is cut; meanwhile; after. The reader is given, and `meanwhile` went to:")
    print(f"  as it comes: {plain}\n  with ignore_subscribe_messages: {ignoring}")
    described = plain == (["subscribe", b"before", "subscribe", b"after"], 0) and ignoring == ([b"before", b"after"], 0)
finally:
    server.kill()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 90 python3 finding.py

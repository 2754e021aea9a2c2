#!/usr/bin/env bash
# Limnoria puts a colon before every last word, so it says `CAP END` as `CAP :END`.
#
# Surprise: by the protocol a colon only lets the last word hold blanks, and may stand before any last word.
#   Few clients make use of that for single words. Limnoria does everywhere: `CAP LS :302`, `NICK :name`, `CAP :END`.
# Why it matters: a server that looks for the word END in the raw line waits for ever.
#   The bot waits too, and neither says why.
# Instead: parse the line into words first, the colon with it, and decide by the words, for CAP as well.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py limnoria==2026.10.4 || exit 2
cat >finding.py <<'PY'
import os, socket, subprocess, sys
from importlib.metadata import version

listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(60)
port = listener.getsockname()[1]
with open("bot.conf", "w") as conf:
    conf.write(f"""supybot.nick: ann
supybot.ident: ann
supybot.networks: test
supybot.networks.test.servers: 127.0.0.1:{port}
supybot.networks.test.ssl: False
supybot.networks.test.channels: #room
supybot.log.stdout: False
supybot.log.level: CRITICAL
supybot.directories.data: {os.getcwd()}/data
supybot.directories.conf: {os.getcwd()}/conf
supybot.directories.log: {os.getcwd()}/logs
""")
bot = subprocess.Popen([sys.executable, "py/bin/limnoria", "--allow-root", "bot.conf"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
said = []
try:
    link, _ = listener.accept()
    link.settimeout(60)
    answers = {"CAP LS": ":irc.test CAP * LS :multi-prefix", "CAP REQ": ":irc.test CAP ann ACK :multi-prefix",
               "CAP END": ":irc.test 001 ann :Welcome\r\n:irc.test 422 ann :No message of the day"}
    for line in link.makefile("rb"):
        said.append(line.decode().rstrip("\r\n"))
        words = said[-1].replace(":", "").split()
        answer = answers.get(" ".join(words[:2]))
        if answer:
            link.sendall(answer.encode() + b"\r\n")
        if words[0] == "JOIN":
            break
finally:
    bot.kill()
    bot.wait()
print("Limnoria", version("limnoria"), "says until it has joined:")
for line in said:
    print(" ", line)
described = "CAP LS :302" in said and "NICK :ann" in said and "CAP :END" in said and "JOIN :#room" in said
print("As described." if described else "Changed.")
sys.exit(not described)
PY
PYTHONPATH=py timeout 120 python3 finding.py

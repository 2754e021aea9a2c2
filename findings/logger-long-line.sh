#!/usr/bin/env bash
# `logger` makes two messages of one long line from a pipe, and drops the end of one given as an argument.
#
# Surprise: the limit of 1,024 bytes is met in two ways. By a pipe, the rest becomes a message of its own.
#   As an argument, the rest is lost. Both exit with 0 and say nothing.
#   The cut is made by bytes, in the middle of a character too.
# Why it matters: a server whose JSON log is piped into logger loses no line and no disk space.
#   But each long line arrives as two that no reader can parse, and neither is UTF-8.
# Instead: give `--size` with room for the longest line, or let the server write to the socket itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download bsdutils=1:2.38.1-5+deb12u3 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import json, socket, subprocess, sys

log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("log")
log.setblocking(False)
program = ["root/usr/bin/logger", "--socket", "log", "--tag", "chat"]
line = json.dumps({"text": "é" * 700}, ensure_ascii=False, separators=(",", ":"))


def messages(arguments=(), piped=None):
    """The texts of the messages that are in the socket when logger has gone, and its exit code."""
    done = subprocess.run([*program, *arguments], input=piped, timeout=20)
    texts = []
    while True:
        try:
            texts.append(log.recv(65536).split(b"chat: ", 1)[1])
        except BlockingIOError:
            return texts, done.returncode


def utf8(text):
    try:
        return bool(text.decode() or True)
    except UnicodeDecodeError:
        return False


print(subprocess.run([program[0], "--version"], capture_output=True, text=True).stdout.strip())
print(f"One line of JSON, {len(line.encode())} bytes:")
results = {"by a pipe": messages(piped=line.encode() + b"\n"), "as an argument": messages(["--", line]),
           "by a pipe, --size 4096": messages(["--size", "4096"], line.encode() + b"\n")}
for name, (texts, code) in results.items():
    print(f"  {name}: exit {code}, messages of {[len(text) for text in texts]} bytes, UTF-8: {[utf8(text) for text in texts]}")
pipe, argument, wide = (texts for texts, _ in results.values())
described = (len(pipe) == 2 and b"".join(pipe) == line.encode() and not any(map(utf8, pipe))
             and len(argument) == 1 and len(argument[0]) < len(line.encode()) and wide == [line.encode()]
             and all(code == 0 for _, code in results.values()))
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

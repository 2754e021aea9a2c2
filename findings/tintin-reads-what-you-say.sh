#!/usr/bin/env bash
# tintin++ takes what one says in a chat for commands of its own, and sends something else.
#
# Surprise: a semicolon ends a command, so `see you; bye` is two messages. Quotes don't help.
#   `#room is nice` is never sent. `!hel` sends again the last line that began with `hel`.
#   A backslash starts an escape: `a\b` sends the byte 08, a backspace.
# Why it matters: people who come with such a client seem to speak twice, or not at all.
#   A flood limit counts their sentences double.
# Instead: tell them to write `\;`, or to set `#config {verbatim} {on}`, which cures all but a leading `#`.
#   Take control characters out of what comes in.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download tintin++=2.02.20-1 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import fcntl, os, pty, signal, socket, struct, sys, termios, threading

environment = dict(os.environ, HOME=os.getcwd(), TERM="xterm", LC_ALL="C.UTF-8")
TYPED = ["hello", "see you; bye", "#room is nice", "!hel", "a\\b", "say \\; so"]
EXPECTED = {"hello": b"hello", "see you; bye": b"see you\r\nbye", "#room is nice": b"", "!hel": b"hello",
            "a\\b": b"a\b", "say \\; so": b"say ; so"}


def session(typed, settings=""):
    """What the server reads for each typed line; the lines are told apart by a mark typed after each."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    with open("start", "w") as start:
        start.write(f"{settings}#session chat 127.0.0.1 {listener.getsockname()[1]}\n")
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.execve("root/usr/games/tt++", ["tt++", "start"], environment)

    def drain():
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass

    threading.Thread(target=drain, daemon=True).start()
    sent = {}
    try:
        link, _ = listener.accept()
        link.settimeout(20)
        for line in typed:
            os.write(terminal, line.encode() + b"\rmark\r")
            read = b""
            while not read.endswith(b"mark\r\n"):
                read += link.recv(4096) or sys.exit("tintin++ has gone")
            sent[line] = read.removesuffix(b"mark\r\n").removesuffix(b"\r\n")
        return sent
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


print("tintin++ 2.02.20, typed -> read by the server:")
sent = session(TYPED)
for line, read in sent.items():
    print(f"  {line} -> {read!r}")
verbatim = session(["see you; bye", "#room is nice", "a\\b"], "#config {verbatim} {on}\n")
print(f"  with verbatim on: {verbatim}")
described = sent == EXPECTED and verbatim == {"see you; bye": b"see you; bye", "#room is nice": b"", "a\\b": b"a\\b"}
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

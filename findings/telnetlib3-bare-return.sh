#!/usr/bin/env bash
# The client of telnetlib3 ends each typed line with a bare CR: no line feed, no NUL.
#
# Surprise: at a terminal it goes into raw mode and sends the Return key as it is, one byte 0D.
#   RFC 854 has CR LF for a line end and CR NUL for a bare CR. This is neither.
#   A piped line ends with LF, so a test with a pipe shows nothing of it.
# Why it matters: to a server that waits for LF, such a person never says anything.
#   They see their own typing, since the client echoes it by itself.
# Instead: let a CR end a line, whatever follows, and skip one LF or NUL behind it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target py telnetlib3==5.0.1 wcwidth==0.9.4 || exit 2
cat >finding.py <<'PY'
import os, pty, select, signal, socket, subprocess, sys, time
from importlib.metadata import version

client = [sys.executable, "py/bin/telnetlib3-client", "127.0.0.1"]


def listen():
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    return listener


def until(link, ends):
    read = b""
    while not read.endswith(ends):
        read += link.recv(4096) or sys.exit("the client has gone")
    return read


def typed():
    listener = listen()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*client, str(listener.getsockname()[1])])
    try:
        link, _ = listener.accept()
        link.settimeout(30)
        link.sendall(b"welcome\r\n")
        seen = b""
        while b"welcome" not in seen:
            if not select.select([terminal], [], [], 30)[0]:
                sys.exit("the greeting is not shown")
            seen += os.read(terminal, 4096)
        os.write(terminal, b"hello\r")
        read = until(link, (b"\r", b"\n", b"\0"))
        link.settimeout(2)
        try:
            read += link.recv(4096)
        except TimeoutError:
            pass
        return read
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def piped():
    listener = listen()
    process = subprocess.Popen([*client, str(listener.getsockname()[1])],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        link, _ = listener.accept()
        link.settimeout(30)
        link.sendall(b"welcome\r\n")
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        return until(link, b"\n")
    finally:
        process.kill()
        process.wait()


print("telnetlib3", version("telnetlib3"))
at_terminal, by_pipe = typed(), piped()
print(f"  hello and Return at a terminal: {at_terminal!r}, and no more for 2 s\n  hello by a pipe: {by_pipe!r}")
described = at_terminal == b"hello\r" and by_pipe == b"hello\n"
print("As described." if described else "Changed.")
sys.exit(not described)
PY
TERM=xterm PYTHONPATH=py timeout 120 python3 finding.py

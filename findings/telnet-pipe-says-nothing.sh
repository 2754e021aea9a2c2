#!/usr/bin/env bash
# A line piped into inetutils telnet reaches nobody, and the exit code is 0.
#
# Surprise: `printf 'hi\n' | telnet host port` connects, reads the end of its input, and leaves.
#   It leaves before it has sent what it read. The server sees a connection and its end, without a byte.
#   With a pause behind the text, the very same text arrives.
# Why it matters: a monitor or a script of this form tests nothing but the port, and says all is well.
# Instead: use `nc -q 1` or the like. If it must be telnet, keep the pipe open: `(echo hi; sleep 1) | telnet`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download inetutils-telnet=2:2.4-2+deb12u3 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import socket, subprocess, sys

program = "root/usr/bin/inetutils-telnet"
print(subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()[0])


def pipe(wait):
    """What the server reads of one line, and telnet's exit code. With `wait` the pipe is open until the line is there."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    telnet = subprocess.Popen([program, "127.0.0.1", str(listener.getsockname()[1])],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    telnet.stdin.write(b"hi\n")
    telnet.stdin.flush()
    if not wait:
        telnet.stdin.close()
    link, _ = listener.accept()
    link.settimeout(20)
    read = b""
    while piece := link.recv(4096):
        read += piece
        if wait and read.endswith(b"\n"):
            telnet.stdin.close()
    link.close()
    return read, telnet.wait(20)


at_once = [pipe(False) for _ in range(10)]
waited = pipe(True)
print(f"  the pipe ends at once, ten times: (the server reads, exit code) {sorted(set(at_once))}")
print(f"  the pipe ends later: {waited}")
described = set(at_once) == {(b"", 0)} and waited[0].startswith(b"hi")
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

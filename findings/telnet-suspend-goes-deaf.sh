#!/usr/bin/env bash
# After Ctrl-Z, inetutils telnet shows nothing more until the server answers DO TIMING-MARK.
#
# Surprise: Ctrl-Z at a telnet prompt sends SUSP and DO TIMING-MARK, and throws away all output from then on.
#   It waits for WILL or WONT TIMING-MARK, for ever. What is typed still goes out.
#   Ctrl-C and Ctrl-\ do the same, but servers tend to close on those.
# Why it matters: who presses Ctrl-Z out of habit is deaf in a chat, and others go on reading them.
#   Line servers that skip telnet's options unread, as many do, are mute for them from then on.
# Instead: answer `IAC DO TIMING-MARK` with `IAC WONT TIMING-MARK`, in order with the other output.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download inetutils-telnet=2:2.4-2+deb12u3 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import os, pty, select, signal, socket, subprocess, sys, time

program = "root/usr/bin/inetutils-telnet"
print(subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()[0])
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(20)
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program, ["telnet", "127.0.0.1", str(listener.getsockname()[1])])


def shown(text, seconds):
    """Whether the text comes on the terminal within this time."""
    seen, end = b"", time.monotonic() + seconds
    while text not in seen and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
        seen += os.read(terminal, 4096)
    return text in seen


def heard(text):
    """What the server has read when this text has come."""
    read = b""
    while text not in read:
        read += link.recv(4096) or sys.exit("telnet has gone")
    return read


try:
    link, _ = listener.accept()
    link.settimeout(20)
    link.sendall(b"first\r\n")
    first = shown(b"first", 20)
    os.write(terminal, b"\x1a")
    keys = heard(b"\xff\xfd\x06")
    link.sendall(b"second\r\n")
    second = shown(b"second", 3)
    os.write(terminal, b"typed\n")
    typed = b"typed" in heard(b"typed\r\n")
    third = shown(b"second", 1)
    link.sendall(b"\xff\xfc\x06fourth\r\n")
    fourth = shown(b"fourth", 20)
finally:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(f"  a line before Ctrl-Z is shown: {first}\n  Ctrl-Z sends: {keys.hex(' ')}")
print(f"  a line after it is shown within 3 s: {second}\n  what is typed then reaches the server: {typed}; the line is shown now: {third}")
print(f"  a line behind IAC WONT TIMING-MARK is shown: {fourth}")
described = first and keys == b"\xff\xed\xff\xfd\x06" and not second and typed and not third and fourth
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

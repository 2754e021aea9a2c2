#!/usr/bin/env bash
# A systemd tool that fails inside a service reports its own error as the service's.
#
# Surprise: with NOTIFY_SOCKET set, any failing tool sends `ERRNO=...` to the service manager.
#   So do tools that have nothing to do with services, such as systemd-escape or systemd-analyze.
#   Nothing in the message says which program it comes from.
# Why it matters: with NotifyAccess=all, a hook of a healthy server makes its status show an error.
#   The cause is a mistyped word in a tool that nobody suspects.
# Instead: take NOTIFY_SOCKET out of the environment of all children, and send messages yourself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download systemd=252.39-1~deb12u2 libsystemd-shared=252.39-1~deb12u2 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >finding.py <<'PY'
import os, socket, subprocess, sys

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("manager")
manager.setblocking(False)
libs = os.path.abspath("root/usr/lib/x86_64-linux-gnu/systemd")
environment = dict(os.environ, LD_LIBRARY_PATH=libs, NOTIFY_SOCKET=os.path.abspath("manager"), LC_ALL="C")


def run(*command):
    """The exit code, and what the manager has been told when the tool is gone."""
    folder = next(f for f in ("root/bin/", "root/usr/bin/") if os.path.exists(f + command[0]))
    done = subprocess.run([folder + command[0], *command[1:]], env=environment, capture_output=True, timeout=20)
    try:
        told = manager.recv(4096).decode()
    except BlockingIOError:
        told = None
    print(f"  {' '.join(command)}: exit {done.returncode}, the manager is told {told}")
    return told


print("systemd 252.39:")
right = run("systemd-escape", "a b")
wrong = [run("systemd-escape"), run("systemd-analyze", "timespan", "5x"), run("systemd-path", "nothing"),
         run("systemd-id128", "show", "nothing")]
described = right is None and all(told and told.startswith("ERRNO=") for told in wrong)
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

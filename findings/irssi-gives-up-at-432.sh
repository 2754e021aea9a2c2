#!/usr/bin/env bash
# irssi leaves a server that refuses its name, if the refusal is 432 rather than 433.
#
# Surprise: to 433 ("in use") irssi tries the next name at once: `ann_`, then another.
#   To 432 ("erroneous nickname") of the very same name it says nothing more, and closes the connection itself.
#   It is no matter that the server leaves the connection open and that another name would do.
# Why it matters: a server that uses 432 for names it keeps for itself throws irssi's users out with no second try.
#   The text of the 432 is the only thing that they ever see of the reason.
# Instead: put the whole rule into the text of 432; use 433 where another name of the same kind would be taken.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download irssi=1.4.3-2 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import os, pty, signal, socket, subprocess, sys, threading

environment = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8")
program = "root/usr/bin/irssi"
print(subprocess.run([program, "--version"], env=environment, capture_output=True, text=True).stdout.strip())


def meet(number, text):
    """What irssi sends once its first name is refused so: a verb and a name, or the end of the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    home = f"home-{number}"
    os.mkdir(home)
    pid, terminal = pty.fork()
    if pid == 0:
        port = str(listener.getsockname()[1])
        os.execve(program, ["irssi", "--home", home, "-n", "ann", "-c", "127.0.0.1", "-p", port], environment)

    def drain():
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass

    threading.Thread(target=drain, daemon=True).start()
    try:
        link, _ = listener.accept()
        link.settimeout(20)
        refused = False
        for line in link.makefile("rb"):
            line = line.decode().strip()
            if line.startswith("CAP LS"):
                link.sendall(b":irc.test CAP * LS :\r\n")
            elif line.startswith("NICK") and refused:
                return line
            elif line.startswith("USER") and not refused:
                link.sendall(f":irc.test {number} * ann :{text}\r\n".encode())
                refused = True
        return "the end of the connection" if refused else "it never said its name"
    except TimeoutError:
        return "nothing"
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


said = {number: meet(number, text) for number, text in ((433, "Nickname is already in use"), (432, "Erroneous nickname"))}
for number, what in said.items():
    print(f"  after {number}: {what}")
described = said[433].startswith("NICK ann_") and said[432] == "the end of the connection"
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 120 python3 finding.py

#!/usr/bin/env bash
# irssi sends its name only after the server has answered a JOIN that can't be meant.
#
# Surprise: irssi opens with `CAP LS 302` and `JOIN :`, a JOIN of nothing, and then waits.
#   An answer to CAP or the numeric 451 ("you have not registered") lets it go on with NICK and USER.
#   421 ("unknown command") to both leaves it waiting, and so does 461 ("need more parameters").
# Why it matters: a small server without CAP answers 421, as it should, and no irssi ever gets in.
#   Clients that do not wait get in, so it looks like a fault of irssi alone.
# Instead: answer whatever comes before NICK and USER with 451, or know CAP LS.
#   Never close for an unknown first command.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download irssi=1.4.3-2 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import os, pty, signal, socket, subprocess, sys, threading, time

environment = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8")
program = "root/usr/bin/irssi"
print(subprocess.run([program, "--version"], env=environment, capture_output=True, text=True).stdout.strip())


def meet(answers, seconds):
    """irssi's lines to a server that has one answer to each verb; ends at USER or after this time."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    home = f"home-{listener.getsockname()[1]}"
    os.mkdir(home)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(program, ["irssi", "--home", home, "-n", "ann", "-c", "127.0.0.1", "-p", str(listener.getsockname()[1])], environment)

    def drain():
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass

    threading.Thread(target=drain, daemon=True).start()
    said = []
    try:
        link, _ = listener.accept()
        end, read = time.monotonic() + seconds, b""
        while time.monotonic() < end and not any(line.startswith("USER") for line in said):
            link.settimeout(max(0.01, end - time.monotonic()))
            try:
                read += link.recv(4096)
            except TimeoutError:
                break
            *lines, read = read.split(b"\n")
            for line in lines:
                said.append(line.decode().rstrip("\r"))
                answer = answers.get(said[-1].split()[0])
                if answer:
                    link.sendall(answer.encode() + b"\r\n")
        return [line.split()[0] for line in said], said[:2]
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


unknown = {"CAP": ":irc.test 421 * CAP :Unknown command", "JOIN": ":irc.test 421 * JOIN :Unknown command"}
few = {**unknown, "JOIN": ":irc.test 461 * JOIN :Not enough parameters"}
early = {**unknown, "JOIN": ":irc.test 451 * :You have not registered"}
cap = {"CAP": ":irc.test CAP * LS :"}
described = True
for name, answers, gets_in in (("421 to CAP and to JOIN", unknown, False), ("421 to CAP, 461 to JOIN", few, False),
                               ("421 to CAP, 451 to JOIN", early, True), ("CAP LS answered", cap, True)):
    verbs, first = meet(answers, 20 if gets_in else 8)
    registers = "NICK" in verbs and "USER" in verbs
    print(f"  {name}: irssi sends {verbs}; it registers: {registers}")
    described &= registers == gets_in and first == ["CAP LS 302", "JOIN :"]
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 120 python3 finding.py

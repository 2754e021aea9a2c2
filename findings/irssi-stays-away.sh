#!/usr/bin/env bash
# irssi never comes back by itself after 465 or after a KILL, however short the ban or friendly the reason.
#
# Surprise: irssi connects again to a server that cuts it off, sends `ERROR`, refuses its password (464) or its host
#   (463). If there was a 465 ("you are banned from this server") or a KILL, it stays away until its user types
#   `/connect`. The text of the 465 is not read, and it makes no difference whether the person was in already.
# Why it matters: a ban for a minute, or a server that says 465 to too many connections, loses irssi's users for good,
#   while clients that do come back are held off for that minute only. A KILL meant as "connect again" does the same.
# Instead: say 465 only where nobody is to come back; for what passes send `ERROR :` with the reason, and close.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download irssi=1.4.3-2 || exit 2
dpkg -x ./*.deb root
cat >finding.py <<'PY'
import concurrent.futures, os, pty, signal, socket, subprocess, sys, threading, time

environment = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8")
program = "root/usr/bin/irssi"
print(subprocess.run([program, "--version"], env=environment, capture_output=True, text=True).stdout.strip())

# Ten times as long as it waits before it connects again.
WAIT = 2
PATIENCE = 20


def comes_back(name, lines):
    """Whether irssi connects again once it was told this, and cut off."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    home = f"home-{name}"
    os.mkdir(home)
    with open(f"{home}/config", "w") as config:
        config.write(f'settings = {{ core = {{ server_reconnect_time = "{WAIT}sec"; }}; }};\n')
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
        link.settimeout(30)
        for line in link.makefile("rb"):
            if line.startswith(b"CAP LS"):
                link.sendall(b":irc.test CAP * LS :\r\n")
            elif line.startswith(b"USER"):
                break
        link.sendall("".join(f"{line}\r\n" for line in lines).encode())
        link.shutdown(socket.SHUT_RDWR)
        link.close()
        began = time.monotonic()
        listener.settimeout(PATIENCE)
        try:
            listener.accept()
            return round(time.monotonic() - began)
        except TimeoutError:
            return None
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


welcome, end = ":irc.test 001 ann :Welcome", "ERROR :Closing Link"
cases = {
    "ERROR": [end],
    "463": [":irc.test 463 ann :Your host isn't among the privileged", end],
    "464": [":irc.test 464 ann :Password incorrect", end],
    "465": [":irc.test 465 ann :You are banned for one minute", end],
    "welcome-ERROR": [welcome, end],
    "welcome-465": [welcome, ":irc.test 465 ann :You are banned for one minute", end],
    "welcome-KILL": [welcome, ":op!o@irc.test KILL ann :Please connect again", end],
}
with concurrent.futures.ThreadPoolExecutor(len(cases)) as together:
    came = dict(zip(cases, together.map(lambda case: comes_back(*case), cases.items())))
for name, after in came.items():
    print(f"  after {name}: " + (f"not back within {PATIENCE} s" if after is None else f"back after {after} s"))
away = {name for name, after in came.items() if after is None}
described = away == {"465", "welcome-465", "welcome-KILL"}
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 120 python3 finding.py

#!/usr/bin/env bash
# Who greets a new eggdrop first owns it, and so does everybody who has the same user and host.
#
# Surprise: `/msg Bot hello` makes its sender the owner, known by a mask that eggdrop makes: `*!*user@host`.
#   The nick is not in it, and no password is asked for. Another nick with that user and host is the owner, too.
# Why it matters: a server that shows one host for all, to hide addresses, makes owners of all with the same user.
#   A bot that was safe on another network is anybody's there, and nothing says so.
# Instead: give each person a host of their own, or tell people to add owners by hand, with a password.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download eggdrop=1.8.4+repack1-0.1 libtcl8.6=8.6.13+dfsg-2 || exit 2
for package in ./*.deb; do dpkg -x "$package" root; done
cat >finding.py <<'PY'
import glob, os, socket, subprocess, sys

listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(30)
port = listener.getsockname()[1]
os.mkdir("home")
with open("home/egg.conf", "w") as conf:
    conf.write(f"""set mod-path "{os.getcwd()}/root/usr/lib/eggdrop/modules/"
set username "bot"
set admin "nobody"
set network "test"
set nick "Bot"
set userfile "egg.user"
set chanfile "egg.chan"
set learn-users 1
loadmodule blowfish
loadmodule channels
loadmodule server
loadmodule irc
set servers {{ 127.0.0.1:{port} }}
bind msg - !who who
proc who {{nick uhost hand text}} {{ putnow "PRIVMSG $nick :$hand [matchattr $hand n]" }}
""")
# It refuses to be run by root.
as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
os.chmod(".", 0o755)
os.chmod("home", 0o777)
here = os.getcwd()
library = os.path.dirname(glob.glob("root/usr/lib/*/libtcl8.6.so*")[0])
environment = dict(os.environ, LD_LIBRARY_PATH=f"{here}/{library}", TCL_LIBRARY=f"{here}/root/usr/share/tcltk/tcl8.6")
program = f"{here}/root/usr/bin/eggdrop"
said = subprocess.run([*as_nobody, program, "-v"], env=environment, cwd="home", capture_output=True, text=True)
print(said.stdout.strip().splitlines()[0])
bot = subprocess.Popen([*as_nobody, program, "-nm", "egg.conf"], cwd="home", env=environment,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
taken_for = {}
try:
    link, _ = listener.accept()
    link.settimeout(30)
    send = lambda *lines: link.sendall("".join(f"{line}\r\n" for line in lines).encode())
    for line in link.makefile(encoding="utf-8"):
        words = line.split()
        if words[0] == "NICK":
            send(":irc.test 001 Bot :Welcome", ":irc.test 376 Bot :End of MOTD", ":Ann!user@host PRIVMSG Bot :hello",
                 ":Bob!user@host PRIVMSG Bot :!who", ":Cid!cid@host PRIVMSG Bot :!who")
        elif words[0] == "PRIVMSG":
            taken_for[words[1]] = " ".join(words[2:]).lstrip(":")
            if len(taken_for) == 2:
                break
finally:
    bot.kill()
    bot.wait()
for name, mask in (("Bob", "user@host"), ("Cid", "cid@host")):
    print(f"  Ann!user@host has said hello; {name}!{mask} is taken for: {taken_for[name]}")
described = taken_for == {"Bob": "Ann 1", "Cid": "* 0"}
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 120 python3 finding.py

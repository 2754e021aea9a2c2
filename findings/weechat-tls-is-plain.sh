#!/usr/bin/env bash
# WeeChat 3.8, asked for a server with `-tls`, says that it was added, and connects to it in plain text.
#
# Surprise: `/server add here host/port -tls` is how newer versions are asked for TLS, and how their guides say it.
#   In 3.8, Debian 12's, the option is called `-ssl`. It takes `-tls` without a word: "irc: server added".
#   So it takes any word: `-sll`, or `-tls_verify`. What is then sent, passwords too, is sent as plain text.
# Why it matters: who follows today's guide on last year's system believes to be safe, and nothing says otherwise.
# Instead: on WeeChat before 4.0 write `-ssl`, and look for "(SSL)" where it connects; let servers refuse plain text.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download weechat-headless=3.8-1 weechat-core=3.8-1 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >finding.py <<'PY'
import os, pathlib, socket, subprocess, sys

libraries = os.path.abspath("root/usr/lib/x86_64-linux-gnu")
environment = dict(os.environ, LD_LIBRARY_PATH=libraries, WEECHAT_EXTRA_LIBDIR=f"{libraries}/weechat", LC_ALL="C.UTF-8")
program = "root/usr/bin/weechat-headless"
print("WeeChat", subprocess.run([program, "--version"], env=environment, capture_output=True, text=True).stdout.strip())


def begins(option):
    """What WeeChat sends first to a server with that option, and what it said when that was added."""
    home = f"home{option}"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        port = listener.getsockname()[1]
        commands = ["/set logger.file.flush_delay 0", f"/server add here 127.0.0.1/{port} {option}", "/connect here"]
        words = [word for command in commands for word in ("-r", command)]
        weechat = subprocess.Popen([program, "-d", home, *words], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            link, _ = listener.accept()
            link.settimeout(20)
            first = link.recv(100)
        finally:
            weechat.kill()
            weechat.wait()
    said = [line.split("\t")[-1] for line in pathlib.Path(home, "logs", "core.weechat.weechatlog").read_text().split("\n")]
    said = [line for line in said if "server" in line or "option" in line or "nknown" in line]
    return ("TLS" if first[:1] == b"\x16" else first.split(b"\r")[0].decode()), said


plain = ("CAP LS 302", ["irc: server added: here"])
expected = {"-ssl": ("TLS", plain[1]), "-tls": plain, "-sll": plain}
found = {option: begins(option) for option in expected}
for option, (first, said) in found.items():
    print(f"  {option}: it says {said}, and sends {first!r} first")
described = found == expected
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

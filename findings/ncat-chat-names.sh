#!/usr/bin/env bash
# In `ncat --chat` a name is a file descriptor: the next to come gets the name of the last who left.
#
# Surprise: the names `<user4>`, `<user5>` look like a count of people. They are descriptor numbers.
#   A newcomer at once has the name of whoever went.
#   The name stands before each piece that was read, not before each line.
# Why it matters: in a log of this little chat two people are one.
#   The second line of two sent together has no name, and a line sent in two pieces has two.
# Instead: use it for a look at one's network. A chat needs names that aren't reused, and lines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download ncat=7.93+dfsg1-1 libpcap0.8=1.10.3-1 liblua5.3-0=5.3.6-2 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >finding.py <<'PY'
import os, re, socket, subprocess, sys, time

libs = os.path.abspath("root/usr/lib/x86_64-linux-gnu")
environment = dict(os.environ, LD_LIBRARY_PATH=libs, LC_ALL="C")
program = "root/usr/bin/ncat"
print(subprocess.run([program, "--version"], env=environment, capture_output=True, text=True).stderr.split("(")[0].strip())
server = subprocess.Popen([program, "--listen", "--chat", "127.0.0.1", "0"], env=environment)


def port_of(process):
    """The port that the process listens on, found by the inode of its socket (its own messages say port 0)."""
    while process.poll() is None:
        time.sleep(0.05)
        inodes = set()
        for file in os.scandir(f"/proc/{process.pid}/fd"):
            try:
                inodes.add(os.readlink(file.path))
            except OSError:
                pass
        for row in open("/proc/net/tcp").readlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                return int(fields[1].split(":")[1], 16)
    sys.exit("the server has gone")


class Person:
    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), 20)
        self.read = ""

    def until(self, pattern):
        """Reads until the pattern is there; takes what was read up to its end."""
        while not (match := re.search(pattern, self.read)):
            self.read += self.link.recv(4096).decode() or sys.exit("the server has gone")
        self.read = self.read[match.end():]
        return match.group(0)


try:
    port = port_of(server)
    ann = Person(port)
    ann.until("nobody.\n")

    def comes_and_says(*pieces):
        person = Person(port)
        name = re.search(r"is connected as (<user\d+>)", ann.until(r"is connected as <user\d+>")).group(1)
        ann.until("already connected: .*\n")
        shown = ""
        for piece in pieces:
            person.link.sendall(piece)
            shown += ann.until(r"(?s)<user\d+> " + re.escape(piece.decode()))
        person.link.close()
        ann.until("disconnected.\n")
        return name, shown

    bob = comes_and_says(b"one\ntwo\n", b"th", b"ree\n")
    cid = comes_and_says(b"me too\n")
    print(f"  Bob comes as {bob[0]} and says `one`, `two` together, then `three` in two pieces: {bob[1]!r}")
    print(f"  Bob goes; Cid comes as {cid[0]}: {cid[1]!r}")
    described = bob[0] == cid[0] and bob[1] == "{0} one\ntwo\n{0} th{0} ree\n".format(bob[0])
finally:
    server.kill()
    server.wait()
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 60 python3 finding.py

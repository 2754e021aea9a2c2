#!/usr/bin/env bash
# With `ssl_preread on`, nginx shows nobody the server's greeting until they have spoken themselves.
#
# Surprise: the setting only looks at the first bytes, to tell TLS from plain text or to read a name.
#   To look at them, nginx waits for them, and opens no connection to the server behind until then.
#   It waits for 30 seconds, and then closes.
# Why it matters: one port for TLS and plain text, and telnet users see a blank screen and then the end.
#   A client that speaks first notices nothing, so the test with such a one passes.
# Instead: a port of its own for clients that wait to be greeted, or telling TLS apart in the server itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download nginx=1.22.1-9+deb12u11 libnginx-mod-stream=1.22.1-9+deb12u11 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >finding.py <<'PY'
import os, socket, subprocess, sys, threading, time

TIMEOUT = 6  # seconds; 30 where nothing is set
accepted = []


def serve(listener):
    while True:
        link, _ = listener.accept()
        accepted.append(link)
        link.sendall(b"welcome\r\n")


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
here, behind = os.getcwd(), f"127.0.0.1:{listener.getsockname()[1]}"
with open("nginx.conf", "w") as conf:
    conf.write(f"""load_module {here}/root/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{ }}
stream {{
  server {{ listen unix:{here}/plain; proxy_pass {behind}; }}
  server {{ listen unix:{here}/preread; ssl_preread on; preread_timeout {TIMEOUT}s; proxy_pass {behind}; }}
}}
""")
program = ["root/usr/sbin/nginx", "-p", here, "-c", "nginx.conf", "-e", "stderr"]
print(subprocess.run([*program[:1], "-v"], capture_output=True, text=True).stderr.strip())
proxy = subprocess.Popen(program, stderr=subprocess.DEVNULL)


def connect(name):
    for _ in range(400):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(name)
            return link
        except OSError:
            time.sleep(0.05)
    sys.exit("nginx does not listen")


def read(link, seconds):
    link.settimeout(seconds)
    try:
        return link.recv(4096)
    except TimeoutError:
        return None


try:
    plain = read(connect("plain"), 20)
    before = len(accepted)
    waiting, speaking = connect("preread"), connect("preread")
    silent = read(speaking, 2)
    unopened = len(accepted) == before
    speaking.sendall(b"hello, is anybody there?\r\n")
    greeted = read(speaking, 20)
    ended = read(waiting, TIMEOUT + 20)
finally:
    proxy.terminate()
    proxy.wait()
print(f"  without ssl_preread: {plain!r}")
print(f"  with it, within 2 s: {silent!r}, no connection to the server: {unopened}; after a line was sent: {greeted!r}")
print(f"  with it, for one who waits: {ended!r} (the end) after {TIMEOUT} s")
described = plain == greeted == b"welcome\r\n" and silent is None and unopened and ended == b""
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 90 python3 finding.py

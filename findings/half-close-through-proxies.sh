#!/usr/bin/env bash
# Behind nginx's stream proxy or socat, who ends their sending first never reads the answer.
#
# Surprise: `printf 'hi\n' | nc -N` ends its half of the connection and waits. TCP is made for that.
#   nginx then closes both halves at once. socat does so half a second later, HAProxy not at all.
#   The server behind sees its connection go while it writes.
# Why it matters: the one-line client of a line server works on the machine itself, and is mute through a proxy.
#   Whether it works may depend on how fast the server answers.
# Instead: `proxy_half_close on` in nginx, `-t 60` for socat. A client may keep its half open until it has read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download nginx=1.22.1-9+deb12u11 libnginx-mod-stream=1.22.1-9+deb12u11 \
  socat=1.7.4.4-2 libwrap0=7.6.q-32 haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 \
  libopentracing-c-wrapper0=1.1.3-3+b1 libopentracing1=1.6.0-4 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >finding.py <<'PY'
import os, socket, subprocess, sys, threading, time

DELAY = 3.0  # between the end of a client's sending and the answer; socat waits for 0.5


def answer(link):
    with link:
        asked = b""
        while piece := link.recv(4096):
            asked += piece
        time.sleep(DELAY)
        try:
            link.sendall(b"heard " + asked)
        except OSError:
            pass


def serve(listener):
    while True:
        threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
here, behind = os.getcwd(), f"127.0.0.1:{listener.getsockname()[1]}"
with open("nginx.conf", "w") as conf:
    conf.write(f"""load_module {here}/root/usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{ }}
stream {{
  server {{ listen unix:{here}/nginx; proxy_pass {behind}; }}
  server {{ listen unix:{here}/nginx-on; proxy_half_close on; proxy_pass {behind}; }}
}}
""")
with open("haproxy.conf", "w") as conf:
    conf.write(f"""defaults
  mode tcp
  timeout connect 20s
  timeout client 20s
  timeout server 20s
listen chat
  bind unix@{here}/haproxy
  server one {behind}
""")
environment = dict(os.environ, LD_LIBRARY_PATH=os.path.abspath("root/usr/lib/x86_64-linux-gnu"))
commands = [
    ["root/usr/sbin/nginx", "-p", here, "-c", "nginx.conf", "-e", "stderr"],
    ["root/usr/sbin/haproxy", "-db", "-f", "haproxy.conf"],
    ["root/usr/bin/socat", f"UNIX-LISTEN:{here}/socat,fork", f"TCP:{behind}"],
    ["root/usr/bin/socat", "-t", "60", f"UNIX-LISTEN:{here}/socat-t60,fork", f"TCP:{behind}"],
]
proxies = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for command in commands]


def connect(name):
    for _ in range(400):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(name)
            return link
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{name} does not listen")


def ask(link):
    """What comes after one line and the end of sending."""
    with link:
        link.settimeout(30)
        link.sendall(b"hi\n")
        link.shutdown(socket.SHUT_WR)
        read = b""
        while piece := link.recv(4096):
            read += piece
        return read


try:
    seen = {"no proxy": ask(socket.create_connection(listener.getsockname()))}
    for name in ("nginx", "nginx-on", "socat", "socat-t60", "haproxy"):
        seen[name] = ask(connect(name))
finally:
    for proxy in proxies:
        proxy.terminate()
    for proxy in proxies:
        proxy.wait()
print(f"nginx 1.22.1, socat 1.7.4.4, HAProxy 2.6.12: one line, end of sending, an answer after {DELAY} s:")
for name, read in seen.items():
    print(f"  {name}: {read!r}")
described = {name for name, read in seen.items() if read == b""} == {"nginx", "socat"} and \
    all(seen[name] == b"heard hi\n" for name in ("no proxy", "nginx-on", "socat-t60", "haproxy"))
print("As described." if described else "Changed.")
sys.exit(not described)
PY
timeout 120 python3 finding.py

#!/usr/bin/env bash
# A Redis stream doesn't tell a reader that entries were trimmed past its position.
#
# Surprise: `XREAD` after an id that is long gone goes on at the oldest entry that is left, without a word.
#   `XINFO STREAM` has a field `max-deleted-entry-id` that sounds made for this.
#   Trimming leaves it at 0-0; only XDEL sets it.
# Why it matters: a reader that was away for a while shows a conversation with a hole in it, as if whole.
# Instead: compare your position with `recorded-first-entry-id`, or count with `entries-added`.
#   Dense numbers of your own in the entries show a hole too.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || { kill "$server"; wait "$server"; } 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download redis-tools=5:7.0.15-1~deb12u10 redis-server=5:7.0.15-1~deb12u10 \
  libjemalloc2=5.3.0-1 liblzf1=3.6-3 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
timeout 60 root/usr/bin/redis-server --port 0 --unixsocket "$work/sock" --save '' >/dev/null &
server=$!
r() { timeout 10 root/usr/bin/redis-cli -s "$work/sock" "$@"; }
for _ in {1..100}; do [[ -S sock ]] && break; sleep 0.05; done

echo "Redis $(r info server | sed -n 's/^redis_version:\([0-9.]*\).*/\1/p')"
r eval 'for i = 1, 10 do redis.call("XADD", "room", i .. "-0", "text", "line " .. i) end' 0 >/dev/null
r xtrim room maxlen 3 >/dev/null
read_on=$(r xread streams room 2-0 | sed -n 's/^\([0-9]*-0\)$/\1/p' | tr '\n' ' ')
field() { r xinfo stream room | grep -A1 -x "$1" | tail -n 1; }
after_trim=$(field max-deleted-entry-id) first=$(field recorded-first-entry-id)
r xdel room 9-0 >/dev/null
after_del=$(field max-deleted-entry-id)
echo "Ten entries, trimmed to three; a reader that has seen 2-0 is given, without an error: $read_on"
echo "max-deleted-entry-id after the trim: $after_trim; recorded-first-entry-id: $first"
echo "max-deleted-entry-id after XDEL 9-0: $after_del"
if [[ $read_on == "8-0 9-0 10-0 " && $after_trim == 0-0 && $first == 8-0 && $after_del == 9-0 ]]; then
  echo "As described."
else
  echo "Changed."
  exit 1
fi

#!/usr/bin/env bash
# `tmux send-keys -l` loses a semicolon at the end of the text.
#
# Surprise: tmux takes a semicolon that ends an argument for the end of its own command.
#   That is so for quoted text, and with -l ("literal") as well. A semicolon within the text stays.
#   Two at the end come out as one, and a text of one semicolon types nothing.
# Why it matters: a test that types text into a program types something else, with exit code 0.
# Instead: write a last `;` as `\;`, or load the text from a pipe (`load-buffer -`) and `paste-buffer` it.
set -euo pipefail
work=$(mktemp -d)
tmux() { timeout 20 "$work/root/usr/bin/tmux" -S "$work/tmux" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download tmux=3.3a-3 libevent-core-2.1-7=2.1.12-stable-8+deb12u1 libutempter0=1.2.1-3 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" LC_ALL=C.UTF-8 TERM=xterm
cat >reader.sh <<'SH'
stty -echo
touch "$1/ready"
while IFS= read -r line; do echo "[$line]" >>"$1/got"; [ "$line" = end ] && touch "$1/done"; done
SH
tmux -V
tmux new-session -d -x 80 -y 24 "sh '$work/reader.sh' '$work'"
for _ in {1..200}; do [[ -e ready ]] && break; sleep 0.05; done
for text in 'say hi;' 'say hi; bye' 'say hi;;' ';' 'say hi\;'; do
  tmux send-keys -l "$text"
  tmux send-keys Enter
done
printf 'by a buffer;\nend\n' | tmux load-buffer -
tmux paste-buffer
for _ in {1..200}; do [[ -e done ]] && break; sleep 0.05; done
echo 'Typed: [say hi;] [say hi; bye] [say hi;;] [;] [say hi\;]; pasted: [by a buffer;] [end]'
echo "Read:  $(tr '\n' ' ' <got)"
if [[ $(tr '\n' ' ' <got) == '[say hi] [say hi; bye] [say hi;] [] [say hi;] [by a buffer;] [end] ' ]]; then
  echo "As described."
else
  echo "Changed."
  exit 1
fi

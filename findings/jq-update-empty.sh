#!/usr/bin/env bash
# jq 1.6: `|= empty` on elements of an array removes other elements than those that were chosen.
#
# Surprise: `(.[] | select(. > 9)) |= empty` reads as "remove those", and jq takes it without an error.
#   The places are found first. Each removal then moves the rest down, and the next place is one off.
# Why it matters: "take the long messages out of this log" keeps long ones and loses short ones.
#   A sample with one such message comes out right.
# Instead: `del(.[] | select(...))` or `map(select(...))`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download jq=1.6-2.1+deb12u3 libjq1=1.6-2.1+deb12u3 libonig5=6.9.8-1 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
jq() { timeout 20 root/usr/bin/jq --compact-output "$@"; }
jq --version
one=$(jq '(.[] | select(. > 9)) |= empty' <<<'[1,50,2]')
two=$(jq '(.[] | select(. > 9)) |= empty' <<<'[1,50,2,60,3]')
all=$(jq '.[] |= empty' <<<'[1,2,3,4,5]')
right=$(jq 'del(.[] | select(. > 9))' <<<'[1,50,2,60,3]')
echo "(.[] | select(. > 9)) |= empty: [1,50,2] -> $one, [1,50,2,60,3] -> $two"
echo ".[] |= empty:                   [1,2,3,4,5] -> $all"
echo "del(.[] | select(. > 9)):       [1,50,2,60,3] -> $right"
if [[ "$one $two $all $right" == '[1,2] [1,2,60] [2,4] [1,2,3]' ]]; then
  echo "As described."
else
  echo "Changed."
  exit 1
fi

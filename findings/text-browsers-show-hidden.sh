#!/usr/bin/env bash
# w3m, lynx and links show what a page keeps hidden: closed dialogs, `hidden`, and even templates.
#
# Surprise: these elements look safe in every browser with a window. Text browsers know none of them.
#   What is in `<dialog>`, `<template>` and a closed `<details>` stands on the page, run together.
# Why it matters: "you have been disconnected", ready in a dialog, is the first thing such a reader sees.
#   A template of a message looks like a message that somebody wrote.
# Instead: let the script make what only the script shows. Say in `<noscript>` what the page needs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 libgc1=1:8.2.2-3 \
  lynx=2.9.0dev.12-1 lynx-common=2.9.0dev.12-1 links=2.28-1+b2 || exit 2
for deb in ./*.deb; do dpkg -x "$deb" root; done
cat >page.html <<'HTML'
<!DOCTYPE html><title>Chat</title>
<p>plain</p>
<p hidden>attribute</p>
<dialog><p>dialog</p></dialog>
<template><p>template</p></template>
<details><summary>summary</summary><p>details</p></details>
HTML
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" HOME="$work" TERM=dumb LC_ALL=C.UTF-8
as_described=true
show() {
  local words
  words=$(timeout 20 "$@" 2>&1 | tr -s ' \n' ' ' | sed 's/^ //')
  echo "  $(basename "$1"): $words"
  for word in plain attribute dialog template details; do
    [[ $words == *"$word"* ]] || as_described=false
  done
}
echo "w3m 0.5.3, lynx 2.9.0dev.12, links 2.28 show of plain text, hidden, dialog, template, details:"
show root/usr/bin/w3m -dump -T text/html page.html
show root/usr/bin/lynx -cfg=root/etc/lynx/lynx.cfg -dump -nolist page.html
show root/usr/bin/links -dump page.html
if $as_described; then echo "As described."; else echo "Changed."; exit 1; fi

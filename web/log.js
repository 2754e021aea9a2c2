// The messages on the screen: which of them are drawn, and what part of them is seen. However many come, a frame draws few of them, and
// only the latest thousand stay. Nothing moves under the eyes of who reads back.

import { at, put } from './dom.js';
import { extend, row } from './row.js';
import { count } from './words.js';

/** As many rows as anyone scrolls back, and a browser lays out without delay. */
const ROWS_MAX = 1000;

/** So few that a slow machine draws them within a frame. */
const ROWS_PER_FRAME = 100;

/** Whoever is this near to the end, in pixels, follows it. */
const NEAR = 16;

const box = at('log');
const list = at('rows');
const latest = at('latest');

/** Entries that are not drawn yet, and how many messages were left out before them. */
let pending = [];
let skipped = 0;

/** The entry that the last row is of. */
let last = null;

/** Whether the end is seen, and to be seen again when more comes; and how many messages came since it is not. */
let follows = true;
let fresh = 0;

/** Whether the next message is the first one that nobody saw come. */
let unwatched = false;

let frame = 0;

box.addEventListener('scroll', () => {
  const end = below() <= NEAR && (follows || !pending.length);
  if (end && !follows) fresh = 0;
  follows = end;
  schedule();
}, { passive: true });
new ResizeObserver(() => follows && toEnd()).observe(box);

/** Shows other entries instead of those that are shown. */
export function open(entries) {
  list.replaceChildren();
  pending = entries;
  last = null;
  skipped = 0;
  unwatched = false;
  follow();
}

export function add(entry) {
  const said = entry.kind === 'said' && !entry.mine;
  if (said && unwatched) pending.push({ kind: 'unread' });
  if (said) unwatched = false;
  if (said && !follows) fresh += 1;
  pending.push(entry);
  // Twice as many as are drawn, so that they are moved but once in a while.
  if (pending.length > 2 * ROWS_MAX) skip(ROWS_MAX);
  schedule();
}

/** Says whether anyone looks: the first message that comes while nobody does gets a mark. */
export function watched(seen) {
  unwatched = !seen;
}

/** Goes to the end, and stays there; returns whether it wasn't there. */
export function follow() {
  const went = !follows;
  follows = true;
  fresh = 0;
  schedule();
  return went;
}

/** Scrolls by so many screens. */
export function page(screens) {
  box.scrollBy(0, screens * box.clientHeight * 0.9);
  return true;
}

const below = () => box.scrollHeight - box.scrollTop - box.clientHeight;

function toEnd() {
  box.scrollTop = box.scrollHeight;
}

function schedule() {
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  // Who reads back gets more only when the end of what is drawn comes near.
  if (follows || below() < 2 * box.clientHeight) append();
  latest.hidden = follows;
  put(at('latest-text'), fresh ? count(fresh, 'new message') : 'Latest messages');
}

function append() {
  if (follows && pending.length > ROWS_MAX) skip(pending.length - ROWS_MAX);
  const anchor = follows ? null : list.lastElementChild;
  const top = anchor?.getBoundingClientRect().top;
  if (skipped) place({ kind: 'gap', count: skipped });
  skipped = 0;
  for (const entry of pending.splice(0, ROWS_PER_FRAME)) place(entry);
  while (list.childElementCount > ROWS_MAX) list.firstElementChild.remove();
  if (follows) toEnd();
  else if (anchor) box.scrollTop += anchor.getBoundingClientRect().top - top;
  if (pending.length) schedule();
}

function skip(entries) {
  skipped += pending.splice(0, entries).filter(({ kind }) => kind === 'said').length;
}

function place(entry) {
  const longer = extend(list.lastElementChild, last, entry);
  if (!longer) {
    if (entry.kind === 'unread') list.querySelector('.unread')?.remove();
    if (entry.time && last?.time && new Date(entry.time).toDateString() !== new Date(last.time).toDateString()) {
      list.append(row({ kind: 'day', time: entry.time }));
      last = null;
    }
    list.append(row(entry, last));
  }
  last = longer ?? entry;
}

// The messages on the screen. However many come, a frame draws few of them, and only the latest of a room are kept. Nothing moves under
// the eyes of who reads back.

import { at, on, put } from './dom.js';
import { key } from './names.js';
import { extend, row } from './row.js';
import { count } from './words.js';

/** As many rows as a browser lays out at once, and as many as it makes within a frame. */
const ROWS_MAX = 1000;
const ROWS_PER_FRAME = 100;

/** More rooms than anyone goes to and fro between. */
const ROOMS_MAX = 20;

/** Whoever is this near to the end, in pixels, follows it. */
const NEAR = 16;

/** How long, in ms, it takes until one sees what a key or a wheel does. */
const HOLD = 200;

/** By how much two clocks may differ, in ms; one that goes back further was set. */
const SKEW_MAX = 3_600_000;

const box = at('log');
const list = at('rows');

/** What was shown in each room, the last visited last; and in this one. */
const rooms = new Map();
let entries = [];

/** Entries not drawn yet, and how many messages were left out before them. */
let pending = [];
let skipped = 0;

/** The row of each entry that has one of its own. */
const drawn = new WeakMap();

/** The entry of the last row. */
let last = null;

/** The latest time of a row, which decides about days. */
let latest = null;

/** Whether the end is to stay in view; where the box is scrolled to, and how large it was at the end; how many messages came out of view. */
let follows = true;
let top = 0;
let size = '';
let fresh = 0;

let frame = 0;

/** Until when nothing is drawn, since somebody scrolls: to go to the end would undo it. */
let held = 0;

on('log', 'scroll', () => {
  // A new size, as from zooming, may come with a scrolling that nobody does; the end is gone to as soon as the size is told.
  if (follows && size !== sizeNow()) return;
  const up = box.scrollTop < top;
  const end = below() <= (up ? 1 : NEAR) && (follows || !pending[ROWS_PER_FRAME]);
  // The box may have shrunk: only who scrolls up wants to leave the end.
  if (end || up) follows = end;
  if (end) fresh = 0;
  top = box.scrollTop;
  schedule();
});
for (const type of ['wheel', 'keydown', 'pointerdown']) {
  on('log', type, () => {
    held = performance.now() + HOLD;
  }, { passive: true });
}
new ResizeObserver(() => follows && toEnd()).observe(box);

export function open(room) {
  entries = rooms.get(key(room)) ?? [];
  rooms.delete(key(room));
  rooms.set(key(room), entries);
  if (rooms.size > ROOMS_MAX) rooms.delete(rooms.keys().next().value);
  list.replaceChildren();
  pending = entries.slice(-ROWS_MAX);
  last = latest = null;
  skipped = 0;
  follow();
}

/** Adds an entry to the room that is shown. */
export function add(entry) {
  if (entry.kind === 'said' && !entry.mine && !follows) fresh += 1;
  entries.push(entry);
  pending.push(entry);
  // Not at each entry, since it moves them all.
  if (entries.length > 2 * ROWS_MAX) entries.splice(0, ROWS_MAX);
  if (pending.length > 2 * ROWS_MAX) skip(ROWS_MAX);
  schedule();
}

/** Changes an entry, and its row if it is drawn. */
export function change(entry, change) {
  const before = drawn.get(entry);
  Object.assign(entry, change);
  drawn.set(entry, row(entry));
  before?.replaceWith(drawn.get(entry));
}

/** Goes to the end, and stays there; returns whether it wasn't there. */
export function follow() {
  const went = !follows;
  follows = true;
  fresh = 0;
  schedule();
  return went;
}

const sizeNow = () => `${box.clientWidth} x ${box.clientHeight}`;

const below = () => box.scrollHeight - box.scrollTop - box.clientHeight;

function toEnd() {
  box.scrollTop = box.scrollHeight;
  top = box.scrollTop;
  size = sizeNow();
}

function schedule() {
  frame ||= requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  if (performance.now() < held) return schedule();
  // Who reads back gets more only when the end of what is drawn comes near.
  if (follows || below() < 2 * box.clientHeight) append();
  at('latest').hidden = follows;
  put(at('latest-text'), fresh ? count(fresh, 'new message') : 'Latest messages');
}

function append() {
  if (follows && pending.length > ROWS_MAX) skip(pending.length - ROWS_MAX);
  if (skipped) addRow({ kind: 'gap', count: skipped, time: pending[0].time });
  skipped = 0;
  pending.splice(0, ROWS_PER_FRAME).forEach(addRow);
  // Who reads back has all rows for longer: to take away what is above moves what is seen, until it is moved back.
  const end = below();
  while (list.childElementCount > (follows ? 1 : 2) * ROWS_MAX) list.firstElementChild.remove();
  if (follows) toEnd();
  else if (below() !== end) top = box.scrollTop += below() - end;
  if (pending.length) schedule();
}

function skip(number) {
  skipped += pending.splice(0, number).filter(({ kind }) => kind === 'said').length;
}

function addRow(entry) {
  const longer = extend(list.lastElementChild, last, entry);
  if (!longer) {
    if (turnsDay(entry.time)) {
      last = { kind: 'day', time: entry.time };
      list.append(row(last));
    }
    list.append(row(entry, last));
    drawn.set(entry, list.lastElementChild);
  }
  last = longer ?? entry;
}

/** Tells whether another day begins. The page and the server have a clock each, so a little earlier is no other day. */
function turnsDay(time) {
  if (latest !== null && time <= latest && latest - time < SKEW_MAX) return false;
  const turns = latest !== null && new Date(time).toDateString() !== new Date(latest).toDateString();
  latest = time;
  return turns;
}

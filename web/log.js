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

/** Asks for what was said before all of this; and whether it has. */
let ask;
let asked = false;

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

/** `earlier` asks for what was said before all that is shown. */
export function begin({ earlier }) {
  ask = earlier;
}

on('log', 'scroll', () => {
  // A new size, as from zooming, may come with a scrolling that nobody does; the end is gone to as soon as the size is told.
  if (follows && size !== sizeNow()) return;
  const up = box.scrollTop < top;
  const end = below() <= (up ? 1 : NEAR) && (follows || !pending[ROWS_PER_FRAME]);
  // The box may have shrunk: only who scrolls up wants to leave the end.
  if (end || up) follows = end;
  if (end) fresh = 0;
  top = box.scrollTop;
  if (up && top <= 0) askEarlier();
  schedule();
});
// What is not higher than the box is not scrolled.
on('log', 'wheel', ({ deltaY }) => deltaY < 0 && box.scrollTop <= 0 && askEarlier(), { passive: true });
on('log', 'keydown', ({ key }) => /^(ArrowUp|PageUp|Home)$/.test(key) && box.scrollTop <= 0 && askEarlier());
on('rows', 'earlier', askEarlier);
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
  asked = false;
  clear();
  follow();
}

/** Forgets what is drawn; all of it is to be drawn. */
function clear() {
  list.replaceChildren();
  pending = entries.slice(-ROWS_MAX);
  last = latest = null;
  skipped = 0;
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

/** Puts entries among those that are shown, where they belong by their `order`. Those that are there stay as they are. */
export function insert(past) {
  const before = entries.length;
  for (const entry of past) {
    const place = placeOf(entry.order);
    if (entries[place]?.order !== entry.order) entries.splice(place, 0, entry);
  }
  if (entries.length !== before) redraw();
}

/** Finds the first entry that is not before `order`; those without an order are where they are. */
function placeOf(order) {
  let place = entries.length;
  for (let at = place - 1; at >= 0 && !(entries[at].order < order); at -= 1) {
    if (entries[at].order >= order) place = at;
  }
  return place;
}

/** Draws all anew; what was seen stays where it was. The name over the first row may go, since it stands further above now. */
function redraw() {
  const edge = box.getBoundingClientRect().top;
  const places = follows ? [] : entries.map((entry) => [entry, drawn.get(entry)?.getBoundingClientRect()]);
  const [anchor, rect] = places.find(([entry, rect]) => rect?.bottom > edge && drawn.get(entry).isConnected) ?? [];
  const empty = list.childElementCount === 0;
  clear();
  if (!empty) pending.splice(0).forEach(addRow);
  if (anchor && drawn.has(anchor)) top = box.scrollTop += drawn.get(anchor).getBoundingClientRect().bottom - rect.bottom;
  if (follows) follow();
  schedule();
}

function askEarlier() {
  if (!asked) asked = ask();
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
  if (!last && entry.past) list.append(row({ kind: 'earlier', time: entry.time, more: entry.seq > 1 && !asked }));
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

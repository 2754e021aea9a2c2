// The messages on the screen. However many come, a frame draws few of them, and only the latest of a place are kept. Nothing moves under
// the eyes of who reads back.

import { at, on, put } from './dom.js';
import { extend, row } from './row.js';
import { count } from './words.js';

/** As many rows as a browser lays out at once, and as many as it makes within a frame. */
const ROWS_MAX = 1000;
const ROWS_PER_FRAME = 100;

/** As many rooms as the server lets one be in, and as many conversations. */
const PLACES_MAX = 64;

/** Whoever is this near to the end, in pixels, follows it. */
const NEAR = 16;

/** How long, in ms, it takes until one sees what a key or a wheel does. */
const HOLD = 200;

/** By how much two clocks may differ, in ms; one that goes back further was set. */
const SKEW_MAX = 3_600_000;

const box = at('log');
const list = at('rows');

/** What was shown in each room or conversation, the last visited last; and in this one. */
const places = new Map();
let place = null;
let entries = [];

/** Asks for what was said before all of this, and where it has. */
let ask;
const asked = new Set();

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

/** `earlier` asks for what was said before all that is shown, if it can; that it does once. */
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

export function open(to) {
  place = to;
  entries = entriesOf(place);
  places.delete(place);
  places.set(place, entries);
  clear();
  follow();
}

/** Returns what was said in a conversation. */
export function saidIn(from) {
  return (places.get(from) ?? []).filter(({ kind }) => kind === 'told');
}

/** Forgets what was shown in a place that is not shown any more. */
export function forget(from) {
  if (from !== place) places.delete(from);
}

/** Gives what was shown in a place to another one. */
export function move(from, to) {
  const moved = places.get(from);
  if (!moved) return;
  places.delete(from);
  places.set(to, moved);
  if (place === from) place = to;
}

function entriesOf(to) {
  if (!places.has(to)) places.set(to, []);
  if (places.size > PLACES_MAX) places.delete([...places.keys()].find((one) => one !== place && one !== to));
  return places.get(to);
}

/** Forgets what is drawn; all of it is to be drawn. */
function clear() {
  list.replaceChildren();
  pending = entries.slice(-ROWS_MAX);
  last = latest = null;
  skipped = 0;
}

/** Adds an entry to its place; returns whether it is new. */
export function add(entry) {
  const all = entriesOf(entry.place);
  if (entry.kind === 'said' && all[placeOf(all, entry.order)]?.order === entry.order) return false;
  all.push(entry);
  // Not at each entry, since it moves them all.
  if (all.length > 2 * ROWS_MAX) all.splice(0, ROWS_MAX);
  if (all !== entries) return true;
  if (isMessage(entry) && !entry.mine && !follows) fresh += 1;
  pending.push(entry);
  if (pending.length > 2 * ROWS_MAX) skip(ROWS_MAX);
  schedule();
  return true;
}

const isMessage = ({ kind }) => kind === 'said' || kind === 'told';

/** Puts entries where they belong by their `order`. Those that are there stay as they are. */
export function insert(past) {
  const before = entries.length;
  for (const entry of past) {
    const all = entriesOf(entry.place);
    const at = placeOf(all, entry.order);
    if (all[at]?.order !== entry.order) all.splice(at, 0, entry);
  }
  if (entries.length !== before) redraw();
}

/** Finds the first of all entries that is not before `order`; those without an order are where they are. */
function placeOf(all, order) {
  let found = all.length;
  for (let at = found - 1; at >= 0 && !(all[at].order < order); at -= 1) {
    if (all[at].order >= order) found = at;
  }
  return found;
}

/** Draws all anew; what was seen stays where it was. The name over the first row may go, since it stands further above now. */
function redraw() {
  const edge = box.getBoundingClientRect().top;
  const rows = follows ? [] : entries.map((entry) => [entry, drawn.get(entry)?.getBoundingClientRect()]);
  const [anchor, rect] = rows.find(([entry, rect]) => rect?.bottom > edge && drawn.get(entry).isConnected) ?? [];
  const empty = list.childElementCount === 0;
  clear();
  if (!empty) pending.splice(0).forEach(addRow);
  if (anchor && drawn.has(anchor)) top = box.scrollTop += drawn.get(anchor).getBoundingClientRect().bottom - rect.bottom;
  if (follows) follow();
  schedule();
}

function askEarlier() {
  if (!asked.has(place) && ask()) asked.add(place);
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
  skipped += pending.splice(0, number).filter(isMessage).length;
}

function addRow(entry) {
  if (!last && entry.past) list.append(row({ kind: 'earlier', time: entry.time, more: entry.seq > 1 && !asked.has(place) }));
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

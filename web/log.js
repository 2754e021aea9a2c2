// The messages on the screen. However many come, a frame draws few of them, and only so many of a place are kept: of a room, those that were
// let go of are asked for again when one comes there. Nothing moves under the eyes of who reads back.

import { at, on, put } from './dom.js';
import { fill, insert, letGo, pageOf, placeOf } from './past.js';
import { isMessage, renewHole, row, standing } from './row.js';
import { count } from './words.js';

/** As many rows as a browser lays out at once, and as many as it makes within a frame. */
const ROWS_MAX = 1000;
const ROWS_PER_FRAME = 100;

/** By so many more rows they are let go of together. */
const ROWS_MORE = 100;

/** As many rooms as the server lets one be in, and as many conversations. */
const PLACES_MAX = 64;

/** What so many people do one after the other stands in one row. */
const PRESENCES_MAX = 6;

/** Whoever is this near to the end, in pixels, follows it. */
const NEAR = 16;

/** What is missing is asked for when it is nearer than so many heights of the box. */
const AHEAD = 1;

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

/** Asks for what is missing. */
let ask;

/** Whether somebody wants what was said earlier who can't scroll there. */
let wants = false;

/** How many of the entries, the last ones, are not drawn yet. */
let rest = 0;

/** The row of each entry that has one of its own, how it stands to the one before, and the day above it: `{ item, looks, day }`. */
const drawn = new WeakMap();

/** The entry that somebody looked for. */
let hit = null;

/** Whether the end is to stay in view; where the box is scrolled to, and how large it was at the end; how many messages came out of view. */
let follows = true;
let top = 0;
let size = '';
let fresh = 0;

let frame = 0;

/** Until when nothing is drawn, since somebody scrolls: to go to the end would undo it. */
let held = 0;

/** `asks` asks for messages that are missing; it returns `false` if nobody has them. */
export function begin({ ask: asks }) {
  ask = asks;
}

on('log', 'scroll', () => {
  // A new size, as from zooming, may come with a scrolling that nobody does; the end is gone to as soon as the size is told.
  if (follows && size !== sizeNow()) return;
  const up = box.scrollTop < top;
  const end = below() <= (up ? 1 : NEAR) && (follows || rest <= ROWS_PER_FRAME);
  // The box may have shrunk: only who scrolls up wants to leave the end.
  if (end || up) follows = end;
  if (end) fresh = 0;
  top = box.scrollTop;
  if (up && top <= 0) want();
  schedule();
});
// What is not higher than the box is not scrolled.
on('log', 'wheel', ({ deltaY }) => deltaY < 0 && box.scrollTop <= 0 && want(), { passive: true });
on('log', 'touchmove', () => box.scrollTop <= 0 && want(), { passive: true });
on('log', 'keydown', ({ key }) => /^(ArrowUp|PageUp|Home)$/.test(key) && box.scrollTop <= 0 && want());
on('rows', 'missing', ({ target }) => {
  const hole = entries.find((one) => drawn.get(one)?.item === target.closest('li'));
  if (hole) askFor(hole, false);
});
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
  if (entries.length > ROWS_MAX) letGo(entries, 0, entries.length - ROWS_MAX);
  list.replaceChildren();
  rest = entries.length;
  wants = false;
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

/** Adds an entry to its place; returns whether it is new. */
export function add(entry) {
  const all = entriesOf(entry.place);
  if (entry.kind === 'said' && all[placeOf(all, entry.order)]?.order === entry.order) return false;
  all.push(entry);
  if (all === entries) {
    rest += 1;
    if (isMessage(entry) && !entry.mine && !follows) fresh += 1;
    // Nothing is drawn while the page is hidden, and more may come within a frame than is ever drawn.
    if (rest > 2 * ROWS_MAX) skip(ROWS_MAX);
    schedule();
  } else if (all.length > 2 * ROWS_MAX) {
    letGo(all, 0, ROWS_MAX);
  }
  return true;
}

/** Leaves out the first of those that are not drawn yet. */
function skip(number) {
  const start = entries.length - rest;
  const told = entries.slice(start, start + number).filter(({ kind }) => kind === 'told');
  letGo(entries, start, start + number);
  // Of a conversation, nobody has them any more.
  if (told.length) {
    const before = entries[start - 1];
    if (before?.kind === 'gap') change(before, { count: before.count + told.length });
    else entries.splice(start, 0, { kind: 'gap', count: told.length, time: told[0].time });
  }
  rest = Math.min(rest - number + 1, entries.length - start);
}

/**
 * Learns what was said before: `past` entries, where there are `holes`, and what is `known` of them. Returns whether one has come to the
 * beginning now.
 */
export function learn({ holes, past, known }) {
  const here = (one) => one.place === place;
  const isHere = [...holes, ...known].some(here);
  const next = entries[entries.length - rest];
  const isDone = () => entries[0]?.done === true;
  const wasDone = isDone();
  for (const one of [...holes, ...past]) insert(entriesOf(one.place), one);
  for (const one of known) fill(entriesOf(one.place), one);
  if (!isHere) return false;
  const from = entries.indexOf(next);
  rest = from < 0 ? 0 : entries.length - from;
  wants &&= !known.some(here);
  redraw();
  return !wasDone && isDone();
}

/** Draws anew what is drawn; what was seen stays where it was. The name over the first row may go, since it stands further above now. */
function redraw() {
  const anchor = seen();
  const bottom = anchor && bottomOf(anchor);
  if (anchor && !follows && entries.length > 2 * ROWS_MAX) letGoFar(anchor);
  if (list.childElementCount) render();
  if (anchor && drawn.get(anchor).item.isConnected) top = box.scrollTop += bottomOf(anchor) - bottom;
  schedule();
}

const bottomOf = (entry) => drawn.get(entry).item.getBoundingClientRect().bottom;

/** Finds the first message that is seen. */
function seen() {
  const edge = box.getBoundingClientRect().top;
  return entries.find((entry) => isMessage(entry) && drawn.get(entry)?.item.isConnected && bottomOf(entry) > edge);
}

/** Makes the rows those of the entries that are drawn. What stays is not touched: it keeps the focus, and what is selected. */
function render() {
  const rows = [];
  let before = null;
  let latest = null;
  let together = [];
  for (const entry of entries.slice(0, entries.length - rest)) {
    if (entry.kind === 'presence' && before?.kind === 'presence' && together.length < PRESENCES_MAX) {
      together.push(entry.text);
      put(rows.at(-1), together.join(' · '));
      before = entry;
      continue;
    }
    const turns = turnsDay(entry, latest);
    if (entry.time !== undefined && !(latest - entry.time < SKEW_MAX && entry.time <= latest)) latest = entry.time;
    const made = rowOf(entry, turns ? null : before, turns);
    rows.push(...(turns ? [made.day] : []), made.item);
    if (entry.kind === 'presence') {
      together = [entry.text];
      put(made.item, entry.text);
    }
    before = entry;
  }
  const focused = list.contains(document.activeElement);
  const wanted = new Set(rows);
  for (const item of [...list.children]) if (!wanted.has(item)) item.remove();
  let next = list.firstElementChild;
  for (const item of rows) {
    if (item === next) next = next.nextElementSibling;
    else list.insertBefore(item, next);
  }
  if (focused && !list.contains(document.activeElement)) box.focus({ preventScroll: true });
}

/** Returns the row of an entry as it is, or a new one if it stands otherwise to the entry before. */
function rowOf(entry, before, turns) {
  const looks = standing(entry, before);
  let made = drawn.get(entry);
  if (made?.looks !== looks) drawn.set(entry, made = { item: row(entry, looks), looks, day: made?.day });
  if (turns) made.day ??= row({ kind: 'day', time: entry.time });
  if (entry.kind === 'hole') renewHole(made.item, entry);
  return made;
}

/**
 * Tells whether another day begins. The page and the server have a clock each, so a little earlier is no other day. What was said before
 * one came, and not today, has its day above it.
 */
function turnsDay({ time, past }, latest) {
  if (time === undefined || (latest === null && !past)) return false;
  if (latest !== null && time <= latest && latest - time < SKEW_MAX) return false;
  return new Date(time).toDateString() !== new Date(latest ?? Date.now()).toDateString();
}

function want() {
  wants = true;
  schedule();
}

/** Asks for what is missing near to what is seen. What was said before one came waits until somebody goes there. */
function askMissing() {
  const edges = box.getBoundingClientRect();
  const ahead = AHEAD * edges.height;
  for (const one of entries.filter(({ kind, done }) => kind === 'hole' && !done)) {
    const item = drawn.get(one)?.item;
    if (!item?.isConnected || (follows && (one.earlier ? !wants : rest))) continue;
    const { top, bottom } = item.getBoundingClientRect();
    if (bottom < edges.top - ahead || top > edges.bottom + ahead) continue;
    askFor(one, !follows && top > edges.top + edges.height / 2);
  }
}

function askFor(hole, down) {
  const [first, last] = pageOf(hole, down);
  if (ask({ room: hole.room, first, last })) return;
  entries.splice(entries.indexOf(hole), 1);
  redraw();
}

/** Changes an entry, and its row if it is drawn. */
export function change(entry, change) {
  Object.assign(entry, change);
  const before = drawn.get(entry);
  if (!before) return;
  drawn.set(entry, { ...before, item: row(entry, before.looks) });
  before.item.replaceWith(drawn.get(entry).item);
}

/** Goes to the message of this order, in which `words` were found; returns whether it is there. */
export function goTo(order, words) {
  const found = entries.findIndex((one) => one.kind === 'said' && one.order === order);
  if (found < 0) return false;
  if (hit) change(hit, { hit: undefined });
  hit = entries[found];
  change(hit, { hit: words });
  follows = false;
  rest = Math.min(rest, Math.max(0, entries.length - found - ROWS_PER_FRAME));
  render();
  const { item } = drawn.get(hit);
  item.tabIndex = -1;
  item.focus({ preventScroll: true });
  const [outer, inner] = [box, item].map((one) => one.getBoundingClientRect());
  top = box.scrollTop += inner.top - outer.top - Math.max(0, outer.height - inner.height) / 2;
  schedule();
  return true;
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
  askMissing();
  if (performance.now() < held) return schedule();
  // Who reads back gets more only when the end of what is drawn comes near.
  if (follows || below() < 2 * box.clientHeight) append();
  if (!follows && entries.length > 2 * ROWS_MAX) redraw();
  at('latest').hidden = follows;
  put(at('latest-text'), fresh ? count(fresh, 'new message') : 'Latest messages');
}

function append() {
  if (follows && rest > ROWS_MAX) skip(rest - ROWS_MAX);
  const more = rest > 0;
  rest = Math.max(0, rest - ROWS_PER_FRAME);
  if (more) render();
  if (follows && list.childElementCount > ROWS_MAX) {
    letGo(entries, 0, entries.length - rest - ROWS_MAX + ROWS_MORE);
    render();
  }
  if (follows) toEnd();
  if (more) schedule();
}

/** Lets go of what is far from what is seen, and not among the latest. */
function letGoFar(anchor) {
  const at = entries.indexOf(anchor);
  const [from, to] = [at - ROWS_MAX / 2, at + ROWS_MAX / 2];
  const latest = entries.length - ROWS_MORE;
  const next = entries[entries.length - rest];
  if (to < latest) letGo(entries, to, latest);
  if (from > 0) letGo(entries, 0, from);
  const left = entries.indexOf(next);
  rest = left < 0 ? 0 : entries.length - left;
}

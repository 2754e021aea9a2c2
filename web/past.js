// What is missing among the messages of a room. A hole stands where they are, as an entry of the log, and is filled page by page. It knows
// no elements. `order` is the place of a message, as `Seen` has it.

import { ERA } from './seen.js';

/** As many messages as the server tells at once. */
export const PAGE = 100;

/**
 * After so many pages in a row with nothing in them, all of a hole is asked for, and after so many, nothing. Whom one ignores may have
 * filled them, or nobody keeps them.
 */
const EMPTY_DOWN = 5;
const EMPTY_MAX = 10;

/**
 * Returns the entry for messages that are missing, the first and the last of them by `order`. What was said before one came is `earlier`: it
 * stays as the beginning of the room, and is asked for only by who goes there.
 */
export function hole({ place, room, first, last, earlier = false }) {
  return { kind: 'hole', place, room, first, last, earlier, order: first - 0.25, empty: 0, done: last < first };
}

/** Returns the number of a message in its room. */
export const seqOf = (order) => order % ERA;

const eraOf = (order) => Math.floor(order / ERA);

/** Returns which messages of a hole to ask for, as the first and the last: those at its end, or with `down` those at its beginning. */
export function pageOf({ first, last, empty }, down) {
  return down && empty < EMPTY_DOWN ? [first, Math.min(last, first + PAGE - 1)] : [first, last];
}

/** Returns what is known after it was asked for messages: the first and the last that are. The server tells the last ones, up to a page. */
export function coveredBy(first, last, past) {
  if (last - first < PAGE) return [first, last];
  return [past.length ? past[0].order : last - PAGE + 1, last];
}

/** Finds the first of all entries that is not before `order`; those without an order are where they are. */
export function placeOf(all, order) {
  let found = all.length;
  for (let at = found - 1; at >= 0 && !(all[at].order < order); at -= 1) {
    if (all[at].order >= order) found = at;
  }
  return found;
}

/** Puts an entry where it belongs by its `order`, unless it is there. */
export function insert(all, entry) {
  const at = placeOf(all, entry.order);
  if (all[at]?.order !== entry.order) all.splice(at, 0, entry);
}

/** Takes what is known out of all holes, from the first to the last; `count` messages came. */
export function fill(all, { first, last, count }) {
  for (const one of all.filter(({ kind, done }) => kind === 'hole' && !done)) {
    if (one.last < first || one.first > last) continue;
    const empty = count ? 0 : one.empty + 1;
    const goesOn = empty < EMPTY_MAX;
    if (goesOn && last < one.last) insert(all, { ...hole({ ...one, first: last + 1, earlier: false }), empty });
    if (goesOn && first > one.first) Object.assign(one, { last: first - 1, empty });
    else if (one.earlier) Object.assign(one, { last: one.first - 1, done: true });
    else all.splice(all.indexOf(one), 1);
  }
}

/**
 * Lets go of the entries from `start` to before `end`. Of a room, a hole stands for them, which takes up those beside it. What was said
 * before a room was made anew can't be asked for again.
 */
export function letGo(all, start, end) {
  const isHole = (one) => one?.kind === 'hole';
  const from = isHole(all[start - 1]) ? start - 1 : start;
  const to = isHole(all[end]) ? end + 1 : end;
  const gone = all.slice(from, to).filter((one) => one.kind === 'said' || isHole(one));
  const era = Math.max(...gone.map(({ order }) => eraOf(order)));
  const mine = gone.filter(({ order }) => eraOf(order) === era);
  all.splice(from, to - from);
  if (!mine.length) return;
  const [first, last] = [Math.min(...mine.map((one) => one.first ?? one.order)), Math.max(...mine.map((one) => one.last ?? one.order))];
  // The same entry has the same row.
  const one = mine.find(isHole) ?? {};
  const earlier = mine.some((one) => one.earlier) || seqOf(first) === 1;
  all.splice(from, 0, Object.assign(one, hole({ place: mine[0].place, room: mine[0].room, first, last, earlier })));
}

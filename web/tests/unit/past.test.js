// What is missing among the messages of a room, and how it is filled.

import assert from 'node:assert/strict';
import test from 'node:test';

import { PAGE, coveredBy, fill, hole, insert, letGo, pageOf } from '../../past.js';

const PLACE = { place: 'main', room: 'main' };
const message = (order) => ({ kind: 'said', ...PLACE, order });
const messages = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => message(first + at));

/** Shows a list in short: `1-3` are messages that are there, `(4-9)` a hole, and `(4-9)*` one at the beginning. */
function shown(all) {
  const parts = [];
  for (const { kind, order, first, last, earlier, done } of all) {
    if (kind === 'hole') parts.push(done ? 'begin' : `(${first}-${last})${earlier ? '*' : ''}`);
    else if (kind !== 'said') parts.push(kind);
    else if (Array.isArray(parts.at(-1)) && parts.at(-1)[1] === order - 1) parts.at(-1)[1] = order;
    else parts.push([order, order]);
  }
  return parts.map((part) => (Array.isArray(part) ? part.join('-') : part)).join(' ');
}

/** A room with so many messages, of which the last ten are there. */
function room(said) {
  const all = [hole({ ...PLACE, first: 1, last: said - 10, earlier: true })];
  messages(said - 9, said).forEach((one) => insert(all, one));
  return all;
}

/** Answers as a server does that keeps the messages from `kept` on; returns what was asked for. */
function answer(all, first, last, kept = 1) {
  const past = messages(Math.max(first, kept, last - PAGE + 1), last);
  const [from, to] = coveredBy(first, last, past);
  past.forEach((one) => insert(all, one));
  fill(all, { first: from, last: to, count: past.length });
}

test('a room is read back page by page to its beginning', () => {
  const all = room(300);
  const steps = [];
  for (let asked = 0; asked < 4; asked += 1) {
    steps.push(shown(all));
    const open = all.find(({ kind, done }) => kind === 'hole' && !done);
    if (open) answer(all, ...pageOf(open, false));
  }
  assert.deepEqual(steps, ['(1-290)* 291-300', '(1-190)* 191-300', '(1-90)* 91-300', 'begin 1-300']);
});

test('where nothing is kept any more is the beginning, though somebody may have said many messages whom one ignores', () => {
  const all = room(5000);
  let asked = 0;
  for (; !all[0].done; asked += 1) answer(all, ...pageOf(all[0], false), 4941);
  assert.deepEqual([shown(all), asked], ['begin 4941-5000', 11]);
});

test('messages around one part a hole, which is filled from both sides', () => {
  const all = room(2000);
  answer(all, 450, 549);
  assert.equal(shown(all), '(1-449)* 450-549 (550-1990) 1991-2000');
  const after = all.find(({ kind, earlier }) => kind === 'hole' && !earlier);
  assert.deepEqual([pageOf(after, true), pageOf(after, false)], [[550, 649], [550, 1990]]);
  answer(all, 550, 649);
  assert.equal(shown(all), '(1-449)* 450-649 (650-1990) 1991-2000');
  answer(all, 650, 1990);
  assert.equal(shown(all), '(1-449)* 450-649 (650-1890) 1891-2000');
  answer(all, 1, 449);
  assert.equal(shown(all), '(1-349)* 350-649 (650-1890) 1891-2000');
});

test('who goes to the first messages of a room has come to its beginning, and what is missing behind them is', () => {
  const all = room(2000);
  answer(all, 1, 60);
  assert.equal(shown(all), 'begin 1-60 (61-1990) 1991-2000');
});

test('a page of those whom one ignores takes them out of what is missing', () => {
  const all = room(2000);
  answer(all, 450, 549);
  fill(all, { first: 550, last: 649, count: 0 });
  assert.equal(shown(all), '(1-449)* 450-549 (650-1990) 1991-2000');
  for (let empty = 0; empty < 4; empty += 1) fill(all, { first: 650 + empty * PAGE, last: 749 + empty * PAGE, count: 0 });
  const after = all.find(({ kind, earlier }) => kind === 'hole' && !earlier);
  assert.deepEqual(pageOf(after, true), [1050, 1990], 'after some of them, the other end is asked for');
});

test('what is let go of is missing, and takes up what is missing beside it', () => {
  const all = [...room(300), { kind: 'presence' }, ...messages(301, 400)];
  const [first] = all;
  letGo(all, 0, 61);
  assert.equal(shown(all), '(1-349)* 350-400');
  assert.equal(all[0], first, 'the row of which is the same');
  letGo(all, 11, 21);
  assert.equal(shown(all), '(1-349)* 350-359 (360-369) 370-400');
  letGo(all, 12, 22);
  assert.equal(shown(all), '(1-349)* 350-359 (360-379) 380-400');
  letGo(all, 1, 11);
  assert.equal(shown(all), '(1-379)* 380-400');
  const talk = [{ kind: 'told' }, { kind: 'told' }, { kind: 'note' }];
  letGo(talk, 0, 2);
  assert.deepEqual(talk, [{ kind: 'note' }], 'of a conversation nobody has more');
});

test('what is let go of from a room and from the one that it was before is missing in the room as it is', () => {
  const ERA = 2 ** 40;
  const all = [...messages(1, 5), ...messages(ERA + 1, ERA + 5)];
  letGo(all, 0, 8);
  assert.equal(shown(all), `(${ERA + 1}-${ERA + 3})* ${ERA + 4}-${ERA + 5}`);
});

/** Numbers from 0 to 1, the same ones for the same seed. */
function random(seed) {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('whatever is asked for and let go of, each message is there once and in order, or in one hole', () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const next = random(seed);
    const below = (limit) => Math.floor(next() * limit);
    let said = 10 + below(1500);
    const all = room(said);
    for (let step = 0; step < 60; step += 1) {
      const holes = all.filter(({ kind, done }) => kind === 'hole' && !done);
      const what = below(5);
      if (what === 0) all.push(message(said += 1));
      else if (what === 1) letGo(all, ...[below(all.length), below(all.length + 1)].sort((one, other) => one - other));
      else if (what === 2 && holes.length) {
        const middle = 1 + below(said);
        answer(all, Math.max(1, middle - 50), Math.min(said, middle + 49));
      } else if (holes.length) answer(all, ...pageOf(holes[below(holes.length)], what === 3));
      const numbers = all.flatMap(({ kind, order, first, last, done }) => {
        if (kind !== 'hole') return [order];
        return done ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
      });
      assert.deepEqual(numbers, Array.from({ length: said }, (_, at) => at + 1), `seed ${seed}, step ${step}: ${shown(all)}`);
      assert.ok(all.every(({ order }, at) => at === 0 || all[at - 1].order < order), `seed ${seed}, step ${step}`);
    }
  }
});

test('of more messages than a page, only those are known that came', () => {
  const past = messages(2, 101);
  assert.deepEqual(coveredBy(2, 101, past), [2, 101]);
  assert.deepEqual(coveredBy(1, 100, []), [1, 100]);
  assert.deepEqual(coveredBy(1, 101, past), [2, 101]);
  assert.deepEqual(coveredBy(1, 101, []), [2, 101]);
});

// What helps with typing: completion and history.

import assert from 'node:assert/strict';
import test from 'node:test';

import { complete } from '../../complete.js';
import { History, LINES_MAX } from '../../history.js';

const known = {
  commands: [
    { word: 'help', arguments: [], what: 'prints this message' },
    { word: 'name', arguments: ['name'], what: 'change name' },
    { word: 'join', arguments: ['room'], what: 'join room' },
    { word: 'msg', arguments: ['name', 'text'], what: 'write to one person alone' },
  ],
  rooms: ['pizza', 'main'],
  people: ['Anna', 'Ann', 'Bob', 'Me'],
  me: 'Me',
};

test('what is typed is completed with what fits', () => {
  const cases = [
    ['/', 0, ['/help', '/name ', '/join ', '/msg ']],
    ['/n', 0, ['/name ']],
    ['/N', 0, ['/name ']],
    ['/x', 0, []],
    ['/join ', 6, ['pizza', 'main']],
    ['/join p', 6, ['pizza']],
    ['/join  P', 7, ['pizza']],
    ['/JOIN p', 6, ['pizza']],
    ['/name An', 0, []],
    ['/msg ', 5, ['Anna ', 'Ann ', 'Bob ']],
    ['/MSG b', 5, ['Bob ']],
    ['/msg Bob an', 9, ['Anna ', 'Ann ']],
    ['/me hugs an', 9, ['Anna ', 'Ann ']],
    ['/reply an', 7, ['Anna ', 'Ann ']],
    ['/ignore an', 8, ['Anna', 'Ann']],
    ['/unignore b', 10, ['Bob']],
    ['/ignore Bob an', 0, []],
    ['an', 0, ['Anna: ', 'Ann: ']],
    ['a', 0, []],
    ['@', 1, ['Anna ', 'Ann ', 'Bob ']],
    ['@b', 1, ['Bob ']],
    ['hello an', 6, ['Anna ', 'Ann ']],
    ['hello @', 7, ['Anna ', 'Ann ', 'Bob ']],
    ['hello /n', 6, []],
    ['me', 0, []],
    ['', 0, []],
    ['hello ', 6, []],
    ['日本 bo', 3, ['Bob ']],
  ];
  for (const [typed, start, words] of cases) {
    const found = complete(typed, known);
    assert.deepEqual(found?.options.map(({ word }) => word) ?? [], words, typed);
    if (found) assert.equal(found.start, start, typed);
  }
});

test('a command is suggested with what it does', () => {
  assert.deepEqual(complete('/h', known).options, [{ word: '/help', shown: '/help', what: 'prints this message' }]);
});

test('no more is suggested than is taken in at a glance', () => {
  const people = Array.from({ length: 50 }, (_, number) => `guest-${number}`);
  assert.equal(complete('@', { ...known, people }).options.length, 8);
});

test('history goes back to the oldest line, and forward to what was being typed', () => {
  const history = new History();
  history.push('one');
  history.push('two');
  assert.deepEqual([history.older('draft'), history.older('two'), history.older('one')], ['two', 'one', null]);
  assert.deepEqual([history.newer(), history.newer(), history.newer()], ['two', 'draft', null]);
});

test('a line that was changed is being typed, and history begins with the last line again', () => {
  const history = new History();
  history.push('one');
  history.push('two');
  history.older('');
  history.older('two');
  history.leave();
  assert.deepEqual([history.older('one, changed'), history.newer()], ['two', 'one, changed']);
});

test('a repeated line is remembered once, and the oldest is forgotten', () => {
  const history = new History();
  for (let line = 0; line <= LINES_MAX; line += 1) {
    history.push(`${line}`);
    history.push(`${line}`);
  }
  let [oldest, number] = [null, 0];
  for (let line = history.older(''); line !== null; line = history.older('')) [oldest, number] = [line, number + 1];
  assert.deepEqual([oldest, number], ['1', LINES_MAX]);
});

import assert from 'node:assert/strict';
import test from 'node:test';

import { hue } from '../../colours.js';
import { cut, isName, roomOf } from '../../names.js';

test('a name is 2 to 20 ASCII letters, digits, dashes and underscores', () => {
  const cases = [
    ['', false], ['a', false], ['ab', true], ['A-_9', true], ['12345678901234567890', true], ['123456789012345678901', false],
    ['with space', false], ['dot.ted', false], ['naïve', false], ['日本', false], ['<b>', false], ['a\nb', false], ['--', true],
  ];
  for (const [text, valid] of cases) assert.equal(isName(text), valid, JSON.stringify(text));
});

test('the limits of a name are those that the server tells', () => {
  assert.equal(isName('abcd', { min: 2, max: 3 }), false);
  assert.equal(isName('a', { min: 1, max: 3 }), true);
});

test('an address asks for a room, for none, or for one that there can not be', () => {
  const cases = [['', ''], ['#', ''], ['#pizza', 'pizza'], ['#Pizza-2', 'Pizza-2'], ['#a', null], ['#a%20b', null], ['#<img>', null], [`#${'r'.repeat(32)}`, 'r'.repeat(32)], [`#${'r'.repeat(33)}`, null]];
  for (const [hash, room] of cases) assert.equal(roomOf(hash), room, hash);
});

test('a name is said where it is a word, in any case', () => {
  const cases = [
    '[Ann]', 'hi [ann]!', '[ANN], [ann]: [ann]', '@[ann]', '日本Ann', '日本 [Ann]', 'Anna and Joann', 'Ann-Marie, ann_2', 'İ [ann]', 'nobody', '',
  ];
  for (const marked of cases) {
    const text = marked.replace(/[[\]]/g, '');
    const found = cut(text, 'Ann').map((piece, place) => (place % 2 ? `[${piece}]` : piece)).join('');
    assert.equal(found, marked);
  }
});

test('a name keeps its hue, which is the one of the terminal client', () => {
  assert.deepEqual(['Ann', 'ANN', 'ann'].map(hue), [5, 5, 5]);
  // Its palette has them at these places: 30, 28, 162 and 130.
  assert.deepEqual(['Ann', 'Bob', 'Cid', 'Dora'].map(hue), [5, 3, 13, 1]);
});

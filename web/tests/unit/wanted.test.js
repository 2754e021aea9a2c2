import assert from 'node:assert/strict';
import test from 'node:test';

import { wantedRooms, waysTo } from '../../wanted.js';

test('each room is wanted once, the one to be looked at last', () => {
  assert.deepEqual(wantedRooms({ rooms: [], room: null }), []);
  assert.deepEqual(wantedRooms({ rooms: ['main', 'pizza', 'books'], room: 'Pizza' }), ['main', 'books', 'Pizza']);
  assert.deepEqual(wantedRooms({ rooms: ['main', 'pizza'], room: null }), ['main', 'pizza']);
});

test('the first room is left for the others, unless it is wanted, and the last one has the focus at last', () => {
  const cases = [
    [[], []],
    [['main'], []],
    [['MAIN'], []],
    [['pizza'], ['/join pizza']],
    [['pizza', 'books'], ['/join pizza', '/enter books']],
    [['main', 'pizza'], ['/enter pizza']],
    [['pizza', 'main'], ['/enter pizza', '/enter main']],
    [['pizza', 'main', 'books'], ['/enter pizza', '/enter books']],
  ];
  for (const [rooms, lines] of cases) assert.deepEqual(waysTo(rooms, 'main', false, '/history 9'), lines, rooms.join());
});

test('who is in all rooms already leaves none, and asks in each but the first what was said', () => {
  assert.deepEqual(waysTo(['pizza'], 'pizza', true, '/history 9'), []);
  assert.deepEqual(waysTo(['books'], 'pizza', true, '/history 9'), ['/enter books', '/topic', '/history 9']);
  assert.deepEqual(waysTo(['books', 'pizza'], 'pizza', true, '/history 9'), ['/enter books', '/topic', '/history 9', '/enter pizza']);
});

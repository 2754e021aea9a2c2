// What is kept of conversations while the page is loaded again.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Chat } from '../../chat.js';
import { read, written } from '../../talks.js';

const bob = { name: 'Bob', place: '@bob', unread: 2, called: true, mine: true, muted: false };
const said = (text) => ({ kind: 'told', place: '@bob', name: 'Bob', text, time: 7, mine: false, pieces: [text] });

test('conversations are read as they were written, the last of what was said in each', () => {
  const all = Array.from({ length: 60 }, (_, number) => said(`${number}`));
  const [talk, ...others] = read(written([bob], () => all));
  assert.deepEqual(others, []);
  assert.deepEqual([talk.name, talk.unread, talk.called, talk.mine, talk.muted], ['Bob', 2, true, true, false]);
  assert.equal(talk.said.length, 50);
  assert.deepEqual(talk.said[0], { name: 'Bob', text: '10', time: 7, mine: false });
});

test('what is no conversation is none', () => {
  const good = { name: 'Bob', unread: 0, said: [] };
  for (const text of [null, '', 'x', '7', 'null', '{}', '[null]', '[{"name":"Bob"}]', '[{"name":"x y","unread":0,"said":[]}]', '[{"name":"Bob","unread":0,"said":[{}]}]']) {
    assert.deepEqual(read(text), [], text);
  }
  assert.deepEqual(read(JSON.stringify([good, { ...good, name: 'BOB' }])), [good]);
});

test('a page that is loaded again has its conversations, and what is unread in them', () => {
  const chat = new Chat({ name: 'Ann', talks: read(written([bob], () => [said('hi')])) });
  assert.deepEqual([[...chat.talks.keys()], chat.unread], [['@bob'], 2]);
  chat.talkTo('bob');
  assert.deepEqual([chat.partner, chat.unread], ['Bob', 0]);
});

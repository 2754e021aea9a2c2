import assert from 'node:assert/strict';
import test from 'node:test';

import { ago, aloud, count, day, digest, linkWords, nameRule, series, unsentWords, usage, welcomeBack } from '../../words.js';

test('numbers stand with the right noun', () => {
  assert.deepEqual([0, 1, 2, 12345].map((number) => count(number, 'message')), ['0 messages', '1 message', '2 messages', '12,345 messages']);
  assert.equal(count(1, 'person', 'people'), '1 person');
});

test('an enumeration says how much more there is', () => {
  assert.deepEqual([series([]), series(['a']), series(['a', 'b']), series(['a', 'b', 'c'])], ['', 'a', 'a and b', 'a, b and c']);
  assert.equal(series(['a', 'b'], 1000), 'a, b and 1,000 more');
});

test('who is back is told how much was missed, if anybody knows', () => {
  assert.equal(welcomeBack('pizza', 12), 'You are back in pizza. You missed 12 messages.');
  assert.equal(welcomeBack('pizza', 0), 'You are back in pizza. You missed nothing.');
  assert.match(welcomeBack('pizza', null), /You may have missed messages/);
});

test('a command is told with what it takes', () => {
  assert.equal(usage({ word: 'msg', arguments: ['name', 'text'] }), '/msg {name} {text}');
  assert.equal(usage({ word: 'help', arguments: [] }), '/help');
});

test('the rule for names says the limits', () => {
  assert.equal(nameRule({ min: 3, max: 9 }), 'A name has 3 to 9 of the letters A to Z, digits, - and _.');
});

test('a link that is not there says why, and when it tries again', () => {
  const words = (state, why, left) => linkWords({ state, why, retryAt: 1000 + left }, 1000);
  assert.equal(words('resting', 'lost', 3400), 'There is no connection to the server. Next try in 4 seconds.');
  assert.equal(words('resting', 'stopped', 1000), 'The server was stopped. Next try in 1 second.');
  assert.equal(words('resting', 'full', -5), 'The server is full. Next try in 1 second.');
  assert.equal(words('connecting', 'lost', 0), 'There is no connection to the server. Trying …');
  assert.equal(words('left', 'left', 0), 'You have left.');
  assert.equal(words('left', 'elsewhere', 0), 'You go on in another tab or window.');
});

test('where the page loads and the chat is refused, it says so, and whom to ask', () => {
  const words = (why) => linkWords({ state: 'resting', why, retryAt: 30_000 }, 0, 'https://chat.example');
  assert.equal(words('lost'), 'The page loads from https://chat.example, but the chat connection is refused. Please ask whoever runs this server: '
    + 'its log says why. Next try in 30 seconds.');
  assert.equal(words('stopped'), 'The server was stopped. Next try in 30 seconds.');
});

test('lines that were perhaps not sent are counted', () => {
  assert.equal(unsentWords(['a']), 'This line was perhaps not sent:');
  assert.equal(unsentWords(Array(1200)), 'These 1,200 lines were perhaps not sent:');
});

test('read aloud is what others say, what the server says, and what one has asked for', () => {
  const said = { kind: 'said', name: 'Bob', text: 'hi', mine: false };
  assert.deepEqual([aloud(said), aloud({ ...said, mine: true })], [said, null]);
  const told = { kind: 'told', name: 'Bob', text: 'hi', mine: false };
  assert.deepEqual([aloud(told).name, aloud({ ...told, mine: true })], ['Bob to you alone', null]);
  const elsewhere = { ...said, room: 'pizza', pieces: ['hi'] };
  assert.deepEqual([aloud(elsewhere, false), aloud({ kind: 'note', text: 'x' }, false)], [null, null], 'not of what is not looked at');
  assert.equal(aloud({ ...elsewhere, pieces: ['', 'Me', ''] }, false).name, 'Bob in pizza', 'unless it is for me');
  assert.equal(aloud(told, false).name, 'Bob to you alone');
  const commands = [{ word: 'help', arguments: [], what: 'prints this message' }, { word: 'name', arguments: ['name'], what: 'change name' }];
  const cases = [
    [{ kind: 'presence', text: 'Bob joined' }, undefined],
    [{ kind: 'presence', text: 'You are Ann now', mine: true }, 'You are Ann now'],
    [{ kind: 'note', text: 'You are back in main.' }, 'You are back in main.'],
    [{ kind: 'intro', text: 'You are in main.' }, 'You are in main.'],
    [{ kind: 'help', commands }, 'Commands: /help prints this message, /name change name.'],
    [{ kind: 'unsent', lines: ['a'] }, 'This line was perhaps not sent: a'],
    [{ kind: 'unsent', lines: ['a', 'b', 'c', 'd', 'e'] }, 'These 5 lines were perhaps not sent: a, b, c and 2 more'],
  ];
  for (const [entry, text] of cases) assert.equal(aloud(entry)?.text, text);
});

test('a screen reader reads a few messages, and the sum of many', () => {
  const said = (name, text, pieces = [text]) => ({ name, text, pieces });
  assert.deepEqual(digest([said('Ann', 'hi'), { text: 'Bob joined' }]), ['Ann: hi', 'Bob joined']);
  const flood = Array.from({ length: 1000 }, (_, number) => said('Bot', `${number}`));
  assert.deepEqual(digest(flood), ['1,000 new messages.', 'Bot: 999']);
  flood[500] = said('Ann', 'Me, are you there?', ['', 'Me', ', are you there?']);
  assert.deepEqual(digest(flood), ['1,000 new messages.', 'Ann: Me, are you there?', 'Bot: 999']);
  flood[600] = { kind: 'told', name: 'Zoe to you alone', text: 'psst' };
  assert.deepEqual(digest(flood).slice(1, 3), ['Ann: Me, are you there?', 'Zoe to you alone: psst']);
  assert.deepEqual(digest([{ name: 'Bob', text: 'waves', act: true }]), ['Bob waves']);
  assert.deepEqual(digest([]), []);
});

test('how long ago something was is said in whole units of the largest kind', () => {
  const NOW = Date.UTC(2025, 10, 23, 12);
  const cases = [[-5000, 'just now'], [0, 'just now'], [59_999, 'just now'], [60_000, '1 min ago'], [3_599_999, '59 min ago'],
    [3_600_000, '1 h ago'], [86_400_000, '1 d ago'], [400 * 86_400_000, '400 d ago']];
  for (const [age, words] of cases) assert.equal(ago(NOW - age, NOW), words);
});

test('a day of another year is said with its year', () => {
  const NOW = new Date(2025, 10, 23, 12).getTime();
  assert.match(day(new Date(2024, 0, 1, 12).getTime(), NOW), /2024/);
  assert.doesNotMatch(day(new Date(2025, 0, 6, 12).getTime(), NOW), /2025/);
});

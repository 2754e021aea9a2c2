import assert from 'node:assert/strict';
import test from 'node:test';

import { Chat } from '../../chat.js';

const NOW = 1_763_910_000_000;

/** Lets the server say things to a chat, and gathers what comes of them. */
function tell(chat, ...messages) {
  const all = { show: [], past: [], holes: [], known: [], send: [], entered: 0, arrived: 0, renamed: 0, refused: [] };
  for (const message of messages) {
    const before = chat.place;
    const out = chat.handle(message, NOW);
    all.entered += Number(chat.place !== before);
    for (const list of ['show', 'past', 'holes', 'known', 'send']) all[list].push(...out[list]);
    if (out.found !== undefined) all.found = out.found;
    for (const fact of ['arrived', 'renamed']) all[fact] += Number(out[fact]);
    if (out.refused) all.refused.push(out.refused);
  }
  return all;
}

const greeting = ({ boot = 'first', name = 'BraveOtter', seq = 0, token } = {}) => [
  { kind: 'hello', server: 'chinwag', version: '0.1.0', boot, line_chars: 300, name_chars_min: 2, name_chars_max: 20, room_chars_max: 32, token },
  { kind: 'help', commands: [{ word: 'help', arguments: [], what: 'prints this message' }] },
  { kind: 'you', name },
  { kind: 'room', room: 'main', seq },
];
const said = (room, seq, text = 'hi', name = 'Bob') => ({ kind: 'said', room, time: NOW, seq, said: [{ name, text }] });
/** The lines that nothing has answered, wherever. */
const lose = (chat) => chat.lost().flatMap(({ lines }) => lines);
const texts = ({ show }) => show.map((entry) => (entry.kind === 'intro' ? 'intro' : entry.text));

function arrived(wanted) {
  const chat = new Chat(wanted);
  tell(chat, ...greeting());
  tell(chat, { kind: 'rooms', rooms: [], more: 0 }, { kind: 'users', room: 'main', names: ['BraveOtter'], more: 0 });
  return chat;
}

test('who wants nothing arrives in the first room, and asks for the lists', () => {
  const chat = new Chat();
  const out = tell(chat, ...greeting());
  assert.deepEqual([chat.me, chat.room, chat.phase, chat.address, chat.lineChars], ['BraveOtter', 'main', 'here', 'main', 300]);
  assert.deepEqual([out.send, out.entered, out.arrived, texts(out)], [['/rooms', '/users'], 1, 1, ['intro']]);
});

test('who wants a name and a room is shown nothing of the first room', () => {
  const chat = new Chat({ name: 'Ann', room: 'pizza' });
  const out = tell(chat, ...greeting(), { kind: 'joined', room: 'main', name: 'Zoe' }, said('main', 1));
  assert.deepEqual([out.send, out.entered, texts(out), chat.address], [['/name Ann', '/join pizza'], 0, [], null]);
  const then = tell(chat, { kind: 'renamed', old: 'BraveOtter', new: 'Ann' }, { kind: 'room', room: 'Pizza', seq: 3 });
  assert.deepEqual([chat.me, chat.room, chat.address, texts(then)], ['Ann', 'Pizza', 'Pizza', ['intro']]);
  assert.deepEqual([then.entered, then.arrived, then.renamed, then.send], [1, 1, 1, ['/rooms', '/users']]);
});

test('the first room, in whatever case, is not asked for', () => {
  assert.deepEqual(tell(new Chat({ room: 'MAIN' }), ...greeting()).send, ['/rooms', '/users']);
});

test('a name that is taken is said on arrival, in the room that was wanted', () => {
  const chat = new Chat({ name: 'Ann', room: 'pizza' });
  const out = tell(chat, ...greeting(), { kind: 'taken', name: 'Ann' }, { kind: 'room', room: 'pizza', seq: 0 });
  assert.deepEqual(texts(out), ['intro', 'The name Ann is taken. You are BraveOtter now, and Ann when it is free.']);
  assert.equal(chat.phase, 'here');
});

test('who comes back is told how many messages were missed, under the old name in the old room', () => {
  const chat = arrived();
  tell(chat, { kind: 'renamed', old: 'BraveOtter', new: 'Ann' });
  chat.typed('/join pizza', NOW);
  tell(chat, { kind: 'room', room: 'pizza', seq: 5 }, said('pizza', 6), said('pizza', 7));
  chat.lost();
  assert.equal(chat.phase, 'offline');
  const out = tell(chat, ...greeting({ name: 'CalmWren', seq: 90 }));
  assert.deepEqual(out.send, ['/name Ann', '/join pizza']);
  const then = tell(chat, { kind: 'renamed', old: 'CalmWren', new: 'Ann' }, { kind: 'room', room: 'pizza', seq: 19 });
  assert.deepEqual(texts(then), ['You are back in pizza. You missed 12 messages.']);
});

test('what was missed is not known when the server or the room was started anew', () => {
  for (const again of [{ boot: 'second', seq: 50 }, { boot: 'first', seq: 3 }]) {
    const chat = arrived();
    tell(chat, said('main', 1), said('main', 40));
    chat.lost();
    assert.match(texts(tell(chat, ...greeting(again)))[0], /You may have missed messages/);
  }
});

test('who comes back from another room is told, too', () => {
  const chat = arrived();
  tell(chat, said('main', 1));
  chat.join('pizza');
  tell(chat, { kind: 'room', room: 'pizza', seq: 0 });
  assert.deepEqual(chat.part('main'), ['/part main']);
  tell(chat, { kind: 'here', room: 'pizza' });
  assert.deepEqual(chat.join('main'), ['/enter main']);
  assert.deepEqual(texts(tell(chat, { kind: 'room', room: 'main', seq: 3 })), ['You are back in main. You missed 2 messages.']);
});

test('of several rooms that are asked for the last one is shown, and the address waits for it', () => {
  const chat = arrived();
  assert.deepEqual([chat.join('pizza'), chat.join('books')], [['/enter pizza'], ['/enter books']]);
  const out = tell(chat, { kind: 'room', room: 'pizza', seq: 0 }, said('pizza', 1), { kind: 'joined', room: 'pizza', name: 'Zoe' });
  assert.deepEqual([out.entered, chat.address, chat.room], [0, null, 'main']);
  assert.deepEqual(out.show.map(({ place }) => place), ['pizza', 'pizza', 'pizza']);
  tell(chat, { kind: 'room', room: 'books', seq: 0 });
  assert.deepEqual([chat.address, chat.room, chat.names], ['books', 'books', ['main', 'pizza', 'books']]);
});

test('a join that leads nowhere leaves one where one is', () => {
  const chat = arrived();
  for (const answer of [{ kind: 'here', room: 'main' }, { kind: 'bad-room', chars_min: 2, chars_max: 32 }]) {
    chat.typed('/join something', NOW);
    assert.equal(chat.address, null);
    assert.equal(tell(chat, answer).show.length, 1);
    assert.equal(chat.address, 'main');
  }
  assert.deepEqual(chat.join('Main'), []);
});

test('after a join that leads nowhere, the room before it is entered', () => {
  const chat = arrived();
  chat.typed('/join pizza', NOW);
  chat.typed('/join !', NOW);
  const out = tell(chat, { kind: 'room', room: 'pizza', seq: 0 }, { kind: 'bad-room', chars_min: 2, chars_max: 32 });
  assert.deepEqual([out.entered, chat.address], [1, 'pizza']);
});

test('a room that is asked for without a connection is asked for with the next one', () => {
  const chat = arrived();
  chat.lost();
  assert.deepEqual(chat.join('pizza'), []);
  assert.deepEqual(tell(chat, ...greeting()).send, ['/enter pizza']);
});

test('a name that was taken is asked for when its holder leaves or takes another, and with the lists, without a word', () => {
  const chat = new Chat({ name: 'Ann' });
  assert.deepEqual(tell(chat, ...greeting(), { kind: 'taken', name: 'Ann' }).send, ['/name Ann', '/rooms', '/users', '/name Ann']);
  const lists = [{ kind: 'rooms', rooms: [], more: 0 }, { kind: 'users', room: 'main', names: ['ann', 'BraveOtter'], more: 0 }];
  assert.deepEqual(tell(chat, ...lists, { kind: 'taken', name: 'Ann' }).show, []);
  assert.deepEqual(tell(chat, { kind: 'left', room: 'main', name: 'ann' }).send, ['/name Ann']);
  assert.deepEqual(tell(chat, { kind: 'taken', name: 'Ann' }, { kind: 'renamed', old: 'Ann', new: 'Zoe' }).send, ['/name Ann']);
  assert.deepEqual(tell(chat, { kind: 'left', room: 'main', name: 'Bob' }).send, []);
  const out = tell(chat, { kind: 'renamed', old: 'BraveOtter', new: 'Ann' });
  assert.deepEqual([chat.me, texts(out), out.refused], ['Ann', ['You are Ann now'], []]);
  assert.deepEqual(chat.refresh(), ['/rooms', '/users']);
});

test('who has chosen another name does not wish for the old one, and who is lost without it still does', () => {
  const chat = new Chat({ name: 'Ann' });
  tell(chat, ...greeting(), { kind: 'taken', name: 'Ann' });
  chat.lost();
  assert.deepEqual(tell(chat, ...greeting({ name: 'CalmWren' }), { kind: 'taken', name: 'Ann' }).send[0], '/name Ann');
  chat.typed('/name Zoe', NOW);
  tell(chat, { kind: 'renamed', old: 'CalmWren', new: 'Zoe' });
  assert.deepEqual(tell(chat, { kind: 'left', room: 'main', name: 'Ann' }).send, []);
});

/** A chat that was in pizza as Ann, with the token T1, and is connected again, with T2. */
function again() {
  const chat = new Chat({ name: 'Ann', room: 'pizza' });
  tell(chat, ...greeting({ token: 'T1' }), { kind: 'renamed', old: 'BraveOtter', new: 'Ann' }, { kind: 'room', room: 'pizza', seq: 5 });
  assert.equal(chat.token, 'T1');
  chat.lost();
  assert.deepEqual(tell(chat, ...greeting({ name: 'CalmWren', token: 'T2', seq: 90 })).send, ['/resume T1', '/name Ann']);
  return chat;
}

test('with a token one is again who one was, where one was, and hears what was missed', () => {
  const chat = again();
  assert.equal(chat.token, 'T1', 'until it is known which of both counts');
  const out = tell(chat,
    { kind: 'said', room: 'main', time: NOW, seq: 91, said: [{ name: 'Bob', text: 'not for me' }] },
    { kind: 'you', name: 'Ann' }, { kind: 'room', room: 'pizza', seq: 8 }, { kind: 'you', name: 'Ann' });
  assert.ok(!out.send.some((line) => /join|enter/.test(line)));
  assert.deepEqual(texts(out), ['You are back in pizza. You missed 3 messages.']);
  assert.deepEqual([chat.me, chat.room, chat.phase, chat.token, out.entered, out.arrived], ['Ann', 'pizza', 'here', 'T2', 0, 1]);
});

test('where there is nobody to be again, name and room are asked for', () => {
  const chat = again();
  const out = tell(chat, { kind: 'stale' }, { kind: 'renamed', old: 'CalmWren', new: 'Ann' }, { kind: 'room', room: 'pizza', seq: 8 });
  assert.equal(out.send[0], '/join pizza');
  assert.deepEqual(texts(out), ['You are back in pizza. You missed 3 messages.']);
  assert.deepEqual([chat.me, chat.room, chat.phase, chat.token], ['Ann', 'pizza', 'here', 'T2']);
});

test('whom one ignores one goes on to ignore: as somebody new one says so again, before one is anywhere else', () => {
  const chat = arrived();
  chat.typed('/ignore Bob', NOW);
  chat.typed('/ignore Eve', NOW);
  tell(chat, { kind: 'ignoring', name: 'Bob' }, { kind: 'ignoring', name: 'Eve' }, { kind: 'renamed', old: 'Bob', new: 'Rob' });
  chat.typed('/unignore eve', NOW);
  tell(chat, { kind: 'hearing', name: 'Eve' });
  assert.deepEqual(chat.ignored, ['Rob']);
  chat.lost();
  const out = tell(chat, ...greeting({ name: 'CalmWren', seq: 2 }));
  assert.deepEqual(out.send, ['/name BraveOtter', '/ignore Rob']);
  const earlier = [{ seq: 1, time: NOW, name: 'Zoe', text: 'one' }, { seq: 2, time: NOW, name: 'rob', text: 'two' }];
  const then = tell(chat, { kind: 'history', room: 'main', said: earlier }, { kind: 'renamed', old: 'CalmWren', new: 'BraveOtter' }, { kind: 'ignoring', name: 'Rob' });
  assert.deepEqual(then.past.map(({ text }) => text), ['one'], 'the server has shown this before it was asked');
  assert.deepEqual(texts(then).filter((text) => text.includes('Rob')), [], 'that is no news');
  assert.equal(chat.phase, 'here');
  chat.typed('/ignore Eve', NOW);
  assert.deepEqual(texts(tell(chat, { kind: 'ignoring', name: 'Eve' })), ['You hear no more of Eve, until you type /unignore Eve.']);
  chat.typed('/ignore', NOW);
  tell(chat, { kind: 'ignored', names: ['Eve'], more: 0 });
  assert.deepEqual(chat.ignored, ['Eve'], 'what the server says counts');
});

test('whom one ignores is known again after a reload, and is not told to the server by who is again who one was', () => {
  const chat = new Chat({ name: 'Ann', room: 'main', token: 'T1', ignored: ['Bob'] });
  assert.deepEqual(tell(chat, ...greeting({ token: 'T2' })).send, ['/resume T1', '/name Ann']);
  const out = tell(chat, { kind: 'you', name: 'Ann' }, { kind: 'room', room: 'main', seq: 8 }, { kind: 'you', name: 'Ann' });
  assert.ok(!out.send.includes('/ignore Bob'));
  const other = new Chat({ name: 'Ann', room: 'pizza', token: 'T1', ignored: ['Bob'] });
  tell(other, ...greeting({ token: 'T2' }));
  assert.deepEqual(tell(other, { kind: 'stale' }).send, ['/ignore Bob', '/join pizza']);
});

test('who wants no name and no room is shown only the one that a token leads to', () => {
  const chat = new Chat({ token: 'T1' });
  const out = tell(chat, ...greeting({ token: 'T2' }));
  assert.deepEqual([out.send, out.entered], [['/resume T1'], 0]);
  const then = tell(chat, { kind: 'you', name: 'Ann' }, { kind: 'room', room: 'pizza', seq: 8 });
  assert.deepEqual([then.entered, chat.me, chat.room, chat.phase, texts(then)], [1, 'Ann', 'pizza', 'here', ['intro']]);
});

test('a connection that is lost before it is known who one is leaves the token of the last', () => {
  const chat = again();
  chat.lost();
  assert.equal(chat.token, 'T1');
  chat.lost();
  assert.equal(chat.token, 'T1');
  assert.deepEqual(tell(chat, ...greeting({ token: 'T3' })).send[0], '/resume T1');
});

test('what was typed and not answered is known when the connection is lost', () => {
  const chat = arrived();
  for (const line of ['one', '//two', '/name Ann', '/help', 'three', '/quit']) chat.typed(line, NOW);
  assert.deepEqual([chat.waiting(NOW + 999, 1000), chat.waiting(NOW + 1000, 1000)], [0, 6]);
  tell(chat, said('main', 1, 'one', 'BraveOtter'), said('main', 2, 'one', 'Bob'));
  assert.equal(chat.waiting(NOW + 1000, 1000), 5);
  assert.deepEqual(lose(chat), ['//two', '/name Ann', '/help', 'three']);
  assert.deepEqual(lose(chat), []);
});

test('an answer is one to all lines before it', () => {
  const chat = arrived();
  for (const line of ['\u200b', 'one\u202e two']) chat.typed(line, NOW);
  tell(chat, said('main', 1, 'one two', 'BraveOtter'));
  assert.equal(chat.waiting(NOW, 0), 0, 'what shows nothing has no answer');
  chat.typed('dropped', NOW);
  assert.deepEqual(chat.refresh(), ['/rooms', '/users']);
  tell(chat, { kind: 'dropped', count: 1 }, { kind: 'rooms', rooms: [], more: 0 });
  assert.deepEqual(lose(chat), []);
});

test('every command is answered by what it asks for', () => {
  const chat = arrived();
  const cases = [
    ['/NAME Ann', { kind: 'renamed', old: 'BraveOtter', new: 'Ann' }], ['/name Ann', { kind: 'you', name: 'Ann' }],
    ['/name Bob', { kind: 'taken', name: 'Bob' }], ['/name', { kind: 'bad-name' }], ['/join pizza', { kind: 'room', room: 'pizza', seq: 0 }],
    ['/join\tpizza', { kind: 'here', room: 'pizza' }], ['/join', { kind: 'bad-room' }], ['/help', greeting()[1]],
    ['/nonsense x', { kind: 'unrecognized', word: '/nonsense' }], ['/', { kind: 'unrecognized', word: '/' }],
    ['/rooms', { kind: 'rooms', rooms: [], more: 0 }], ['/users', { kind: 'users', room: 'main', names: [], more: 0 }], ['/resume x', { kind: 'stale' }],
    ['/resume', { kind: 'token', token: 'T1' }], ['/me waves', { kind: 'acted', room: 'pizza', time: NOW, seq: 1, name: 'Ann', text: 'waves' }],
    ['/me', { kind: 'incomplete', word: 'me' }], ['/msg Bob hi', { kind: 'sent', time: NOW, name: 'Bob', text: 'hi' }],
    ['/msg Bob hi', { kind: 'nobody', name: 'Bob' }], ['/msg', { kind: 'incomplete', word: 'msg' }], ['/msg ! hi', { kind: 'bad-name' }],
    ['/reply hi', { kind: 'sent', time: NOW, name: 'Bob', text: 'hi' }], ['/REPLY hi', { kind: 'nobody', name: 'Bob' }],
    ['/reply hi', { kind: 'nobody-wrote' }], ['/reply', { kind: 'incomplete', word: 'reply' }],
    ['/topic', { kind: 'topic', room: 'main', topic: null }], ['/topic', { kind: 'topic', room: 'main', topic: 'tea' }],
    ['/topic tea', { kind: 'topic-set', room: 'pizza', name: 'Ann', topic: 'tea' }], ['/topic x', { kind: 'topic-too-long', bytes: 390 }],
    ['/history', { kind: 'history', room: 'main', said: [] }], ['/history 0', { kind: 'bad-count', max: 100 }],
    ['/history 5', { kind: 'history', room: 'main', said: [{ seq: 1, time: NOW, name: 'Bob', text: 'hi', act: false }] }],
    ['/ignore Bob', { kind: 'ignoring', name: 'Bob' }], ['/ignore !', { kind: 'bad-name' }], ['/ignore me', { kind: 'ignores-oneself' }],
    ['/ignore Bob', { kind: 'ignores-too-many', people: 100 }], ['/ignore', { kind: 'ignored', names: ['Bob'], more: 0 }],
    ['/ignore', { kind: 'ignored', names: [], more: 0 }], ['/unignore Bob', { kind: 'hearing', name: 'Bob' }], ['/unignore !', { kind: 'bad-name' }],
  ];
  for (const [line, answer] of cases) {
    tell(chat, { kind: 'rooms', rooms: [], more: 0 }, { kind: 'users', room: 'main', names: [], more: 0 });
    chat.typed(line, NOW);
    assert.equal(chat.waiting(NOW, 0), 1, line);
    assert.ok(tell(chat, answer).show.length > 0, line);
    assert.equal(chat.waiting(NOW, 0), 0, line);
  }
});

test('the lists that the page asks for are not shown, those of the person are', () => {
  const chat = arrived();
  assert.deepEqual([chat.refresh(), chat.refresh()], [['/rooms', '/users'], []]);
  chat.typed('/rooms', NOW);
  const rooms = { kind: 'rooms', rooms: [{ room: 'pizza', people: 2 }, { room: 'main', people: 1 }], more: 3 };
  assert.deepEqual(texts(tell(chat, rooms)), []);
  assert.deepEqual(texts(tell(chat, rooms)), ['The rooms: pizza (2), main (1) and 3 more.']);
  assert.deepEqual(texts(tell(chat, { kind: 'users', room: 'main', names: ['BraveOtter'], more: 0 })), []);
  chat.typed('/users', NOW);
  assert.deepEqual(texts(tell(chat, { kind: 'users', room: 'main', names: ['Ann', 'Bob'], more: 0 })), ['In main: Ann and Bob.']);
  assert.deepEqual([chat.rooms.length, chat.roomsMore, chat.people.list()], [2, 3, ['Ann', 'Bob']]);
});

test('people are known in between, by who comes, goes, and is called something else', () => {
  const chat = arrived();
  tell(chat, { kind: 'rooms', rooms: [{ room: 'main', people: 2 }], more: 0 }, { kind: 'users', room: 'main', names: ['BraveOtter', 'Bob'], more: 0 });
  tell(chat, { kind: 'joined', room: 'main', name: 'Zoe' }, { kind: 'renamed', old: 'Bob', new: 'Rob' }, { kind: 'renamed', old: 'BraveOtter', new: 'Ann' });
  assert.deepEqual([chat.people.list(), chat.rooms[0].people, chat.me], [['Ann', 'Rob', 'Zoe'], 3, 'Ann']);
  const out = tell(chat, { kind: 'left', room: 'main', name: 'Rob' }, { kind: 'crowd', room: 'main', joined: 5, left: 2 });
  assert.deepEqual([chat.people.count, chat.people.more, chat.rooms[0].people], [5, 3, 5]);
  assert.deepEqual(texts(out), ['Rob left', '5 people joined, 2 left']);
});

test('what is said knows whether it is mine, and where it says my name', () => {
  const chat = arrived();
  const [mine, other, call] = tell(chat,
    said('main', 1, 'BraveOtter is me', 'BraveOtter'), said('main', 2), said('main', 3, 'hi braveotter!')).show;
  assert.deepEqual([mine.mine, mine.pieces], [true, ['BraveOtter is me']]);
  assert.deepEqual([other.mine, other.pieces], [false, ['hi']]);
  assert.deepEqual([call.mine, call.pieces], [false, ['hi ', 'braveotter', '!']]);
});

test('a name that is refused says why, and one keeps the old one', () => {
  const chat = arrived();
  const out = tell(chat, { kind: 'taken', name: 'Bob' }, { kind: 'bad-name', chars_min: 2, chars_max: 20 });
  assert.deepEqual(out.refused, ['The name Bob is taken. Choose another one.', 'A name has 2 to 20 of the letters A to Z, digits, - and _.']);
  assert.equal(chat.me, 'BraveOtter');
});

test('help is shown to who asks, not to who comes', () => {
  const chat = arrived();
  const help = greeting()[1];
  assert.deepEqual(tell(chat, help).show.map(({ kind, commands }) => [kind, commands.length]), [['help', 1]]);
});

test('whatever else the server has to say is said', () => {
  const chat = arrived();
  const out = tell(chat,
    { kind: 'unrecognized', word: '/foo' }, { kind: 'too-long', chars: 400 }, { kind: 'dropped', count: 1 }, { kind: 'dropped', count: 17 },
    { kind: 'stopping' }, { kind: 'you', name: 'BraveOtter' });
  assert.deepEqual(texts(out), [
    'There is no command /foo. Type /help to see those there are, or begin with // to say it.',
    'Not sent: a message has at most 400 characters.',
    'Here 1 message is missing: they came too fast.',
    'Here 17 messages are missing: they came too fast.',
    'The server is shutting down.',
    'You are BraveOtter.',
  ]);
});

test('what somebody does is a message of the room', () => {
  const chat = arrived();
  const acted = (seq, name, text) => ({ kind: 'acted', room: 'main', time: NOW, seq, name, text });
  const [mine, call] = tell(chat, acted(1, 'BraveOtter', 'waves'), acted(2, 'Bob', 'hugs BraveOtter')).show;
  assert.deepEqual([mine.kind, mine.act, mine.mine], ['said', true, true]);
  assert.deepEqual([call.act, call.mine, call.pieces], [true, false, ['hugs ', 'BraveOtter', '']]);
  chat.lost();
  assert.deepEqual(texts(tell(chat, ...greeting({ seq: 2 }))), ['You are back in main. You missed nothing.']);
});

test('what is said to one alone is no message of the room', () => {
  const chat = arrived();
  const out = tell(chat, { kind: 'told', time: NOW, name: 'Bob', text: 'psst' }, { kind: 'sent', time: NOW, name: 'Bob', text: 'what?' });
  assert.deepEqual(out.show.map(({ kind, name, text, mine }) => [kind, name, text, mine]), [['told', 'Bob', 'psst', false], ['told', 'BraveOtter', 'what?', true]]);
});

test('the topic of a room is known, from whoever sets it, and of no other room', () => {
  const chat = new Chat({ room: 'pizza' });
  tell(chat, ...greeting(), { kind: 'topic', room: 'main', topic: 'not this' });
  assert.equal(chat.topic, null);
  const out = tell(chat, { kind: 'room', room: 'pizza', seq: 0 }, { kind: 'topic', room: 'pizza', topic: 'tea' });
  assert.deepEqual([chat.topic, texts(out)], ['tea', ['intro']]);
  const set = tell(chat, { kind: 'topic-set', room: 'pizza', name: 'Bob', topic: 'cake' }, { kind: 'topic-set', room: 'books', name: 'Bob', topic: 'poems' });
  assert.deepEqual([chat.topic, texts(set)], ['cake', ['Bob set the topic: cake']]);
  assert.deepEqual(texts(tell(chat, { kind: 'topic-set', room: 'pizza', name: 'BraveOtter', topic: null })), ['You removed the topic.']);
  assert.equal(chat.topic, null);
});

const before = (...seqs) => seqs.map((seq) => ({ seq, time: NOW - 60_000, name: 'Bob', text: `no ${seq}`, act: false }));

test('what was said before one came is older than the welcome, what was missed is newer, and what is said now is the newest', () => {
  const chat = arrived();
  chat.typed('/join pizza', NOW);
  const came = tell(chat, { kind: 'room', room: 'pizza', seq: 5 }, { kind: 'history', room: 'pizza', said: before(4, 5) }, said('pizza', 6));
  assert.deepEqual(came.past.map(({ text, past }) => [text, past]), [['no 4', true], ['no 5', true]]);
  const [intro, live] = came.show;
  assert.ok(came.past[1].order < intro.order && intro.order < live.order);
  chat.lost();
  const back = tell(chat, ...greeting(), { kind: 'room', room: 'pizza', seq: 8 }, { kind: 'history', room: 'pizza', said: before(5, 6, 7, 8) });
  assert.deepEqual(texts(back), ['You are back in pizza. You missed 2 messages.']);
  const [five, six, seven] = back.past.map(({ order }) => order);
  assert.deepEqual([five, six], [came.past[1].order, live.order], 'so each is known again');
  assert.ok(six < back.show[0].order && back.show[0].order < seven);
  assert.deepEqual(back.holes.map(({ first, last, earlier }) => [first, last, earlier]), [[seven, seven + 1, false]], 'what was missed');
  assert.deepEqual(back.known.map(({ first, last }) => [first, last]), [[five, seven + 1]]);
});

test('what was said in a room that was made anew is newer than all that was said in the one before', () => {
  const chat = arrived();
  const [{ order }] = tell(chat, said('main', 40)).show;
  chat.lost();
  const back = tell(chat, ...greeting({ boot: 'second', seq: 2 }), { kind: 'history', room: 'main', said: before(1, 2) });
  assert.ok(order < back.show[0].order && back.show[0].order < back.past[0].order);
});

test('what was said in a room that is only passed through is not shown, unless one stays there', () => {
  for (const [answer, shown] of [[{ kind: 'room', room: 'pizza', seq: 0 }, 0], [{ kind: 'bad-room' }, 1]]) {
    const chat = new Chat({ room: 'pizza' });
    const out = tell(chat, ...greeting({ seq: 1 }), { kind: 'history', room: 'main', said: before(1) }, answer);
    assert.equal(out.past.length, shown);
  }
});

test('what is missing in a room is asked for by its numbers, once at a time, and shown without a word', () => {
  const chat = arrived();
  const pizza = { kind: 'room', room: 'pizza', seq: 150 };
  chat.typed('/join pizza', NOW);
  const { holes: [hole] } = tell(chat, pizza, { kind: 'history', room: 'pizza', said: before(149, 150) });
  assert.deepEqual([hole.place, hole.room, hole.last - hole.first, hole.earlier], ['pizza', 'pizza', 149, true]);
  const missing = { room: 'pizza', first: hole.first, last: hole.last - 2 };
  assert.deepEqual([chat.missing(missing), chat.missing(missing)], [['/said pizza 1 148'], []]);
  assert.deepEqual(chat.missing({ ...missing, room: 'books' }), [], 'not in a room where one is not');
  const piece = tell(chat, { kind: 'history', room: 'pizza', said: before(101, 102), more: true });
  assert.deepEqual([piece.past, piece.known], [[], []]);
  const out = tell(chat, { kind: 'history', room: 'pizza', said: before(147, 148), more: false });
  assert.deepEqual([out.past.map(({ seq }) => seq), out.show], [[101, 102, 147, 148], []]);
  assert.deepEqual(out.known, [{ place: 'pizza', first: hole.first + 100, last: hole.first + 147, count: 4 }]);
  assert.deepEqual(chat.missing(missing), ['/said pizza 1 148'], 'and again, when it has come');
  chat.lost();
  assert.deepEqual(chat.missing(missing), []);
  tell(chat, ...greeting(), { ...pizza, seq: 3 });
  assert.equal(chat.missing(missing), null, 'the room was made anew');
});

test('what was said around a message is asked for, and nothing before the first', () => {
  const chat = arrived();
  assert.deepEqual([chat.around('main', 500), chat.around('main', 20), chat.around('pizza', 1)], [['/said main 450 549'], ['/said main 1 69'], []]);
});

test('what is looked for is no line that one has typed, and is found with the newest first', () => {
  const chat = arrived();
  assert.deepEqual(chat.search('red wine'), ['/search red wine']);
  const found = before(1, 2).map((one) => ({ ...one, room: 'pizza' }));
  const part = tell(chat, { kind: 'found', said: found.slice(0, 1), more: true });
  assert.equal(part.found, undefined);
  const out = tell(chat, { kind: 'found', said: found.slice(1), more: false });
  assert.deepEqual([out.found.map(({ seq, room }) => [seq, room]), out.show], [[[2, 'pizza'], [1, 'pizza']], []]);
  chat.search('red');
  assert.equal(tell(chat, { kind: 'no-history' }).found, null);
  chat.search('red');
  assert.deepEqual(lose(chat), []);
  assert.deepEqual(chat.search('red'), []);
});

test('what a room tells by itself on the way in answers nothing', () => {
  const chat = arrived();
  for (const line of ['/join pizza', 'hello', '/history', '/topic']) chat.typed(line, NOW);
  tell(chat, { kind: 'room', room: 'pizza', seq: 1 }, { kind: 'topic', room: 'pizza', topic: 'tea' }, { kind: 'history', room: 'pizza', said: before(1) });
  assert.deepEqual(lose(chat), ['hello', '/history', '/topic']);
});

test('a command that lacks something is told with what it takes', () => {
  const chat = arrived();
  const incomplete = { kind: 'incomplete', word: 'msg', usage: '/msg {name} {text}' };
  assert.deepEqual(texts(tell(chat, incomplete)), ['Type it with all that it takes: /msg {name} {text}.']);
});

test('what operators do is shown in its room, and whoever is put out is there no more', () => {
  const chat = inTwo();
  const by = { by: 'Eve', time: NOW };
  assert.deepEqual(texts(tell(chat, { kind: 'moderated', room: 'pizza', ...by, what: 'unbanned', whom: 'Bob', lines: ['Bob was unbanned by Eve'] })), ['Bob was unbanned by Eve']);
  assert.deepEqual(texts(tell(chat, { kind: 'left', room: 'pizza', name: 'Bob', by: 'Eve', sentence: 'kicked', line: 'Bob was kicked by Eve' })), ['Bob was kicked by Eve']);
  tell(chat, { kind: 'put-out', room: 'pizza', by: 'Eve', sentence: 'kicked', line: 'You were kicked from pizza by Eve' }, { kind: 'here', room: 'main' });
  assert.deepEqual([chat.names, chat.room], [['main'], 'main']);
});

test('a room that can not be joined is not waited for', () => {
  const chat = arrived();
  chat.typed('/join pizza', NOW);
  assert.deepEqual(texts(tell(chat, { kind: 'ruling', room: 'pizza', line: 'You are banned from pizza', joins: true })), ['You are banned from pizza.']);
  assert.deepEqual(lose(chat), []);
});

test('what one keeps order by is answered by what is told of it, or why not', () => {
  const chat = arrived();
  for (const line of ['/kick Bob', '/op Cid', '/kick Dan']) chat.typed(line, NOW);
  tell(chat, { kind: 'left', room: 'main', name: 'Bob', by: chat.me, sentence: 'kicked', line: `Bob was kicked by ${chat.me}` });
  tell(chat, { kind: 'ruling', room: 'main', line: 'Cid is not in main' }, { kind: 'nobody', name: 'Dan' });
  assert.deepEqual(lose(chat), []);
});

/** A chat in main and in pizza, which is looked at. */
function inTwo() {
  const chat = arrived();
  chat.join('pizza');
  tell(chat, { kind: 'room', room: 'pizza', seq: 0 }, { kind: 'rooms', rooms: [], more: 0 }, { kind: 'users', room: 'pizza', names: ['BraveOtter'], more: 0 });
  return chat;
}
const counts = (chat) => [...chat.own.values()].map(({ name, unread, called }) => [name, unread, called]);

test('who goes to another room stays in the first, where what is said is unread until one looks', () => {
  const chat = inTwo();
  const out = tell(chat, said('main', 1), said('main', 2, 'hi BraveOtter'), said('pizza', 1), said('main', 3, 'mine', 'BraveOtter'));
  assert.deepEqual(out.show.map(({ place }) => place), ['main', 'main', 'pizza', 'main']);
  assert.deepEqual([counts(chat), chat.unread], [[['main', 2, true], ['pizza', 0, false]], 2]);
  assert.deepEqual(chat.join('main'), ['/enter main'], 'which is looked at without waiting');
  assert.deepEqual([chat.room, chat.unread, chat.address], ['main', 0, null]);
  tell(chat, { kind: 'here', room: 'main' });
  assert.equal(chat.address, 'main');
  assert.deepEqual(chat.join('main'), []);
});

test('people and topics are known of each room', () => {
  const chat = inTwo();
  tell(chat, { kind: 'joined', room: 'main', name: 'Zoe' }, { kind: 'topic-set', room: 'main', name: 'Zoe', topic: 'tea' });
  assert.deepEqual([chat.people.list(), chat.topic], [['BraveOtter'], null]);
  const out = tell(chat, { kind: 'renamed', old: 'Zoe', new: 'Zora' });
  assert.deepEqual(out.show.map(({ text, place }) => [text, place]), [['Zoe is Zora now', 'main']]);
  chat.join('main');
  assert.deepEqual([chat.people.list(), chat.topic], [['BraveOtter', 'Zora'], 'tea']);
});

test('after a reconnection, a new name is told in rooms that were not looked at since', () => {
  const chat = inTwo();
  tell(chat, { kind: 'joined', room: 'main', name: 'Zoe' });
  chat.lost();
  tell(chat, ...greeting({ name: 'CalmWren' }), { kind: 'renamed', old: 'CalmWren', new: 'BraveOtter' }, { kind: 'room', room: 'pizza', seq: 0 });
  const told = (old, name) => tell(chat, { kind: 'renamed', old, new: name }).show.map(({ text, place }) => [text, place]);
  assert.deepEqual(told('Zoe', 'Zora'), [['Zoe is Zora now', 'main']], 'who was there before');
  tell(chat, said('main', 1));
  assert.deepEqual(told('Bob', 'Rob'), [['Bob is Rob now', 'main']], 'who was heard since');
  chat.join('main');
  assert.deepEqual(chat.people.list(), ['BraveOtter', 'Rob', 'Zora']);
  tell(chat, { kind: 'here', room: 'main' }, { kind: 'users', room: 'main', names: ['BraveOtter', 'Rob'], more: 0 });
  assert.deepEqual(chat.people.list(), ['BraveOtter', 'Rob'], 'who is there is what the server says');
});

test('a room is left for another one at once, and the last one is not left', () => {
  const chat = inTwo();
  assert.deepEqual(chat.part('pizza'), ['/enter main', '/part pizza']);
  assert.equal(chat.room, 'main');
  assert.deepEqual(chat.part('main'), []);
  tell(chat, { kind: 'here', room: 'main' }, { kind: 'here', room: 'main' });
  assert.deepEqual([chat.room, chat.names], ['main', ['main']]);
  chat.join('pizza');
  tell(chat, { kind: 'room', room: 'pizza', seq: 0 });
  chat.part('main');
  tell(chat, { kind: 'here', room: 'pizza' });
  chat.typed('/part #pizza', NOW);
  tell(chat, { kind: 'room', room: 'main', seq: 0 });
  assert.deepEqual([chat.room, chat.names], ['main', ['main']]);
});

test('who joins a room by a command leaves the one that is looked at, and no other', () => {
  const chat = inTwo();
  chat.typed('/join books', NOW);
  tell(chat, { kind: 'room', room: 'books', seq: 0 });
  assert.deepEqual([chat.room, chat.names], ['books', ['main', 'books']]);
  chat.typed('/JOIN main', NOW);
  assert.deepEqual(texts(tell(chat, { kind: 'here', room: 'main' })), []);
  assert.deepEqual([chat.room, chat.names], ['main', ['main']]);
});

test('who goes on as somebody else by a command is in the rooms of that one', () => {
  const chat = inTwo();
  chat.typed('/resume T1', NOW);
  tell(chat, { kind: 'you', name: 'Zoe' }, { kind: 'room', room: 'books', seq: 0 }, said('films', 1));
  assert.deepEqual([chat.me, chat.names, chat.room, counts(chat)[1]], ['Zoe', ['books', 'films'], 'books', ['films', 1, false]]);
});

test('who can be in no more rooms is told so, and stays', () => {
  const chat = inTwo();
  chat.join('books');
  assert.match(texts(tell(chat, { kind: 'here', room: 'pizza' }))[0], /too many rooms to go to books/);
  assert.deepEqual([chat.room, chat.names], ['pizza', ['main', 'pizza']]);
});

test('after a reconnection all rooms are entered again, and the one that was looked at is looked at', () => {
  const chat = inTwo();
  tell(chat, said('main', 1));
  chat.lost();
  const out = tell(chat, ...greeting({ boot: 'first', seq: 4 }));
  assert.deepEqual([out.send, out.entered], [['/enter pizza'], 0]);
  tell(chat, { kind: 'room', room: 'pizza', seq: 2 });
  assert.deepEqual([chat.room, counts(chat), chat.phase], ['pizza', [['main', 4, false], ['pizza', 0, false]], 'here']);
  assert.deepEqual(out.holes.map(({ place, first, last, earlier }) => [place, last - first, earlier]), [['main', 2, false]], 'what was missed is not here');
});

test('rooms that are wanted without the first one are entered from it, and it is left', () => {
  const chat = new Chat({ rooms: ['pizza', 'books'], room: 'PIZZA' });
  const out = tell(chat, ...greeting());
  assert.deepEqual(out.send, ['/join books', '/enter PIZZA']);
  tell(chat, { kind: 'room', room: 'books', seq: 0 }, { kind: 'room', room: 'pizza', seq: 0 });
  assert.deepEqual([chat.names, chat.room], [['books', 'pizza'], 'pizza']);
});

test('who goes on with a token is in all rooms already, and hears what was said in each', () => {
  const chat = new Chat({ token: 'T0' });
  tell(chat, ...greeting({ token: 'T1' }), { kind: 'stale' });
  chat.join('pizza');
  tell(chat, { kind: 'room', room: 'pizza', seq: 0 }, said('main', 1));
  chat.lost();
  tell(chat, ...greeting({ token: 'T2', name: 'CalmWren', seq: 5 }));
  const out = tell(chat, { kind: 'you', name: 'BraveOtter' }, { kind: 'room', room: 'pizza', seq: 0 });
  assert.deepEqual(out.send.slice(0, 4), ['/enter main', '/topic', '/history 100', '/enter pizza']);
  const then = tell(chat, { kind: 'you', name: 'BraveOtter' },
    { kind: 'here', room: 'main' }, { kind: 'topic', room: 'main', topic: 'tea' }, { kind: 'history', room: 'main', said: before(1, 2, 3) }, { kind: 'here', room: 'pizza' });
  assert.deepEqual(then.show.map(({ text, place }) => [text, place]), [['You are back in main. You missed 2 messages.', 'main']]);
  assert.deepEqual([chat.room, counts(chat), chat.own.get('main').topic], ['pizza', [['main', 3, false], ['pizza', 0, false]], 'tea']);
});

test('what was not sent is shown where it was written, and marked there', () => {
  const chat = inTwo();
  chat.typed('for pizza', NOW);
  chat.join('main');
  chat.typed('for main', NOW);
  assert.deepEqual(chat.lost(), [{ place: 'pizza', lines: ['for pizza'] }, { place: 'main', lines: ['for main'] }]);
  assert.deepEqual(counts(chat), [['main', 0, false], ['pizza', 1, true]]);
});

test('what is written in a conversation is for one person alone, also over the slash, and never for a room', () => {
  const chat = arrived();
  chat.talkTo('Bob');
  assert.deepEqual([chat.place, chat.address, chat.lineChars], ['@bob', '@Bob', 300 - '/msg Bob '.length]);
  assert.deepEqual([chat.typed('hi', NOW), chat.typed('//x', NOW), chat.typed('/rooms', NOW)], ['/msg Bob hi', '/msg Bob /x', '/rooms']);
  for (const line of ['/me waves', '/topic tea', '/history']) assert.match(chat.why(line), /for Bob alone/);
  const out = tell(chat, { kind: 'sent', time: NOW, name: 'Bob', text: 'hi' }, { kind: 'told', time: NOW, name: 'Bob', text: 'yes?' });
  assert.deepEqual([out.show.map(({ place }) => place), chat.unread], [['@bob', '@bob'], 0]);
  assert.deepEqual(chat.lost(), [{ place: '@bob', lines: ['/msg Bob /x', '/rooms'] }]);
});

test('however many strangers write to one, few conversations are kept, among them the one that is looked at', () => {
  const chat = arrived();
  chat.talkTo('Bob');
  for (let number = 0; number < 100; number += 1) tell(chat, { kind: 'told', time: NOW, name: `guest-${number}`, text: 'hi' });
  assert.deepEqual([chat.talks.size, chat.talks.has('@bob'), chat.talks.has('@guest-99')], [32, true, true]);
});

test('a conversation in which one has written is not pushed out by strangers, and those one does not hear go first', () => {
  const chat = arrived();
  const told = (name) => tell(chat, { kind: 'told', time: NOW, name, text: 'hi' });
  told('Eve');
  tell(chat, { kind: 'sent', time: NOW, name: 'Bob', text: 'hi' });
  for (let number = 0; number < 30; number += 1) told(`guest-${number}`);
  told('guest-0');
  tell(chat, { kind: 'ignoring', name: 'guest-29' });
  assert.deepEqual([told('guest-30').show.length, chat.talks.dropped()], [1, ['@guest-29']]);
  assert.deepEqual([told('guest-31').show.length, chat.talks.dropped(), chat.talks.has('@bob')], [1, ['@eve'], true]);
  for (let number = 100; number < 200; number += 1) told(`guest-${number}`);
  assert.deepEqual([chat.talks.size, chat.talks.has('@bob'), chat.talks.dropped().length], [32, true, 100]);
  for (let number = 0; number < 30; number += 1) tell(chat, { kind: 'sent', time: NOW, name: `friend-${number}`, text: 'hi' });
  tell(chat, { kind: 'sent', time: NOW, name: 'last', text: 'hi' });
  const out = tell(chat, { kind: 'sent', time: NOW, name: 'more', text: 'hi' });
  assert.deepEqual(texts(out), ['The conversation with Bob was ended: there are more than 32.', 'hi']);
});

test('what somebody writes to me alone is unread until I look, and goes on under their new name', () => {
  const chat = arrived();
  tell(chat, { kind: 'told', time: NOW, name: 'Bob', text: 'psst' });
  assert.deepEqual([chat.unread, chat.place], [1, 'main']);
  const out = chat.handle({ kind: 'renamed', old: 'Bob', new: 'Rob' }, NOW);
  assert.deepEqual(out.moved, ['@bob', '@rob']);
  assert.deepEqual(out.show.map(({ text, place }) => [text, place]), [['Bob is Rob now', '@rob']], 'who is in none of my rooms');
  chat.talkTo('rob');
  assert.deepEqual([chat.unread, chat.partner], [0, 'Rob']);
  assert.deepEqual(chat.endTalk('Rob'), []);
  assert.deepEqual([chat.place, chat.talks.size], ['main', 0]);
});

test('who writes to somebody from a room gets to the conversation', () => {
  const chat = arrived();
  chat.typed('/msg bob hi', NOW);
  tell(chat, { kind: 'sent', time: NOW, name: 'Bob', text: 'hi' });
  assert.equal(chat.address, '@Bob');
  assert.deepEqual(chat.join('main'), [], 'where one has been all the time');
  assert.equal(chat.address, 'main');
});

test('what a later server says is not for this page', () => {
  for (const kind of ['typing', 'constructor', '__proto__', 'toString']) assert.deepEqual(tell(arrived(), { kind }).show, []);
});

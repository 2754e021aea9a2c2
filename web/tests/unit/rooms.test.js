// A server in small, and somebody who does anything at any time: when all is answered, the page and the server agree on who is where, and
// what was written has come to where it was written.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Chat } from '../../chat.js';

const NOW = 1_763_910_000_000;
const ROOMS = ['main', 'pizza', 'books', 'films'];
const ROOMS_MAX = 3;

/** Numbers from 0 to 1, the same ones for the same seed. */
function random(seed) {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the server does for one person, as it is told in the answers. */
class Server {
  seqs = new Map(ROOMS.map((room) => [room, 0]));
  /** The rooms; the last has the focus. */
  rooms = ['main'];
  /** What was said, as `[room, text]`. */
  said = [];
  tokens = new Map();

  get focus() {
    return this.rooms.at(-1);
  }

  greet() {
    this.rooms = ['main'];
    this.token = `T${this.tokens.size}`;
    const hello = { kind: 'hello', boot: 'one', line_chars: 400, name_chars_min: 2, name_chars_max: 20, room_chars_max: 32, token: this.token };
    return [hello, { kind: 'help', commands: [] }, { kind: 'you', name: 'Ann' }, ...this.welcome('main')];
  }

  welcome(room) {
    return [{ kind: 'room', room, seq: this.seqs.get(room) }, ...(this.seqs.get(room) ? [this.history(room, 10)] : [])];
  }

  history(room, number) {
    const last = this.seqs.get(room);
    const seqs = Array.from({ length: Math.min(number, last) }, (_, at) => last - Math.min(number, last) + 1 + at);
    return { kind: 'history', room, said: seqs.map((seq) => ({ seq, time: NOW, name: 'Bob', text: `${room} ${seq}`, act: false })) };
  }

  say(room, name, text) {
    this.seqs.set(room, this.seqs.get(room) + 1);
    if (name === 'Ann') this.said.push([room, text]);
    return this.rooms.includes(room) ? [{ kind: 'said', room, time: NOW, seq: this.seqs.get(room), said: [{ name, text }] }] : [];
  }

  leave(room) {
    this.rooms = this.rooms.filter((other) => other !== room);
  }

  go(room) {
    this.leave(room);
    this.rooms.push(room);
  }

  answer(line) {
    const here = () => [{ kind: 'here', room: this.focus }];
    const [, word, argument] = line.match(/^\/(\w+) ?(.*)$/) ?? [null, null, line];
    const isIn = this.rooms.includes(argument);
    switch (word) {
      case null: return this.say(this.focus, 'Ann', line);
      case 'join':
        if (argument === this.focus) return here();
        this.leave(this.focus);
        this.go(argument);
        return isIn ? here() : this.welcome(argument);
      case 'enter':
        if (!isIn && this.rooms.length === ROOMS_MAX) return here();
        this.go(argument);
        return isIn ? here() : this.welcome(argument);
      case 'part':
        if (!isIn || (this.rooms.length === 1 && argument === 'main')) return here();
        this.leave(argument);
        if (this.rooms.length) return here();
        this.go('main');
        return this.welcome('main');
      case 'resume':
        if (!this.tokens.has(argument)) return [{ kind: 'stale' }];
        this.rooms = this.tokens.get(argument);
        this.tokens.delete(argument);
        return [{ kind: 'you', name: 'Ann' }, { kind: 'room', room: this.focus, seq: this.seqs.get(this.focus) }];
      case 'rooms': return [{ kind: 'rooms', rooms: this.rooms.map((room) => ({ room, people: 1 })), more: 0 }];
      case 'users': return [{ kind: 'users', room: this.focus, names: ['Ann'], more: 0 }];
      case 'topic': return [{ kind: 'topic', room: this.focus, topic: null }];
      case 'history': {
        // A long answer comes in pieces.
        const { said, ...rest } = this.history(this.focus, Number(argument));
        const half = said.length >> 1;
        const pieces = half ? [said.slice(0, half), said.slice(half)] : [said];
        return pieces.map((piece, at) => ({ ...rest, said: piece, more: at < pieces.length - 1 }));
      }
      case 'name': return [{ kind: 'you', name: 'Ann' }];
      case 'msg': return [{ kind: 'sent', time: NOW, name: 'Bob', text: argument.replace('Bob ', '') }];
      default: throw new Error(`no answer to ${line}`);
    }
  }
}

/** Plays with a seed; asserts that all is well whenever nothing is on its way. */
function play(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const server = new Server();
  const chat = new Chat();
  /** What is on its way, in both directions. */
  let lines = [];
  let messages = server.greet();
  /** What was written in a room, and where. */
  const written = [];
  /** The room that was asked for last. */
  let asked = null;
  const log = [];
  const send = (more) => lines.push(...more);
  const move = () => {
    if (messages.length && (next() < 0.6 || !lines.length)) send(chat.handle(messages.shift(), NOW).send);
    else if (lines.length) messages.push(...server.answer(lines.shift()));
  };
  const drain = () => {
    while (lines.length || messages.length) move();
  };
  for (let step = 0; step < 60; step += 1) {
    const room = pick(ROOMS);
    const what = pick(['join', 'join', 'join', 'part', 'write', 'write', 'talk', 'end', 'other', '/join', '/part', 'cut', 'drain', 'drain']);
    log.push(`${what} ${room}`);
    if (what === 'join') send(chat.join(asked = room));
    if (what === 'part') {
      const before = chat.room;
      send(chat.part(room));
      if (chat.room !== before) asked = chat.room;
    }
    if (what === 'talk') chat.talkTo('Bob');
    if (what === 'end') send(chat.endTalk('Bob'));
    if (what === 'other') messages.push(...server.say(room, 'Bob', 'hi'));
    if (what.startsWith('/') && chat.phase === 'here') {
      asked = null;
      send([chat.typed(`${what} ${room}`, NOW)]);
      drain();
    }
    if (what === 'write' && chat.phase === 'here') {
      // Who has asked for a room that is not shown yet writes there. One that is shown is written to without waiting.
      if (asked !== null && asked !== chat.room) drain();
      written.push([chat.partner ? null : chat.room, `no ${step}`]);
      send([chat.typed(`no ${step}`, NOW)]);
    }
    if (what === 'cut' && chat.phase !== 'offline') {
      drain();
      if (next() < 0.5) server.tokens.set(server.token, server.rooms);
      chat.lost();
      messages = server.greet();
    }
    for (let times = next() * 6; times > 0; times -= 1) move();
    if (what !== 'drain') continue;
    drain();
    assert.equal(chat.phase, 'here');
    assert.deepEqual([...chat.names].sort(), [...server.rooms].sort(), `rooms: seed ${seed}, ${log.join(', ')}`);
    assert.equal(chat.room, server.focus, `the focus: seed ${seed}, ${log.join(', ')}`);
    assert.equal(chat.waiting(NOW, 0), 0, `waiting: seed ${seed}, ${log.join(', ')}`);
    assert.deepEqual(server.said, written.filter(([place]) => place !== null), `what was written: seed ${seed}, ${log.join(', ')}`);
  }
}

test('whoever goes to and fro, is cut off and comes back: page and server agree on the rooms, and lines come to where they were written', () => {
  for (let seed = 0; seed < 200; seed += 1) play(seed);
});

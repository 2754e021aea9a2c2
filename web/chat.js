// What the page knows of the chat. Messages of the server and wishes of the person come in; lines for the server and entries for the log
// come out. It knows no elements, no sockets and no clock.

import { LIMITS, cut, key } from './names.js';
import { Outbox, kindOf } from './outbox.js';
import { People } from './people.js';
import { Seen } from './seen.js';
import { count, nameRule, people, series, topicWords, usage, welcomeBack } from './words.js';

/** Returns an entry for what the server or the page says; its tone is 'plain' or 'bad'. */
export function note(text, time, tone) {
  return { kind: 'note', text, time, tone };
}

/** What takes the name of a person, and so may be answered with the rule for names. */
const NAMED = ['name', 'msg', 'ignore', 'unignore'];

/** As many messages as the server shows of what was said before. */
const EARLIER_MAX = 100;

export class Chat {
  me = null;
  /** The room that is shown: without a connection, the last one. */
  room = null;
  people = new People();
  /** What the room is about, or `null`. */
  topic = null;
  /** Each `{ room, people }`, and how many more there are. */
  rooms = [];
  roomsMore = 0;
  commands = [];
  lineChars = 400;
  limits = LIMITS;
  /** 'offline'; 'greeting', until one knows who and where one is; 'settling', until that is as one wants; 'here'. */
  phase = 'offline';

  /** What to ask for after connecting; `token` leads back to the person that one was in the last connection. */
  #wanted;
  /** What leads back to this connection's person. */
  #token = null;
  /** The name that was taken when one came, and is asked for until it is free. */
  #wish = null;
  #boot = null;
  #seen = new Seen();
  /** Where the server has put one, and whether that is shown: what one only passes through is not. */
  #at = null;
  #entered = false;
  /** What the server tells of a room by itself right after it has put one there: kinds of messages. */
  #introduces = [];
  /** The rooms of which it was asked what was said earlier. */
  #asked = new Set();
  #outbox = new Outbox();
  /** What to show on arrival. */
  #later = [];
  #out = null;
  #now = 0;

  constructor({ name = null, room = null, token = null } = {}) {
    this.#wanted = { name, room, token };
  }

  /** What leads back to the person one is, or `null`. */
  get token() {
    return this.#resuming ? this.#wanted.token : (this.#token ?? this.#wanted.token);
  }

  /** The room that the address has to show, or `null` as long as that is open. */
  get address() {
    return this.phase === 'here' && !this.#outbox.has('join') ? this.room : null;
  }

  /**
   * Takes a message of the server; kinds it doesn't know are for later pages. Returns what comes of it: entries to `show`, and those of
   * the `past`; lines to `send`; whether one has just `entered` the room, `arrived` so that one can talk, was `renamed`, or why that was
   * `refused`.
   */
  handle(message, now) {
    this.#now = now;
    this.#out = { show: [], past: [], send: [], entered: false, arrived: false, renamed: false, refused: null };
    const introduces = this.#introduces;
    this.#introduces = [];
    this.#on[message.kind]?.(message, introduces.includes(message.kind));
    return this.#out;
  }

  /** The connection is gone: who and where one was, one wants to be again. Returns the lines that nothing has answered. */
  lost() {
    if (this.phase === 'here') Object.assign(this.#wanted, { name: this.#wish ?? this.me, room: this.room });
    this.#wanted.token = this.token;
    this.#token = null;
    this.phase = 'offline';
    this.#entered = false;
    this.#later = [];
    this.#asked.clear();
    return this.#outbox.clear();
  }

  /** Notes what the person sends as a line to the server. */
  typed(line, now) {
    this.#outbox.add(line, now, true);
  }

  /** Returns how many lines of the person are not answered, if the first is not for so long, in ms. */
  waiting(now, patience) {
    return this.#outbox.waiting(now, patience);
  }

  /** Asks for a room; returns the lines to send. */
  join(room) {
    if (this.phase === 'offline' || this.phase === 'greeting') {
      this.#wanted.room = room;
      return [];
    }
    if (!this.#outbox.has('join') && key(room) === key(this.room)) return [];
    return this.#ask([`/join ${room}`]);
  }

  /** Asks for the lists, unless they are on their way, and for the name one wishes for; returns the lines to send. */
  refresh() {
    if (this.phase !== 'here' || this.#outbox.has('rooms') || this.#outbox.has('users')) return [];
    return this.#ask(['/rooms', '/users', ...(this.#wish === null ? [] : [`/name ${this.#wish}`])]);
  }

  /** Asks what was said earlier in the room, once; returns the lines to send. */
  earlier() {
    if (this.phase !== 'here' || !this.#entered || this.#asked.has(key(this.room))) return [];
    this.#asked.add(key(this.room));
    return this.#ask([`/history ${EARLIER_MAX}`]);
  }

  /** Whether it is not known yet if one is again who one was. */
  get #resuming() {
    return this.phase === 'settling' && this.#outbox.has('resume');
  }

  #on = {
    __proto__: null,
    hello: ({ boot, line_chars, name_chars_min: min, name_chars_max: max, token = null }) => {
      this.phase = 'greeting';
      this.#boot = boot;
      this.#token = token;
      this.lineChars = line_chars;
      this.limits = { min, max };
    },
    help: ({ commands }) => {
      this.commands = commands;
      this.#outbox.answer('help');
      if (this.phase === 'here') this.#show({ kind: 'help', commands });
    },
    you: ({ name }) => {
      this.me = name;
      // Whom one takes over is told with the name; the room, which comes then, is the answer.
      if (this.phase === 'greeting' || this.#resuming) return;
      this.#out.renamed = this.phase === 'here';
      if (this.#out.renamed) this.#note(`You are ${name}.`);
      this.#named();
    },
    room: ({ room, seq }) => {
      this.#at = { room, seq, topic: null, past: [] };
      this.#entered = false;
      this.#introduces = ['topic', 'history'];
      if (this.phase === 'greeting') this.#askForWanted();
      else this.#outbox.answer(this.#resuming ? 'resume' : 'join');
      this.#settle();
    },
    token: ({ token }) => {
      this.#outbox.answer('resume');
      this.#note(`You can come back with /resume ${token}. This page does so by itself.`);
    },
    stale: () => {
      if (this.#outbox.answer('resume')?.typed) this.#note('There is nobody to go on as.', 'bad');
      else this.#settle();
    },
    here: ({ room }) => {
      this.#outbox.answer('join');
      // On the way, to be where one wants to be is no news.
      if (this.phase === 'here') this.#note(`You are in ${room} already.`, 'bad');
      this.#settle();
    },
    'bad-room': () => {
      this.#outbox.answer('join');
      this.#note(nameRule(this.limits, 'The name of a room'), 'bad');
      this.#settle();
    },
    joined: ({ room, name }) => this.#moved(room, `${name} joined`, 1, () => this.people.add(name)),
    left: ({ room, name }) => {
      this.#moved(room, `${name} left`, -1, () => this.people.remove(name));
      this.#freed(name);
    },
    crowd: ({ room, joined, left }) => {
      this.#moved(room, `${people(joined)} joined, ${left} left`, joined - left, () => this.people.changeMore(joined - left));
    },
    said: ({ room, time, seq, said }) => said.forEach((one, place) => this.#heard(room, { ...one, time, seq: seq + place })),
    acted: ({ room, time, seq, name, text }) => this.#heard(room, { name, text, time, seq, act: true }),
    history: ({ room, said }, introduces) => {
      const asked = introduces && said.length ? null : this.#outbox.answer('history');
      if (asked?.typed) this.#note(said.length ? 'What was said before stands above.' : 'Nothing was said here yet.');
      if (!this.#isHere(room)) return;
      if (this.#entered) this.#past(said);
      else this.#at.past = said;
    },
    'bad-count': ({ max }) => {
      this.#outbox.answer('history');
      this.#note(`/history takes a number from 1 to ${max}.`, 'bad');
    },
    told: ({ time, name, text }) => this.#show({ kind: 'told', name, text, time, mine: false }),
    sent: ({ time, name, text }) => {
      this.#outbox.answer('msg');
      this.#show({ kind: 'told', name, text, time, mine: true });
    },
    nobody: ({ name }) => {
      this.#outbox.answer('msg');
      this.#note(`Nobody is called ${name}.`, 'bad');
    },
    'nobody-wrote': () => {
      this.#outbox.answer('msg');
      this.#note('Nobody has written to you alone.', 'bad');
    },
    'topic-set': ({ room, name, topic }) => {
      const mine = name === this.me;
      if (mine) this.#outbox.answer('topic');
      this.#about(room, topic);
      if (this.#isHere(room)) this.#note(topicWords(mine ? 'You' : name, topic));
    },
    topic: ({ room, topic }, introduces) => {
      if (introduces && topic !== null) this.#introduces = ['history'];
      else if (this.#outbox.answer('topic')?.typed) this.#note(topic === null ? `${room} has no topic.` : `The topic of ${room}: ${topic}`);
      this.#about(room, topic);
    },
    'topic-too-long': ({ bytes }) => {
      this.#outbox.answer('topic');
      this.#note(`Not set: a topic has at most ${bytes} letters of English, or fewer of others.`, 'bad');
    },
    ignoring: ({ name }) => {
      this.#outbox.answer('ignore');
      this.#note(`You hear no more of ${name}, until you type /unignore ${name}.`);
    },
    hearing: ({ name }) => {
      this.#outbox.answer('unignore');
      this.#note(`You hear ${name} again.`);
    },
    ignored: ({ names, more }) => {
      this.#outbox.answer('ignore');
      this.#note(names.length ? `You ignore ${series(names, more)}.` : 'You ignore nobody.');
    },
    'ignores-oneself': () => {
      this.#outbox.answer('ignore');
      this.#note('Nobody can ignore themselves.', 'bad');
    },
    'ignores-too-many': ({ people: max }) => {
      this.#outbox.answer('ignore');
      this.#note(`Nobody can ignore more than ${people(max)}.`, 'bad');
    },
    renamed: ({ old, new: name }) => {
      const mine = old === this.me;
      if (mine) this.me = name;
      this.#out.renamed = mine;
      this.#moved(this.room, `${mine ? 'You are' : `${old} is`} ${name} now`, 0, () => this.people.rename(old, name), mine);
      if (mine) this.#named();
      else this.#freed(old);
    },
    taken: ({ name }) => {
      const here = this.phase === 'here';
      if (!here) this.#wish = name;
      this.#refuse(`The name ${name} is taken. ${here ? 'Choose another one.' : `You are ${this.me} now, and ${name} when it is free.`}`);
    },
    'bad-name': () => {
      if (this.#outbox.first(NAMED) === 'name') return this.#refuse(nameRule(this.limits));
      this.#outbox.answer(this.#outbox.first(NAMED));
      this.#note(nameRule(this.limits), 'bad');
    },
    rooms: ({ rooms, more }) => {
      [this.rooms, this.roomsMore] = [rooms, more];
      const all = rooms.map(({ room, people }) => `${room} (${people})`);
      if (this.#outbox.answer('rooms')?.typed) this.#note(`The rooms: ${series(all, more)}.`);
    },
    users: ({ room, names, more }) => {
      if (this.#isHere(room)) this.people.set(names, more);
      if (this.#outbox.answer('users')?.typed) this.#note(`In ${room}: ${series(names, more)}.`);
    },
    unrecognized: ({ word }) => {
      this.#outbox.answer(word.slice(1).toLowerCase());
      this.#note(`There is no command ${word}. Type /help to see those there are, or begin with // to say it.`, 'bad');
    },
    incomplete: ({ word }) => {
      this.#outbox.answer(kindOf(`/${word}`));
      const command = this.commands.find((one) => one.word === word);
      this.#note(`Type it with all that it takes: ${command ? usage(command) : `/${word}`}.`, 'bad');
    },
    'too-long': ({ chars }) => this.#note(`Not sent: a message has at most ${chars} characters.`, 'bad'),
    dropped: ({ count: missing }) => this.#note(`Here ${count(missing, 'message is', 'messages are')} missing: they came too fast.`, 'bad'),
    stopping: () => this.#note('The server is shutting down.', 'bad'),
  };

  /** Notes lines that the page sends of itself; returns them. */
  #ask(lines) {
    for (const line of lines) this.#outbox.add(line, this.#now, false);
    return lines;
  }

  /** Asks for what is wanted, now that one knows who and where one is. */
  #askForWanted() {
    const { name, room, token } = this.#wanted;
    this.phase = 'settling';
    // What it leads back to is not known, so name and room are asked for in any case.
    const lines = token === null ? [] : [`/resume ${token}`];
    if (name !== null && (token !== null || name !== this.me)) lines.push(`/name ${name}`);
    if (room !== null && (token !== null || key(room) !== key(this.#at.room))) lines.push(`/join ${room}`);
    this.#out.send.push(...this.#ask(lines));
  }

  #refuse(text) {
    const asked = this.#outbox.answer('name');
    // What the page asks for again and again is refused again and again.
    if (this.phase === 'here' && asked?.typed === false) return;
    this.#out.refused = text;
    this.#note(text, 'bad');
    this.#arrive();
  }

  #named() {
    this.#outbox.answer('name');
    this.#wish = null;
    this.#arrive();
  }

  /** Somebody has given up a name. */
  #freed(name) {
    const wished = this.#wish !== null && key(name) === key(this.#wish);
    if (wished && this.phase === 'here') this.#out.send.push(...this.#ask([`/name ${this.#wish}`]));
  }

  /** Shows the room one is in, unless it is only passed through. */
  #settle() {
    if (this.#outbox.has('join') || this.#resuming) return;
    if (!this.#entered) {
      const { room, seq } = this.#at;
      const missed = this.#seen.entered(room, this.#boot, seq);
      this.#entered = this.#out.entered = true;
      this.room = room;
      this.people.set([this.me], 0);
      this.topic = this.#at.topic;
      // What was said before one came first stands above, and what was missed below.
      const order = this.#seen.order(room, missed === 'first' ? seq : seq - (missed ?? seq)) + 0.5;
      if (missed === 'first') this.#show({ kind: 'intro', room, text: `You are in ${room}.`, order });
      else this.#show({ ...note(welcomeBack(room, missed), this.#now, 'plain'), order });
      this.#past(this.#at.past);
      this.#out.show.push(...this.#later.splice(0));
      this.#out.send.push(...this.refresh());
      if (missed > 0) this.#out.send.push(...this.#ask([`/history ${Math.min(missed, EARLIER_MAX)}`]));
    }
    this.#arrive();
  }

  #arrive() {
    if (this.phase !== 'settling' || this.#outbox.has('name') || !this.#entered) return;
    this.phase = 'here';
    this.#out.arrived = true;
    this.#out.send.push(...this.refresh());
  }

  /** Somebody came, went, or is called something else. On the way, that is no news. */
  #moved(room, text, change, learn, mine = false) {
    if (!this.#entered || !this.#isHere(room)) return;
    learn();
    const listed = this.rooms.find(({ room }) => key(room) === key(this.room));
    if (listed) listed.people = Math.max(0, listed.people + change);
    if (this.phase === 'here') this.#show({ kind: 'presence', text, mine });
  }

  /** Whether the server has put one into this room at last. */
  #isHere(room) {
    return key(room) === key(this.#at.room);
  }

  /** Learns what a room is about. */
  #about(room, topic) {
    if (!this.#isHere(room)) return;
    this.#at.topic = topic;
    if (this.#entered) this.topic = topic;
  }

  /** Somebody says or does something in a room. */
  #heard(room, one) {
    const mine = one.name === this.me;
    if (mine) this.#outbox.answer(one.act ? 'me' : 'said', one.act ? null : one.text);
    if (!this.#isHere(room)) return;
    this.#at.seq = one.seq;
    if (!this.#entered) return;
    this.#seen.heard(room, one.seq);
    this.#show(this.#saying(one));
  }

  /** Shows what was said before. */
  #past(said) {
    this.#out.past.push(...said.map((one) => ({ ...this.#saying(one), past: true })));
  }

  /** Returns the entry of what somebody says or does in the room; by its `order` it is before or after another. */
  #saying({ name, text, time, seq, act = false }) {
    const mine = name === this.me;
    return { kind: 'said', name, text, time, mine, act, seq, order: this.#seen.order(this.room, seq), pieces: mine ? [text] : cut(text, this.me) };
  }

  #note(text, tone = 'plain') {
    this.#show(note(text, this.#now, tone));
  }

  /** Shows an entry, at the latest on arrival. */
  #show(entry) {
    (this.#entered ? this.#out.show : this.#later).push({ time: this.#now, ...entry });
  }
}

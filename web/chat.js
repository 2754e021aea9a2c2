// What the page knows of the chat. Messages of the server and wishes of the person come in; lines for the server and entries for the log
// come out. It knows no elements, no sockets and no clock.

import { LIMITS, cut, key } from './names.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { Seen } from './seen.js';
import { count, nameRule, people, series, welcomeBack } from './words.js';

/** Returns an entry for what the server or the page says; its tone is 'plain' or 'bad'. */
export function note(text, time, tone) {
  return { kind: 'note', text, time, tone };
}

export class Chat {
  me = null;
  /** The room that is shown: without a connection, the last one. */
  room = null;
  people = new People();
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
   * Takes a message of the server; kinds it doesn't know are for later pages. Returns what comes of it: entries to `show`, lines to
   * `send`, whether one has just `entered` the room, `arrived` so that one can talk, was `renamed`, or why that was `refused`.
   */
  handle(message, now) {
    this.#now = now;
    this.#out = { show: [], send: [], entered: false, arrived: false, renamed: false, refused: null };
    this.#on[message.kind]?.(message);
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
      this.#at = { room, seq };
      this.#entered = false;
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
    joined: ({ name }) => this.#moved(`${name} joined`, 1, () => this.people.add(name)),
    left: ({ name }) => {
      this.#moved(`${name} left`, -1, () => this.people.remove(name));
      this.#freed(name);
    },
    crowd: ({ joined, left }) => {
      this.#moved(`${people(joined)} joined, ${left} left`, joined - left, () => this.people.changeMore(joined - left));
    },
    said: ({ room, time, seq, said }) => {
      this.#at.seq = seq + said.length - 1;
      if (this.#entered) this.#seen.heard(room, this.#at.seq);
      for (const { name, text } of said) {
        const mine = name === this.me;
        if (mine) this.#outbox.answer('said', text);
        if (this.#entered) this.#show({ kind: 'said', name, text, time, mine, pieces: mine ? [text] : cut(text, this.me) });
      }
    },
    renamed: ({ old, new: name }) => {
      const mine = old === this.me;
      if (mine) this.me = name;
      this.#out.renamed = mine;
      this.#moved(`${mine ? 'You are' : `${old} is`} ${name} now`, 0, () => this.people.rename(old, name), mine);
      if (mine) this.#named();
      else this.#freed(old);
    },
    taken: ({ name }) => {
      const here = this.phase === 'here';
      if (!here) this.#wish = name;
      this.#refuse(`The name ${name} is taken. ${here ? 'Choose another one.' : `You are ${this.me} now, and ${name} when it is free.`}`);
    },
    'bad-name': () => this.#refuse(nameRule(this.limits)),
    rooms: ({ rooms, more }) => {
      [this.rooms, this.roomsMore] = [rooms, more];
      const all = rooms.map(({ room, people }) => `${room} (${people})`);
      if (this.#outbox.answer('rooms')?.typed) this.#note(`The rooms: ${series(all, more)}.`);
    },
    users: ({ names, more }) => {
      this.people.set(names, more);
      if (this.#outbox.answer('users')?.typed) this.#note(`In ${this.room}: ${series(names, more)}.`);
    },
    unrecognized: ({ word }) => {
      this.#outbox.answer(word.slice(1).toLowerCase());
      this.#note(`There is no command ${word}. Type /help to see those there are, or begin with // to say it.`, 'bad');
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
      if (missed === 'first') this.#show({ kind: 'intro', room, text: `You are in ${room}.` });
      else this.#note(welcomeBack(room, missed));
      this.#out.show.push(...this.#later.splice(0));
      this.#out.send.push(...this.refresh());
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
  #moved(text, change, learn, mine = false) {
    if (!this.#entered) return;
    learn();
    const listed = this.rooms.find(({ room }) => key(room) === key(this.room));
    if (listed) listed.people = Math.max(0, listed.people + change);
    if (this.phase === 'here') this.#show({ kind: 'presence', text, mine });
  }

  #note(text, tone = 'plain') {
    this.#show(note(text, this.#now, tone));
  }

  /** Shows an entry, at the latest on arrival. */
  #show(entry) {
    (this.#entered ? this.#out.show : this.#later).push({ time: this.#now, ...entry });
  }
}

// What the page knows of the chat. Messages of the server and wishes of the person come in; lines for the server and entries for the log
// come out. It knows no elements, no sockets and no clock.

import { LIMITS, cut, key } from './names.js';
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

  /** What to ask for after connecting. */
  #wanted;
  #boot = null;
  #seen = new Seen();
  /** Where the server has put one, and whether that is shown: what one only passes through is not. */
  #at = null;
  #entered = false;
  /** How many joins are not answered, and whether the wanted name is not. */
  #joins = 0;
  #nameDue = false;
  /** Who asked for the lists to come, 'page' or 'person': the log shows the person's. */
  #asked = { '/rooms': [], '/users': [] };
  /** What to show on arrival. */
  #later = [];
  #out = null;
  #now = 0;

  constructor({ name = null, room = null } = {}) {
    this.#wanted = { name, room };
  }

  /** The room that the address has to show, or `null` as long as that is open. */
  get address() {
    return this.phase === 'here' && this.#joins === 0 ? this.room : null;
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

  /** The connection is gone: who and where one was, one wants to be again. */
  lost() {
    if (this.phase === 'here') this.#wanted = { name: this.me, room: this.room };
    this.phase = 'offline';
    this.#entered = this.#nameDue = false;
    this.#joins = 0;
    this.#asked = { '/rooms': [], '/users': [] };
    this.#later = [];
  }

  /** Notes what the person types as a line for the server. */
  typed(line) {
    // What only the page took for a command would stay due.
    const word = line.split(/[ \t]/, 1)[0];
    if (word === '/join') this.#joins += 1;
    this.#asked[word]?.push('person');
  }

  /** Asks for a room; returns the lines to send. */
  join(room) {
    if (this.phase === 'offline' || this.phase === 'greeting') {
      this.#wanted.room = room;
      return [];
    }
    if (this.#joins === 0 && key(room) === key(this.room)) return [];
    this.#joins += 1;
    return [`/join ${room}`];
  }

  /** Asks for the lists, unless they are on their way; returns the lines to send. */
  refresh() {
    const lists = Object.keys(this.#asked);
    if (this.phase !== 'here' || lists.some((list) => this.#asked[list].length)) return [];
    for (const list of lists) this.#asked[list].push('page');
    return lists;
  }

  #on = {
    __proto__: null,
    hello: ({ boot, line_chars, name_chars_min: min, name_chars_max: max }) => {
      this.phase = 'greeting';
      this.#boot = boot;
      this.lineChars = line_chars;
      this.limits = { min, max };
    },
    help: ({ commands }) => {
      this.commands = commands;
      if (this.phase === 'here') this.#show({ kind: 'help', commands });
    },
    you: ({ name }) => {
      this.me = name;
      this.#out.renamed = this.phase === 'here';
      if (this.#out.renamed) this.#note(`You are ${name}.`);
      this.#nameAnswered();
    },
    room: ({ room, seq }) => {
      this.#at = { room, seq };
      this.#entered = false;
      if (this.phase === 'greeting') this.#ask();
      else this.#joins -= 1;
      this.#settle();
    },
    here: ({ room }) => this.#stay(`You are in ${room} already.`),
    'bad-room': () => this.#stay(nameRule(this.limits, 'The name of a room')),
    joined: ({ name }) => this.#moved(`${name} joined`, 1, () => this.people.add(name)),
    left: ({ name }) => this.#moved(`${name} left`, -1, () => this.people.remove(name)),
    crowd: ({ joined, left }) => {
      this.#moved(`${people(joined)} joined, ${left} left`, joined - left, () => this.people.changeMore(joined - left));
    },
    said: ({ room, time, seq, said }) => {
      this.#at.seq = seq + said.length - 1;
      if (!this.#entered) return;
      this.#seen.heard(room, this.#at.seq);
      for (const { name, text } of said) {
        const mine = name === this.me;
        this.#show({ kind: 'said', name, text, time, mine, pieces: mine ? [text] : cut(text, this.me) });
      }
    },
    renamed: ({ old, new: name }) => {
      const mine = old === this.me;
      if (mine) this.me = name;
      this.#out.renamed = mine;
      this.#moved(`${mine ? 'You are' : `${old} is`} ${name} now`, 0, () => this.people.rename(old, name));
      if (mine) this.#nameAnswered();
    },
    taken: ({ name }) => {
      this.#refuse(`The name ${name} is taken. ${this.phase === 'here' ? 'Choose another one.' : `You are ${this.me} now.`}`);
    },
    'bad-name': () => this.#refuse(nameRule(this.limits)),
    rooms: ({ rooms, more }) => {
      [this.rooms, this.roomsMore] = [rooms, more];
      const all = rooms.map(({ room, people }) => `${room} (${people})`);
      if (this.#asked['/rooms'].shift() !== 'page') this.#note(`The rooms: ${series(all, more)}.`);
    },
    users: ({ names, more }) => {
      this.people.set(names, more);
      if (this.#asked['/users'].shift() !== 'page') this.#note(`In ${this.room}: ${series(names, more)}.`);
    },
    unrecognized: ({ word }) => this.#note(`There is no command ${word}. Type /help to see those there are.`, 'bad'),
    'too-long': ({ chars }) => this.#note(`Not sent: a message has at most ${chars} characters.`, 'bad'),
    dropped: ({ count: missing }) => this.#note(`Here ${count(missing, 'message is', 'messages are')} missing: they came too fast.`, 'bad'),
    stopping: () => this.#note('The server is shutting down.', 'bad'),
  };

  /** Asks for what is wanted, now that one knows who and where one is. */
  #ask() {
    const { name, room } = this.#wanted;
    this.phase = 'settling';
    this.#nameDue = name !== null && name !== this.me;
    if (this.#nameDue) this.#out.send.push(`/name ${name}`);
    if (room !== null && key(room) !== key(this.#at.room)) {
      this.#joins = 1;
      this.#out.send.push(`/join ${room}`);
    }
  }

  #stay(text) {
    this.#joins -= 1;
    this.#note(text, 'bad');
    this.#settle();
  }

  #refuse(text) {
    this.#out.refused = text;
    this.#note(text, 'bad');
    this.#nameAnswered();
  }

  #nameAnswered() {
    this.#nameDue = false;
    this.#arrive();
  }

  /** Shows the room one is in, unless it is only passed through. */
  #settle() {
    this.#joins = Math.max(0, this.#joins);
    if (this.#joins) return;
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
    if (this.phase !== 'settling' || this.#nameDue || !this.#entered) return;
    this.phase = 'here';
    this.#out.arrived = true;
    this.#out.send.push(...this.refresh());
  }

  /** Somebody came, went, or is called something else. On the way, that is no news. */
  #moved(text, change, learn) {
    if (!this.#entered) return;
    learn();
    const listed = this.rooms.find(({ room }) => key(room) === key(this.room));
    if (listed) listed.people = Math.max(0, listed.people + change);
    if (this.phase === 'here') this.#show({ kind: 'presence', text });
  }

  #note(text, tone = 'plain') {
    this.#show(note(text, this.#now, tone));
  }

  /** Shows an entry, at the latest on arrival. */
  #show(entry) {
    (this.#entered ? this.#out.show : this.#later).push({ time: this.#now, ...entry });
  }
}

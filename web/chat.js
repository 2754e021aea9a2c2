// What the page knows of the chat: who one is, where, who else is there, which rooms there are. Messages of the server and wishes of
// the person come in; lines for the server and entries for the log come out. It knows no elements, no sockets and no clock.

import { LIMITS, key, mentions } from './names.js';
import { People } from './people.js';
import { Seen } from './seen.js';
import { backIn, count, nameRule, series, welcomeBack } from './words.js';

/** Returns an entry for what the server or the page has to say; its tone is 'plain', or 'bad' for what went wrong. */
export function note(text, time, tone = 'plain') {
  return { kind: 'note', text, time, tone };
}

export class Chat {
  me = null;
  /** The room that is shown. Without a connection it is the last one. */
  room = null;
  people = new People();
  /** As `/rooms` has it: `{ room, people }`; and how many more there are. */
  rooms = [];
  roomsMore = 0;
  commands = [];
  lineChars = 400;
  limits = LIMITS;
  /** 'offline'; 'greeting', until one knows who and where one is; 'settling', until one is who and where one wants; 'here'. */
  phase = 'offline';

  /** The name and the room to ask for after connecting, or `null`. */
  #wanted;
  #boot = null;
  #seen = new Seen();
  /** Where the server has put one, and how much was said there. */
  #at = null;
  /** Whether that is shown. It is not while one only passes through, on the way to the room that was asked for. */
  #entered = false;
  /** How many joins are not answered yet. */
  #joins = 0;
  /** Whether the wanted name was asked for, and the answer is due. */
  #nameDue = false;
  /** Who asked for the lists that are to come, 'page' or 'person': the log shows those of the person. */
  #asked = { rooms: [], users: [] };
  /** What to show on arrival. */
  #later = [];

  constructor({ name = null, room = null } = {}) {
    this.#wanted = { name, room };
  }

  /** The room that the address has to show, or `null` as long as that is open. */
  get address() {
    return this.phase === 'here' && this.#joins === 0 ? this.room : null;
  }

  /**
   * Takes a message of the server. Returns what comes of it: `show`, entries for the log; `send`, lines for the server; `entered`,
   * whether one is in the room as of now; `arrived`, whether one can talk as of now; `renamed`, whether one was given the name one
   * asked for; `refused`, why not. Kinds that are not known are for later pages.
   */
  handle(message, now) {
    const out = { show: [], send: [], entered: false, arrived: false, renamed: false, refused: null };
    this.#on[message.kind]?.(message, out, now);
    return out;
  }

  /** The connection is gone. Who and where one was, one wants to be again. */
  lost() {
    if (this.phase === 'here') this.#wanted = { name: this.me, room: this.room };
    this.phase = 'offline';
    this.#entered = this.#nameDue = false;
    this.#joins = 0;
    this.#asked = { rooms: [], users: [] };
    this.#later = [];
  }

  /** Notes what the person types as a line for the server. */
  typed(line) {
    // If the server takes more for commands than this does, no harm is done; the other way round an answer would stay due.
    const word = line.split(/[ \t]/, 1)[0];
    if (word === '/join') this.#joins += 1;
    if (word === '/rooms') this.#asked.rooms.push('person');
    if (word === '/users') this.#asked.users.push('person');
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

  /** Asks for the lists, unless they are asked for already; returns the lines to send. */
  refresh() {
    if (this.phase !== 'here' || this.#asked.rooms.length || this.#asked.users.length) return [];
    this.#asked.rooms.push('page');
    this.#asked.users.push('page');
    return ['/rooms', '/users'];
  }

  /** What to do about each kind of message. */
  #on = {
    __proto__: null,
    hello: ({ boot, line_chars, name_chars_min: min, name_chars_max: max }) => {
      this.phase = 'greeting';
      this.#boot = boot;
      this.lineChars = line_chars;
      this.limits = { min, max };
    },
    help: ({ commands }, out, time) => {
      this.commands = commands;
      if (this.phase === 'here') out.show.push({ kind: 'help', commands, time });
    },
    you: ({ name }, out, now) => {
      this.me = name;
      if (this.phase === 'here') out.show.push(note(`You are ${name}.`, now));
      else this.#nameAnswered(out);
    },
    room: ({ room, seq }, out, now) => {
      this.#at = { room, seq };
      this.#entered = false;
      if (this.phase === 'greeting') this.#ask(out);
      else this.#joins -= 1;
      this.#settle(out, now);
    },
    here: ({ room }, out, now) => this.#stay(`You are in ${room} already.`, out, now),
    'bad-room': ({ chars_min: min, chars_max: max }, out, now) => this.#stay(nameRule({ min, max }, 'The name of a room'), out, now),
    joined: ({ name }, out, now) => this.#moved(`${name} joined`, 1, () => this.people.add(name), out, now),
    left: ({ name }, out, now) => this.#moved(`${name} left`, -1, () => this.people.remove(name), out, now),
    crowd: ({ joined, left }, out, now) => {
      const change = joined - left;
      this.#moved(`${count(joined, 'person', 'people')} joined, ${left} left`, change, () => this.people.changeMore(change), out, now);
    },
    said: ({ room, name, text, time, seq }, out) => {
      this.#at.seq = seq;
      if (!this.#entered) return;
      this.#seen.heard(room, seq);
      this.people.speak(name);
      const mine = name === this.me;
      out.show.push({ kind: 'said', name, text, time, mine, marks: mine ? [] : mentions(text, this.me) });
    },
    renamed: ({ old, new: name }, out, now) => {
      const mine = old === this.me;
      if (mine) this.me = name;
      out.renamed = mine;
      this.#moved(`${mine ? 'You are' : `${old} is`} ${name} now`, 0, () => this.people.rename(old, name), out, now);
      if (mine) this.#nameAnswered(out);
    },
    taken: ({ name }, out, now) => {
      const late = this.phase !== 'here';
      this.#refuse(late ? `The name ${name} is taken now. You are ${this.me}.` : `The name ${name} is taken. Choose another one.`, out, now);
    },
    'bad-name': ({ chars_min: min, chars_max: max }, out, now) => this.#refuse(nameRule({ min, max }), out, now),
    rooms: ({ rooms, more }, out, now) => {
      this.rooms = rooms;
      this.roomsMore = more;
      const all = rooms.map(({ room, people }) => `${room} (${people})`);
      if (this.#asked.rooms.shift() !== 'page') out.show.push(note(`The rooms: ${series(all, more)}.`, now));
    },
    users: ({ names, more }, out, now) => {
      this.people.set(names, more);
      if (this.#asked.users.shift() !== 'page') out.show.push(note(`In ${this.room}: ${series(names, more)}.`, now));
    },
    unrecognized: ({ word }, out, now) => this.#tell(`There is no command ${word}. Type /help to see those there are.`, out, now),
    'too-long': ({ chars }, out, now) => this.#tell(`Not sent: a message has at most ${chars} characters.`, out, now),
    dropped: ({ count: lost }, out, now) => this.#tell(`Here ${count(lost, 'message is', 'messages are')} missing: they came too fast.`, out, now),
    stopping: (_, out, now) => this.#tell('The server is shutting down.', out, now),
  };

  /** Finds out what to ask for, now that one knows who and where one is. */
  #ask(out) {
    const { name, room } = this.#wanted;
    this.phase = 'settling';
    this.#nameDue = name !== null && name !== this.me;
    if (this.#nameDue) out.send.push(`/name ${name}`);
    this.#joins = Number(room !== null && key(room) !== key(this.#at.room));
    if (this.#joins) out.send.push(`/join ${room}`);
  }

  /** A join was answered, but led nowhere. */
  #stay(text, out, now) {
    this.#joins -= 1;
    this.#tell(text, out, now);
    this.#settle(out, now);
  }

  #refuse(text, out, now) {
    out.refused = text;
    this.#tell(text, out, now);
    this.#nameAnswered(out);
  }

  #nameAnswered(out) {
    this.#nameDue = false;
    this.#arrive(out);
  }

  /** Shows the room one is in, unless it is only passed through. */
  #settle(out, now) {
    this.#joins = Math.max(0, this.#joins);
    if (this.#joins) return;
    if (!this.#entered) {
      const { room, seq } = this.#at;
      const missed = this.#seen.entered(room, this.#boot, seq);
      this.#entered = out.entered = true;
      this.room = room;
      this.people.set([this.me], 0);
      if (missed === 'first') out.show.push({ kind: 'intro', room, time: now });
      else out.show.push(note(this.phase === 'here' ? backIn(room, missed) : welcomeBack(missed), now));
      out.show.push(...this.#later.splice(0));
      out.send.push(...this.refresh());
    }
    this.#arrive(out);
  }

  #arrive(out) {
    if (this.phase !== 'settling' || this.#nameDue || !this.#entered) return;
    this.phase = 'here';
    out.arrived = true;
    out.send.push(...this.refresh());
  }

  /** Somebody came, went, or is called something else. What oneself does on the way is no news. */
  #moved(text, change, learn, out, time) {
    if (!this.#entered) return;
    learn();
    const listed = this.rooms.find(({ room }) => key(room) === key(this.room));
    if (listed) listed.people = Math.max(0, listed.people + change);
    if (this.phase === 'here') out.show.push({ kind: 'presence', text, time });
  }

  #tell(text, out, now) {
    (this.#entered ? out.show : this.#later).push(note(text, now, 'bad'));
  }
}

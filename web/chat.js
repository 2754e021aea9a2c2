// What the page knows of the chat. Messages of the server and wishes of the person come in; lines for the server and entries for the log
// come out. It knows no elements, no sockets and no clock.

import { ANSWERS, KEEPING } from './answers.js';
import { Conversations, TALKS_MAX } from './conversations.js';
import { LIMITS, ROOM_LIMITS, key } from './names.js';
import { Outbox, kindOf, textOf, wordsOf } from './outbox.js';
import { PAGE, seqOf } from './past.js';
import { People } from './people.js';
import { placeOf } from './room.js';
import { Rooms } from './rooms.js';
import { Timeline } from './timeline.js';
import { wantedRooms, waysTo } from './wanted.js';
import { nameRule, note, people, series, topicWords } from './words.js';

/** Where no room is shown yet. */
const NOBODY = new People();

/** What takes the name of a person, and so may be answered with the rule for names. */
const NAMED = ['name', 'msg', 'ignore', 'unignore', 'kick', 'ban', 'unban', 'mute', 'unmute', 'invite', 'op', 'deop', 'own'];

/** What is about a whole room, or heard there. */
const ROOMY = ['me', 'topic', 'history', 'kick', 'ban', 'mute', 'lock', 'key'];

export class Chat {
  me = null;
  /** The room that is shown, or that one comes back to from a conversation: without a connection, the last one. */
  room = null;
  /** Whom one talks to alone, if that is shown, or `null`. */
  partner = null;
  /** The rooms one is in, in the order in which one came, and the conversations, by their places. */
  own = new Rooms();
  talks = new Conversations();
  /** All rooms, each as `{ room, people }`, and how many more there are. */
  rooms = [];
  roomsMore = 0;
  commands = [];
  limits = LIMITS;
  roomLimits = ROOM_LIMITS;
  /** 'offline'; 'greeting', until one knows who and where one is; 'settling', until that is as one wants; 'here'. */
  phase = 'offline';

  #lineChars = 400;
  /** What to ask for after connecting; `token` leads back to the person that one was in the last connection. */
  #wanted;
  /** What leads back to this connection's person. */
  #token = null;
  /** The name that was taken when one came, and is asked for until it is free. */
  #wish = null;
  #boot = null;
  /** Whether one is not to be who one is, the next time. */
  #forgotten = false;
  #timeline = new Timeline(this);
  /** Whom one ignores, as far as one was told, by their keys: the server forgets it with the connection. */
  #ignored;
  /** Whether the room that has the focus is looked at, as soon as it is the one that was asked for, and no conversation. */
  #follows = true;
  /** The room that was looked at before this one. */
  #previous = null;
  /** Whether one looks at a room of this connection. */
  #settled = false;
  /** What the server tells of a room by itself right after it has put one there: kinds of messages. */
  #introduces = [];
  #outbox = new Outbox();
  /** What has come of an answer that is longer than one message of the server. */
  #pieces = [];
  /** What to show on arrival. */
  #later = [];
  #out = null;
  #now = 0;

  /** `talks` are conversations that were kept: `{ name, unread, called, mine, muted }`; `ignored` are names. */
  constructor({ name = null, room = null, rooms = [], token = null, talks = [], ignored = [] } = {}) {
    this.#wanted = { name, room, rooms, token };
    this.#ignored = new Map(ignored.map((one) => [key(one), one]));
    for (const { name: partner, unread, called = false, mine = false, muted = false } of talks) {
      Object.assign(this.talks.with(partner, null), { unread, called, mine, muted });
    }
  }

  /** What leads back to the person one is, or `null`. */
  get token() {
    return this.#resuming ? this.#wanted.token : (this.#token ?? this.#wanted.token);
  }

  /** What the address has to show: a room, or a person after an @; or `null` as long as that is open. */
  get address() {
    if (this.phase !== 'here' || this.#outbox.has('join')) return null;
    return this.partner === null ? this.room : `@${this.partner}`;
  }

  /** What is shown. */
  get place() {
    if (this.partner !== null) return placeOf(this.partner);
    return this.room === null ? null : key(this.room);
  }

  /** Who is in the room. */
  get people() {
    return this.#shownRoom?.people ?? NOBODY;
  }

  /** What the room is about, or `null`. */
  get topic() {
    return this.#shownRoom?.topic ?? null;
  }

  /** How many characters a line may have that is written here. */
  get lineChars() {
    return this.#lineChars - (this.partner === null ? 0 : `/msg ${this.partner} `.length);
  }

  /** How much is unread in all that is not shown. */
  get unread() {
    return [...this.own.values(), ...this.talks.values()].reduce((sum, { unread }) => sum + unread, 0);
  }

  /** The names of those whom one ignores. */
  get ignored() {
    return [...this.#ignored.values()];
  }

  /** Whether what somebody says is not to be shown: on the way, the server may show it before it was told whom one ignores. */
  hides(name) {
    return this.phase !== 'here' && this.#ignored.has(key(name));
  }

  /** The names of the rooms one is in, or wants to be in. */
  get names() {
    return this.phase === 'here' ? [...this.own.values()].map(({ name }) => name) : this.#wanted.rooms;
  }

  /**
   * Takes a message of the server; kinds it doesn't know are for later pages. Returns what comes of it: entries to `show`, and those of
   * the `past`, each with its place; `holes` where messages are missing, and what of them is `known` now; what was `found`, the newest
   * first, or `null` from a server that keeps nothing; lines to `send`; whether one has `arrived` so that one can talk, was `led` elsewhere by a line, was
   * `renamed`, or why that was `refused`.
   */
  handle(message, now) {
    this.#now = now;
    this.#out = { show: [], past: [], holes: [], known: [], found: undefined, send: [], arrived: false, led: false, renamed: false, refused: null };
    const introduces = this.#introduces;
    this.#introduces = [];
    const answer = ANSWERS[message.kind];
    if (answer) this.#answered(answer, message);
    else this.#on[message.kind]?.(message, introduces.includes(message.kind));
    return this.#out;
  }

  /** The connection is gone: who and where one was, one wants to be again. Returns the lines that nothing has answered, by their places. */
  lost() {
    const name = this.#forgotten ? null : (this.#wish ?? this.me);
    if (this.phase === 'here') Object.assign(this.#wanted, { name, room: this.room, rooms: this.names });
    this.#wanted.token = this.token;
    this.#token = null;
    this.phase = 'offline';
    this.#forgotten = false;
    this.#pieces = [];
    this.#settled = false;
    this.#later = [];
    this.own.forEach((room) => room.lost());
    const unsent = this.#outbox.clear();
    for (const { place, lines } of unsent) {
      if (place !== this.place) (this.own.get(place) ?? this.talks.get(place))?.add(lines.length, true);
    }
    return unsent;
  }

  /** Goes on as who one is, under another name: that of an account. */
  goAs(name) {
    this.#wanted.name = name;
  }

  /** Lets nobody go on as who one is, and comes back as somebody else. */
  forget() {
    this.#token = null;
    Object.assign(this.#wanted, { name: null, token: null });
    this.#forgotten = true;
  }

  /** Returns why a line can't be sent from here, or `null`. */
  why(line) {
    if (this.phase !== 'here') return 'Not sent: there is no connection.';
    const kind = kindOf(line);
    return this.partner !== null && ROOMY.includes(kind) ? `Not sent: /${kind} is for rooms, and this is for ${this.partner} alone.` : null;
  }

  /** Notes what the person sends from here; returns the line to send. */
  typed(line, now) {
    const kind = kindOf(line);
    const sent = this.partner !== null && kind === 'said' ? `/msg ${this.partner} ${textOf(line)}` : line;
    this.#outbox.add(sent, now, true, this.place);
    if (kind === 'join') this.#follows = true;
    return sent;
  }

  /** Returns how many lines of the person are not answered, if the first is not for so long, in ms. */
  waiting(now, patience) {
    return this.#outbox.waiting(now, patience);
  }

  /** Goes to a room, and stays in the others; returns the lines to send. */
  join(room) {
    const own = this.own.of(room);
    this.#follows = true;
    if (this.phase === 'offline' || this.phase === 'greeting' || this.#resuming) {
      this.#wanted.room = room;
      if (own) [this.room, this.partner] = [own.name, null];
      return [];
    }
    const there = !this.#outbox.has('join') && key(room) === key(this.own.focus);
    const lines = there ? [] : this.#ask([`/enter ${room}`]);
    if (own?.entered) lines.push(...this.#look(own));
    return lines;
  }

  /** Leaves one of several rooms; returns the lines to send. Who looks at it looks at another one at once, and writes there. */
  part(room) {
    const own = this.own.of(room);
    const others = [...this.own.values()].filter((other) => other !== own && other.entered && !other.leaving);
    if (this.phase !== 'here' || !own || !others.length) return [];
    own.leaving = true;
    const next = others.find(({ name }) => name === this.#previous) ?? others[0];
    const goes = this.partner === null && key(room) === key(this.room);
    return [...(goes ? this.join(next.name) : []), ...this.#ask([`/part ${room}`])];
  }

  /** Goes to the conversation with a person. */
  talkTo(name) {
    if (this.me !== null && key(name) === key(this.me)) return;
    const talk = this.talks.with(name, this.place);
    this.partner = talk.name;
    this.#follows = false;
    talk.looked();
  }

  /** Ends a conversation; returns the lines to send. */
  endTalk(name) {
    this.talks.drop(placeOf(name));
    if (this.partner === null || key(this.partner) !== key(name)) return [];
    if (this.room !== null) return this.join(this.room);
    // One has not come yet.
    [this.partner, this.#follows] = [null, true];
    return [];
  }

  /** Asks for the lists, unless they are on their way, and for the name one wishes for; returns the lines to send. */
  refresh() {
    if (this.phase !== 'here' || this.#outbox.has('rooms') || this.#outbox.has('users')) return [];
    return this.#ask(['/rooms', '/users', ...(this.#wish === null ? [] : [`/name ${this.#wish}`])]);
  }

  /**
   * Asks for messages that are missing in a room, from the `first` to the `last` by their order. Returns the lines to send: none as long
   * as that can't be asked for; or `null`, if it never can, since the room was made anew.
   */
  missing({ room, first, last }) {
    const own = this.own.of(room);
    if (this.phase !== 'here' || !own?.entered || this.#outbox.asks(`/said ${room} `)) return [];
    return this.#timeline.isNow(room, first) ? this.#ask([`/said ${room} ${seqOf(first)} ${seqOf(last)}`]) : null;
  }

  /** Asks for the messages around one; returns the lines to send: none as long as one is not in its room. */
  around(room, seq) {
    if (this.phase !== 'here' || !this.own.of(room)?.entered) return [];
    return this.#ask([`/said ${room} ${Math.max(1, seq - PAGE / 2)} ${seq + PAGE / 2 - 1}`]);
  }

  /** Returns the order of a message in a room where one is, or `null`. */
  orderOf(room, seq) {
    return this.own.of(room)?.entered ? this.#timeline.order(room, seq) : null;
  }

  /** Looks for what was said; returns the lines to send: none without a connection. */
  search(words) {
    return this.phase === 'here' ? this.#ask([`/search ${words}`]) : [];
  }

  /** Whether it is not known yet if one is again who one was. */
  get #resuming() {
    return this.phase === 'settling' && this.#outbox.has('resume');
  }

  get #shownRoom() {
    return this.room === null ? undefined : this.own.of(this.room);
  }

  #on = {
    __proto__: null,
    hello: ({ boot, line_chars, name_chars_min: min, name_chars_max: max, room_chars_max, token = null }) => {
      this.phase = 'greeting';
      this.#boot = boot;
      this.#token = token;
      this.#lineChars = line_chars;
      this.limits = { min, max };
      this.roomLimits = { min, max: room_chars_max };
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
      const greeting = this.phase === 'greeting';
      const resuming = this.#resuming;
      const asked = greeting ? null : this.#outbox.answer(this.#outbox.first(['join', 'resume']));
      // Whose rooms one takes over has left one's own, if there were any.
      if (asked?.kind === 'resume') this.own.forEach((own) => own.lost());
      this.#out.led = asked?.typed === true;
      this.own.go(asked, room);
      this.own.come(room).arrive(seq);
      this.#introduces = ['topic', 'history'];
      if (greeting) this.#askForWanted();
      else if (resuming) this.#askForRooms(true);
      this.#enterWanted(room);
      this.#settle();
    },
    stale: () => {
      if (this.#outbox.answer('resume')?.typed) return this.#note('There is nobody to go on as.', 'bad');
      this.#askForRooms(false);
      this.#enterWanted(this.own.focus);
      this.#settle();
    },
    here: ({ room }) => {
      const before = this.own.focus;
      const asked = this.#outbox.answer('join');
      const [word, to = room] = wordsOf(asked);
      this.#out.led = asked?.typed === true;
      this.own.go(asked, room);
      this.#adopt(room);
      // On the way, to be where one wants to be is no news.
      if (this.phase === 'here' && word === '/join' && key(room) === key(before)) this.#note(`You are in ${room} already.`, 'bad');
      if (word === '/enter' && key(room) !== key(to)) this.#note(`You are in too many rooms to go to ${to} as well. Leave one first.`, 'bad');
      this.#settle();
    },
    'bad-room': () => {
      this.#outbox.answer('join');
      this.#note(nameRule(this.roomLimits, 'The name of a room'), 'bad');
      this.#settle();
    },
    joined: ({ room, name }) => this.#moved(room, `${name} joined`, 1, (people) => people.add(name)),
    left: ({ room, name, by, line = `${name} left` }) => {
      this.#kept(by);
      this.#moved(room, line, -1, (people) => people.remove(name));
      this.#freed(name);
    },
    'put-out': ({ room, by, line }) => {
      this.#kept(by);
      // Where one comes to it is seen: nobody looks at a room any more in which they are not.
      if (this.room !== null && key(room) === key(this.room)) this.#settled = false;
      this.own.delete(key(room));
      this.#note(`${line}.`, 'bad');
    },
    moderated: ({ room, by, lines }) => {
      this.#kept(by);
      const own = this.own.of(room);
      if (own?.entered) lines.forEach((line) => this.#show({ ...note(line, this.#now, 'plain'), place: own.place }));
    },
    ruling: ({ line, joins = false }) => {
      this.#outbox.answer(joins ? 'join' : this.#outbox.first(KEEPING));
      this.#note(`${line}.`, 'bad');
      if (joins) this.#settle();
    },
    'logged-in': ({ account }) => this.#note(`You are logged in as ${account}.`),
    'logged-out': () => this.#note('You are logged out.'),
    'not-logged-in': ({ text }) => this.#note(`${text}.`, 'bad'),
    moderation: ({ commands }) => {
      this.#outbox.answer('moderation');
      this.#show({ kind: 'help', commands });
    },
    crowd: ({ room, joined, left }) => {
      this.#moved(room, `${people(joined)} joined, ${left} left`, joined - left, (people) => people.changeMore(joined - left));
    },
    said: ({ room, time, seq, said }) => said.forEach((one, place) => this.#heard(room, { ...one, time, seq: seq + place })),
    acted: ({ room, time, seq, name, text }) => this.#heard(room, { name, text, time, seq, act: true }),
    history: ({ room, ...piece }, introduces) => {
      const said = this.#whole(piece);
      if (!said) return;
      const asked = introduces && said.length ? null : this.#outbox.answer(this.#outbox.first(['history', 'page']));
      if (asked?.kind === 'page') return this.#page(asked.line, said);
      if (asked?.typed) this.#note(said.length ? 'What was said before stands above.' : 'Nothing was said here yet.');
      const own = this.own.of(room);
      if (own?.entered) this.#timeline.past(own, said, this.#now, this.#out);
      else own?.past.push(...said);
    },
    found: (piece) => {
      const said = this.#whole(piece);
      if (!said) return;
      this.#outbox.answer('search');
      this.#out.found = said.reverse().map((one) => ({ ...one, mine: one.name === this.me }));
    },
    'no-history': () => {
      this.#outbox.answer('search');
      this.#out.found = null;
    },
    told: ({ time, name, text }) => this.#told(name, { name, text, time, mine: false }),
    sent: ({ time, name, text }) => {
      // Who writes from elsewhere gets to the conversation: there it is seen.
      const asked = this.#outbox.answer('msg');
      this.#out.led = asked?.typed === true && asked.place === this.place;
      if (this.#out.led) this.talkTo(name);
      this.#told(name, { name: this.me, text, time, mine: true });
    },
    'topic-set': ({ room, name, topic }) => {
      const mine = name === this.me;
      if (mine) this.#outbox.answer('topic');
      const own = this.own.of(room);
      if (!own) return;
      own.topic = topic;
      if (own.entered) this.#show({ ...note(topicWords(mine ? 'You' : name, topic), this.#now, 'plain'), place: own.place });
    },
    topic: ({ room, topic }, introduces) => {
      if (introduces && topic !== null) this.#introduces = ['history'];
      else if (this.#outbox.answer('topic')?.typed) this.#note(topic === null ? `${room} has no topic.` : `The topic of ${room}: ${topic}`);
      const own = this.own.of(room);
      if (own) own.topic = topic;
    },
    ignoring: ({ name }) => {
      const asked = this.#outbox.answer('ignore');
      this.#mute(name, true);
      if (asked?.typed !== false) this.#note(`You hear no more of ${name}, until you type /unignore ${name}.`);
    },
    hearing: ({ name }) => {
      this.#outbox.answer('unignore');
      this.#mute(name, false);
      this.#note(`You hear ${name} again.`);
    },
    ignored: ({ names, more }) => {
      this.#outbox.answer('ignore');
      if (!more) this.#ignored = new Map(names.map((one) => [key(one), one]));
      this.#note(names.length ? `You ignore ${series(names, more)}.` : 'You ignore nobody.');
    },
    renamed: ({ old, new: name }) => {
      const mine = old === this.me;
      if (mine) this.me = name;
      this.#out.renamed = mine;
      const known = [...this.own.values()].filter(({ people }) => people.has(old));
      known.forEach(({ people }) => people.rename(old, name));
      if (this.#ignored.delete(key(old))) this.#ignored.set(key(name), name);
      this.#renameTalk(old, name);
      // Somebody may be in a room without being listed there, or in none of mine. What concerns me is told where I look.
      const apart = this.talks.has(placeOf(name)) ? placeOf(name) : this.place;
      const places = mine ? [this.place] : known.length ? known.map(({ place }) => place) : [apart];
      if (this.phase === 'here') {
        for (const place of places) this.#show({ kind: 'presence', text: `${mine ? 'You are' : `${old} is`} ${name} now`, mine, place });
      }
      if (mine) this.#named();
      else this.#freed(old);
    },
    taken: ({ name }) => {
      const here = this.phase === 'here';
      if (!here) this.#wish = name;
      this.#refuse(`The name ${name} is taken. ${here ? 'Choose another one.' : `You are ${this.me} now, and ${name} when it is free.`}`);
    },
    'name-of-account': ({ name }) => {
      this.#refuse(`The name ${name} belongs to an account. ${this.phase === 'here' ? 'Choose another one.' : `You are ${this.me} now.`}`);
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
      const own = this.own.of(room);
      own?.people.set(names, more);
      if (own) own.listed = true;
      if (this.#outbox.answer('users')?.typed) this.#note(`In ${room}: ${series(names, more)}.`);
    },
  };

  /** Returns an answer that may come in pieces once it is whole. */
  #whole({ said, more = false }) {
    const all = [...this.#pieces, ...said];
    this.#pieces = more ? all : [];
    return more ? null : all;
  }

  /** Notes lines that the page sends of itself; returns them. */
  #ask(lines) {
    for (const line of lines) this.#outbox.add(line, this.#now, false);
    return lines;
  }

  /** Asks for what is wanted, now that one knows who and where one is. */
  #askForWanted() {
    const { name, token } = this.#wanted;
    this.phase = 'settling';
    // Whom it leads back to is not known, so a name is asked for in any case. The rooms wait for what it leads back to.
    const lines = token === null ? [] : [`/resume ${token}`];
    if (name !== null && (token !== null || name !== this.me)) lines.push(`/name ${name}`);
    this.#out.send.push(...this.#ask(lines));
    if (token === null) this.#askForRooms(false);
  }

  /** Asks for the rooms that are wanted. */
  #askForRooms(resumed) {
    // First, so that nothing of them is shown anywhere.
    const ignoring = resumed ? [] : this.ignored.map((name) => `/ignore ${name}`);
    const ways = waysTo(wantedRooms(this.#wanted), this.own.focus, resumed, `/history ${PAGE}`);
    this.#out.send.push(...this.#ask([...ignoring, ...ways]));
  }

  /** Somebody has kept order, which may be what one has asked for. */
  #kept(by) {
    if (by === this.me) this.#outbox.answer(this.#outbox.first(KEEPING));
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

  /** Takes a room for one's own, in which one is without having come in this connection. */
  #adopt(room) {
    const own = this.own.come(room);
    if (own.here) return own;
    own.arrive(null);
    own.entered = true;
    this.#timeline.goOn(own, this.#boot);
    return own;
  }

  /** Enters a room one is in, unless it is only passed through. */
  #enterWanted(room) {
    const own = this.own.of(room);
    const wants = this.phase === 'settling' && !this.#resuming && wantedRooms(this.#wanted).some((one) => key(one) === key(room));
    if (!own.entered && (wants || this.phase === 'here')) this.#enter(own);
  }

  #enter(own) {
    own.entered = true;
    // Those of the last connection are kept until the server lists who is there: of them one is told new names.
    own.people.add(this.me);
    this.#timeline.enter(own, this.#boot, this.#now, this.#out);
  }

  /** Looks at the room that has the focus, unless one looks at a conversation, or another one was asked for. */
  #settle() {
    if (this.#outbox.has('join') || this.#resuming) return;
    for (const [place, own] of this.own) {
      if (!own.here) this.own.delete(place);
      else if (!own.entered) this.#enter(own);
    }
    this.#out.send.push(...this.#look(this.own.of(this.own.focus)));
    this.#settled = true;
    this.#out.show.push(...this.#later.splice(0).map((entry) => ({ place: this.place, ...entry })));
    this.#arrive();
  }

  /** Looks at a room that has the focus, or will, or comes back to it from a conversation; returns the lines to send. */
  #look(own) {
    if (this.room !== own.name) this.#previous = this.room;
    this.room = own.name;
    if (this.#follows) this.partner = null;
    if (this.partner === null) own.looked();
    return own.listed || this.phase !== 'here' ? [] : this.#ask(['/rooms', '/users']);
  }

  #arrive() {
    if (this.phase !== 'settling' || this.#outbox.has('name') || !this.#settled) return;
    this.phase = 'here';
    this.#out.arrived = true;
    this.#out.send.push(...this.refresh());
  }

  /** Somebody came or went. On the way, that is no news. */
  #moved(room, text, change, learn) {
    const own = this.own.of(room);
    if (!own?.entered) return;
    learn(own.people);
    const listed = this.rooms.find((one) => key(one.room) === key(room));
    if (listed) listed.people = Math.max(0, listed.people + change);
    if (this.phase === 'here') this.#show({ kind: 'presence', text, mine: false, place: own.place });
  }

  /** Somebody says or does something in a room. */
  #heard(room, one) {
    const mine = one.name === this.me;
    if (mine) this.#outbox.answer(one.act ? 'me' : 'said', one.act ? null : one.text);
    const own = this.own.of(room) ?? (this.#settled ? this.#adopt(room) : null);
    if (!own?.here) return;
    own.seq = one.seq;
    if (!own.entered) return;
    if (!own.listed) own.people.add(one.name);
    const entry = this.#timeline.heard(own, one);
    if (!mine && own.place !== this.place) own.add(1, entry.pieces.length > 1);
    this.#show(entry);
  }

  /** What was asked for by its numbers has come. */
  #page(line, said) {
    const [, room, from, to] = line.trim().split(/\s+/);
    const own = this.own.get(key(room.replace(/^#/, '')));
    if (own?.entered) this.#timeline.page(own, said, from, to, this.#out);
  }

  /** Somebody writes to me alone, or I to them. */
  #told(partner, said) {
    const least = this.talks.leastFor(partner, this.place);
    const talk = this.talks.with(partner, this.place);
    const { place } = talk;
    if (least?.mine) this.#note(`The conversation with ${least.name} was ended: there are more than ${TALKS_MAX}.`);
    talk.mine ||= said.mine;
    if (!said.mine && place !== this.place) talk.add(1, true);
    this.#out.show.push({ kind: 'told', place, ...said });
  }

  #mute(name, muted) {
    if (muted) this.#ignored.set(key(name), name);
    else this.#ignored.delete(key(name));
    const talk = this.talks.get(placeOf(name));
    if (talk) talk.muted = muted;
  }

  /** Who is called something else is so in the conversation as well. */
  #renameTalk(old, name) {
    const moved = this.talks.rename(old, name);
    if (!moved) return;
    this.#out.moved = moved;
    if (this.partner !== null && key(this.partner) === key(old)) this.partner = name;
  }

  /** Something was answered that changes nothing here. */
  #answered({ of, says, tone = 'bad' }, message) {
    const kinds = of?.(message);
    if (kinds) this.#outbox.answer(this.#outbox.first(kinds));
    this.#note(says(message, this.own.size), tone);
  }

  #note(text, tone = 'plain') {
    this.#show(note(text, this.#now, tone));
  }

  /** Shows an entry where it belongs, or where one looks: at the latest on arrival. */
  #show(entry) {
    const all = entry.place !== undefined || this.#settled ? this.#out.show : this.#later;
    all.push({ time: this.#now, ...(all === this.#later ? {} : { place: this.place }), ...entry });
  }
}

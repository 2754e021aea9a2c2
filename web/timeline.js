// What is shown of what is said in rooms, in its order: now, before one came, and while one was away; and where something is missing. It
// knows no elements.

import { cut, key } from './names.js';
import { coveredBy, hole } from './past.js';
import { Seen } from './seen.js';
import { note, welcomeBack } from './words.js';

export class Timeline {
  #seen = new Seen();
  #chat;

  /** Of the chat it asks who one is, where one looks, and who is not shown. What comes of it goes to where `Chat.handle` has it. */
  constructor(chat) {
    this.#chat = chat;
  }

  /** Returns the order of message `seq` of a room that was entered. */
  order(room, seq) {
    return this.#seen.order(room, seq);
  }

  /** Tells whether a message of this order is of the room as it is now. */
  isNow(room, order) {
    return this.#seen.isNow(room, order);
  }

  /** One is in a room without having come. */
  goOn(own, boot) {
    own.since = this.#seen.goesOn(own.name, boot);
  }

  /** One has come into a room. */
  enter(own, boot, now, out) {
    const { name: room, seq } = own;
    const missed = this.#seen.entered(room, boot, seq);
    this.#welcome(own, missed, missed === 'first' ? seq : seq - (missed ?? seq), now, out);
    const isNew = typeof missed !== 'number';
    if (seq > 0) this.#miss(own, isNew ? 1 : seq - missed + 1, seq, isNew, out);
    this.past(own, own.past.splice(0), now, out);
    this.#count(own, missed);
  }

  /** Shows what was said before: the last messages that there are. */
  past(own, said, now, out) {
    if (!said.length) return;
    if (own.since !== undefined) this.#catchUp(own, said, now, out);
    this.#know(own, said, ...[said[0], said.at(-1)].map(({ seq }) => this.order(own.name, seq)), out);
  }

  /** Shows what was asked for by its numbers. */
  page(own, said, from, to, out) {
    this.#know(own, said, ...[from, to].map((seq) => this.order(own.name, Number(seq))), out);
  }

  /** Returns the entry of what somebody says or does in a room now. */
  heard(own, one) {
    this.#seen.heard(own.name, one.seq);
    return this.#saying(own, one);
  }

  /** Notes that messages of a room are missing, if there are any; `earlier`, if they were said before one came first. */
  #miss({ name: room, place }, from, to, earlier, out) {
    const [first, last] = [from, to].map((seq) => this.order(room, seq));
    if (from <= to || earlier) out.holes.push(hole({ place, room, first, last, earlier }));
  }

  /** Shows that one is in a room: what was said before one came first stands above, and what was missed since message `seq` below. */
  #welcome({ name: room, place }, missed, seq, now, out) {
    const order = this.order(room, seq) + 0.5;
    if (missed === 'first') out.show.push({ kind: 'intro', room, text: `You are in ${room}.`, time: now, order, place });
    else out.show.push({ ...note(welcomeBack(room, missed), now, 'plain'), order, place });
  }

  #know(own, said, from, to, out) {
    const past = said.map((one) => ({ ...this.#saying(own, one), past: true }));
    const [first, last] = coveredBy(from, to, past);
    out.past.push(...past.filter(({ name }) => !this.#chat.hides(name)));
    out.known.push({ place: own.place, first, last, count: past.length });
  }

  /** Finds what was missed in a room in which one is again, without having come. */
  #catchUp(own, said, now, out) {
    const isNew = own.since === 'first';
    const [first, last] = [said[0].seq, said.at(-1).seq];
    const all = isNew || first <= own.since + 1;
    const missed = isNew ? 'first' : all ? said.filter(({ seq }) => seq > own.since).length : last - own.since;
    this.#welcome(own, missed, isNew ? last : own.since, now, out);
    this.#miss(own, isNew ? 1 : own.since + 1, first - 1, isNew, out);
    this.#count(own, missed);
    own.since = undefined;
    this.#seen.heard(own.name, last);
  }

  /** What was missed is unread where one does not look. */
  #count(own, missed) {
    if (missed > 0 && own.place !== this.#chat.place) own.add(missed, false);
  }

  /** Returns the entry of what somebody says or does in a room; by its `order` it is before or after another. */
  #saying({ name: room, place }, { name, text, time, seq, act = false }) {
    const { me } = this.#chat;
    const mine = name === me;
    const order = this.order(room, seq);
    return { kind: 'said', name, text, time, mine, act, seq, order, place, room, pieces: mine ? [text] : cut(text, me) };
  }
}

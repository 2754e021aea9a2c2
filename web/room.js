// What is known of one room that one is in, and of one person to whom one talks alone: both are places where something can be unread.

import { key } from './names.js';
import { People } from './people.js';

/** Returns the place of a conversation. No name of a room begins like that. */
export const placeOf = (partner) => `@${key(partner)}`;

export class Talk {
  /** How much was said here that was not looked at, and whether to me. */
  unread = 0;
  called = false;
  /** Of a conversation: whether one has written in it, whether one does not hear the other, and when something was said last, in turns. */
  mine = false;
  muted = false;
  turn = 0;

  constructor(name) {
    this.name = name;
  }

  /** How much one would miss a conversation. */
  get worth() {
    return this.muted ? 0 : 1 + Number(this.mine);
  }

  get place() {
    return placeOf(this.name);
  }

  /** Somebody has said something that is not looked at. */
  add(number, called) {
    this.unread += number;
    this.called ||= called;
  }

  looked() {
    this.unread = 0;
    this.called = false;
  }
}

export class Room extends Talk {
  people = new People();
  /** Whether the server has listed them. */
  listed = false;
  /** What the room is about, or `null`. */
  topic = null;
  /** Whether one is in it in this connection, and whether that is shown: what one only passes through is not. */
  here = false;
  entered = false;
  /** Whether one has asked to leave it. */
  leaving = false;
  /** How many messages were said when one came, or `null` if that was not told; what was told of them before it is shown. */
  seq = null;
  past = [];
  /** What was heard last here by who is here without having come, as `Seen` has it, until it is known what was said meanwhile. */
  since = undefined;

  get place() {
    return key(this.name);
  }

  /** The server has put one here. */
  arrive(seq) {
    Object.assign(this, { here: true, entered: false, leaving: false, listed: false, topic: null, seq, past: [], since: undefined });
  }

  /** The connection is gone, and one with it. */
  lost() {
    this.here = this.entered = false;
  }
}

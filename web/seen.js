// What was heard last in each room, and so how much was missed when one comes back, and what was said before what.

import { key } from './names.js';

/** More messages than are said in a room before it is made anew. */
export const ERA = 2 ** 40;

export class Seen {
  #rooms = new Map();

  /**
   * Notes that a room was entered in which `seq` messages were said so far, on the server started as `boot`. Returns how many were
   * missed: 'first' if one never was there, `null` if nobody can know.
   */
  entered(room, boot, seq) {
    const before = this.#rooms.get(key(room));
    const goesOn = before?.boot === boot && seq >= before.seq;
    this.#rooms.set(key(room), { boot, seq, era: before ? before.era + Number(!goesOn) : 0 });
    if (!before) return 'first';
    return goesOn ? seq - before.seq : null;
  }

  /** Notes that one is in a room without having entered it. Returns what was heard last there; 'first' if one never was there. */
  goesOn(room, boot) {
    const before = this.#rooms.get(key(room));
    if (before?.boot === boot) return before.seq;
    this.#rooms.set(key(room), { boot, seq: 0, era: before ? before.era + 1 : 0 });
    return before ? 0 : 'first';
  }

  /** Returns a number for message `seq` of a room that was entered: larger than those of all before, also where the room was made anew. */
  order(room, seq) {
    return this.#rooms.get(key(room)).era * ERA + seq;
  }

  /** Tells whether a message that has such a number is of the room as it is now, and not as it was before it was made anew. */
  isNow(room, order) {
    return Math.floor(order / ERA) === this.#rooms.get(key(room))?.era;
  }

  /** Notes that message `seq` was heard in a room that was entered. */
  heard(room, seq) {
    this.#rooms.get(key(room)).seq = seq;
  }
}

// What was heard last in each room, and so how much was missed when one comes back.

import { key } from './names.js';

export class Seen {
  #rooms = new Map();

  /**
   * Notes that a room was entered in which `seq` messages were said so far, on the server started as `boot`. Returns how many were
   * missed: 'first' if one never was there, `null` if nobody can know.
   */
  entered(room, boot, seq) {
    const before = this.#rooms.get(key(room));
    this.#rooms.set(key(room), { boot, seq });
    if (!before) return 'first';
    return before.boot === boot && seq >= before.seq ? seq - before.seq : null;
  }

  /** Notes that message `seq` was heard in a room that was entered. */
  heard(room, seq) {
    this.#rooms.get(key(room)).seq = seq;
  }
}

// What was heard last in each room, and so how much was missed when one comes back.

import { key } from './names.js';

/** More rooms than anyone goes back to. */
const ROOMS_MAX = 100;

export class Seen {
  #rooms = new Map();

  /**
   * Notes that a room was entered in which `seq` messages were said so far, on a server started as `boot`. Returns how many were
   * missed: 'first' if one never was there, `null` if nobody can know.
   */
  entered(room, boot, seq) {
    const before = this.#rooms.get(key(room));
    this.#rooms.delete(key(room)); // The order of the map is that of the last visits.
    this.#rooms.set(key(room), { boot, seq });
    if (this.#rooms.size > ROOMS_MAX) this.#rooms.delete(this.#rooms.keys().next().value);
    if (!before) return 'first';
    return before.boot === boot && seq >= before.seq ? seq - before.seq : null;
  }

  /** Notes that message `seq` of a room that was entered was heard. */
  heard(room, seq) {
    this.#rooms.get(key(room)).seq = seq;
  }
}

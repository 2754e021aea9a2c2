// What was shown in each room, so that it is there again when one comes back. The oldest entries, and the rooms not visited for
// longest, are forgotten.

import { key } from './names.js';

/** As many entries as the log shows at once. */
const ENTRIES_MAX = 1000;

const ROOMS_MAX = 20;

export class Transcripts {
  #rooms = new Map();

  /** Returns the entries of a room, oldest first, and counts the room as the latest. */
  of(room) {
    const entries = this.#rooms.get(key(room)) ?? [];
    this.#rooms.delete(key(room));
    this.#rooms.set(key(room), entries);
    if (this.#rooms.size > ROOMS_MAX) this.#rooms.delete(this.#rooms.keys().next().value);
    return entries.slice(-ENTRIES_MAX);
  }

  /** Keeps an entry of a room that was visited. */
  add(room, entry) {
    const entries = this.#rooms.get(key(room));
    entries.push(entry);
    // Half as much again before it is cut: to cut at each entry would move them all each time.
    if (entries.length > 1.5 * ENTRIES_MAX) entries.splice(0, entries.length - ENTRIES_MAX);
  }
}

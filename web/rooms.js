// The rooms one is in, by their places, and which of them has the focus at the server. It knows no elements.

import { key } from './names.js';
import { wordsOf } from './outbox.js';
import { Room } from './room.js';

export class Rooms extends Map {
  /** Where one says what one says, or `null`. */
  focus = null;

  /** Returns a room by its name, if one is in it. */
  of(room) {
    return this.get(key(room));
  }

  /** Returns a room, which one is in from now on, if not before. */
  come(room) {
    if (!this.has(key(room))) this.set(key(room), new Room(room));
    const own = this.of(room);
    own.name = room;
    return own;
  }

  /** Learns which room has the focus, as the answer to a line that may have led out of another one. */
  go(asked, room) {
    const [word, from] = wordsOf(asked);
    if (word === '/join' && key(this.focus) !== key(room)) this.delete(key(this.focus));
    if (word === '/part' && from && key(from) !== key(room)) this.delete(key(from));
    this.focus = room;
  }
}

// Who is in the room. Of those beyond the server's list, only the number is known.

import { key } from './names.js';

export class People {
  /** How many there are besides those listed. */
  more = 0;
  #names = new Map();

  get count() {
    return this.#names.size + this.more;
  }

  list() {
    return [...this.#names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  }

  set(names, more) {
    this.#names = new Map(names.map((name) => [key(name), name]));
    this.more = more;
  }

  has(name) {
    return this.#names.has(key(name));
  }

  add(name) {
    this.#names.set(key(name), name);
  }

  remove(name) {
    if (!this.#names.delete(key(name))) this.changeMore(-1);
  }

  rename(old, name) {
    if (this.#names.delete(key(old))) this.#names.set(key(name), name);
  }

  /** Some came or went who were not named. */
  changeMore(by) {
    this.more = Math.max(0, this.more + by);
  }
}

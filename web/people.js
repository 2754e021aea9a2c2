// Who is in the room, and who spoke last. Of those beyond the server's list, only the number is known.

import { key } from './names.js';

/** As many names as are listed. */
const LISTED_MAX = 500;

export class People {
  #names = new Map();
  /** How many there are besides those listed. */
  more = 0;
  /** When each spoke, as a running number. */
  #spoke = new Map();
  #turn = 0;

  get count() {
    return this.#names.size + this.more;
  }

  /** The names, in their order. */
  list() {
    return [...this.#names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  }

  /** The names, those who spoke last first. */
  byTurn() {
    const turn = (name) => this.#spoke.get(key(name)) ?? 0;
    return this.list().sort((a, b) => turn(b) - turn(a));
  }

  set(names, more) {
    this.#names = new Map(names.map((name) => [key(name), name]));
    this.more = more;
    for (const id of this.#spoke.keys()) if (!this.#names.has(id)) this.#spoke.delete(id);
  }

  add(name) {
    if (this.#names.size < LISTED_MAX) this.#names.set(key(name), name);
    else this.more += 1;
  }

  remove(name) {
    this.#spoke.delete(key(name));
    if (!this.#names.delete(key(name))) this.changeMore(-1);
  }

  rename(old, name) {
    const turn = this.#spoke.get(key(old));
    if (!this.#names.delete(key(old))) return;
    this.#names.set(key(name), name);
    this.#spoke.delete(key(old));
    if (turn) this.#spoke.set(key(name), turn);
  }

  /** Some came or went who were not named. */
  changeMore(by) {
    this.more = Math.max(0, this.more + by);
  }

  speak(name) {
    if (this.#names.has(key(name))) this.#spoke.set(key(name), (this.#turn += 1));
  }
}

// The conversations with one person each, by their places, and which of them has to go for another. It knows no elements.

import { key } from './names.js';
import { Talk, placeOf } from './room.js';

/** More conversations than anyone has at once; strangers can begin them. */
export const TALKS_MAX = 32;

export class Conversations extends Map {
  /** The places of those that were let go of, and how many turns there were in all. */
  #dropped = [];
  #turns = 0;

  /** Returns the conversation with a person, while one looks at the place `shown`. */
  with(name, shown) {
    const place = placeOf(name);
    if (!this.has(place)) {
      const least = this.leastFor(name, shown);
      if (least) this.drop(least.place);
      this.set(place, new Talk(name));
    }
    const talk = this.get(place);
    talk.turn = this.#turns += 1;
    return talk;
  }

  /** Returns the conversation that has to go for one with a person, if one has to: one would miss it least, and it was longest at rest. */
  leastFor(name, shown) {
    const place = placeOf(name);
    if (this.has(place) || this.size < TALKS_MAX) return null;
    const others = [...this.values()].filter((talk) => talk.place !== shown);
    return others.reduce((least, talk) => (talk.worth - least.worth || talk.turn - least.turn) < 0 ? talk : least);
  }

  drop(place) {
    if (this.delete(place)) this.#dropped.push(place);
  }

  /** Returns the places of the conversations that were let go of since this was last asked. */
  dropped() {
    return this.#dropped.splice(0);
  }

  /** Who is called something else is so here as well, unless there is one with that name. Returns both places, if there is any. */
  rename(old, name) {
    const talk = this.get(placeOf(old));
    if (!talk || (this.has(placeOf(name)) && key(old) !== key(name))) return null;
    this.delete(placeOf(old));
    this.set(placeOf(name), talk);
    talk.name = name;
    return [placeOf(old), placeOf(name)];
  }
}

// Time that passes only when a test says so: in place of Node's own mock timers, which in Node 18 leave the date as it is.

export class Clock {
  #now = 0;
  #timers = new Map();
  #made = 0;

  /** Takes the place of the real time for the rest of the program. */
  constructor() {
    Date.now = () => this.#now;
    globalThis.setTimeout = (what, wait) => {
      this.#made += 1;
      this.#timers.set(this.#made, { what, at: this.#now + wait });
      return this.#made;
    };
    globalThis.clearTimeout = (timer) => this.#timers.delete(timer);
  }

  /** Lets so many ms pass, and whatever is due until then happen in its order. */
  pass(wait) {
    const end = this.#now + wait;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [timer, { what, at }] = next;
      this.#timers.delete(timer);
      this.#now = at;
      what();
    }
    this.#now = end;
  }

  /** Lets so many ms pass in which nothing happens, and then what was due meanwhile, late. */
  sleep(wait) {
    this.#now += wait;
    for (const [timer, { what, at }] of [...this.#timers]) {
      if (at > this.#now) continue;
      this.#timers.delete(timer);
      what();
    }
  }

  /** The timer that is due first, if it is due until `end`. */
  #next(end) {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

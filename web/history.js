// The lines that were typed before, and the one among them that is being looked at.

/** More lines than anyone looks for with an arrow key. */
export const LINES_MAX = 500;

export class History {
  #lines = [];
  /** Which line is looked at; `null` is the one being typed, meanwhile the draft. */
  #at = null;
  #draft = '';

  /** Remembers a line. One that is like the last is remembered once. */
  push(line) {
    this.leave();
    if (this.#lines.at(-1) !== line) this.#lines.push(line);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }

  /** Returns the line before `current`, if there is one. */
  older(current) {
    const at = (this.#at ?? this.#lines.length) - 1;
    if (at < 0) return null;
    if (this.#at === null) this.#draft = current;
    this.#at = at;
    return this.#lines[at];
  }

  /** Returns the line after, at last what was being typed. */
  newer() {
    if (this.#at === null) return null;
    this.#at += 1;
    if (this.#at < this.#lines.length) return this.#lines[this.#at];
    this.leave();
    return this.#draft;
  }

  /** What is in the line is being typed. */
  leave() {
    this.#at = null;
  }
}

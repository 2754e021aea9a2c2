// The lines that were typed before, and the one among them that is being looked at.

/** More lines than anyone looks for with an arrow key. */
export const LINES_MAX = 500;

export class History {
  #lines = [];
  /** The line that is being looked at; `null` is the one that is being typed. */
  #at = null;
  /** What was being typed when the first older line was fetched. */
  #draft = '';

  /** Remembers a line. One that is like the last is remembered once. */
  push(line) {
    this.#at = null;
    if (this.#lines.at(-1) === line) return;
    if (this.#lines.length === LINES_MAX) this.#lines.shift();
    this.#lines.push(line);
  }

  /** Returns the line before, or `null`; `current` is kept if it is what was being typed. */
  older(current) {
    const at = (this.#at ?? this.#lines.length) - 1;
    if (at < 0) return null;
    if (this.#at === null) this.#draft = current;
    this.#at = at;
    return this.#lines[at];
  }

  /** Returns the line after, or what was being typed, or `null`. */
  newer() {
    if (this.#at === null) return null;
    this.#at = this.#at + 1 < this.#lines.length ? this.#at + 1 : null;
    return this.#at === null ? this.#draft : this.#lines[this.#at];
  }

  /** Takes what is typed now for a new line: the one that was being looked at was changed. */
  leave() {
    this.#at = null;
  }
}

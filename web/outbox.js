// What was sent and is not answered yet. The server answers in order, so the answer to one line is the end of waiting for all before it.

/** What is answered alike, or called otherwise: what is said is no command. */
const ALIKE = { __proto__: null, reply: 'msg', enter: 'join', part: 'join', said: 'page' };

/** Returns what answers a line: 'said', or the word of a command. */
export function kindOf(line) {
  if (!/^\/(?!\/)/.test(line)) return 'said';
  const word = line.slice(1).split(/\s/, 1)[0].toLowerCase();
  return ALIKE[word] ?? word;
}

/** What the server leaves of a text, or takes out of it, makes no difference. */
const bare = (text) => text.replace(/[\s\p{C}]+/gu, '');

export class Outbox {
  #lines = [];

  /** Notes a line that is sent `now`; `typed` is whether by the person, and then `place` is where. */
  add(line, now, typed, place = null) {
    this.#lines.push({ line, kind: kindOf(line), now, typed, place });
  }

  /** Tells whether one of a kind waits. */
  has(kind) {
    return this.#lines.some((one) => one.kind === kind);
  }

  /** Tells whether a line that begins so waits. */
  asks(beginning) {
    return this.#lines.some(({ line }) => line.startsWith(beginning));
  }

  /** Returns the first of these kinds that waits; the first of them, if none does. */
  first(kinds) {
    return this.#lines.find((one) => kinds.includes(one.kind))?.kind ?? kinds[0];
  }

  /** Ends the waiting for the first of a kind, rather for one that says `text`. Returns it, as it was noted, if there is one. */
  answer(kind, text = null) {
    let at = text === null ? -1 : this.#lines.findIndex((one) => one.kind === kind && bare(textOf(one.line)) === bare(text));
    if (at < 0) at = this.#lines.findIndex((one) => one.kind === kind);
    return this.#lines.splice(0, at + 1).at(-1);
  }

  /** Returns how many lines of the person wait, if the first has for so long, in ms. */
  waiting(now, patience) {
    const typed = this.#lines.filter((one) => one.typed);
    return typed.length && now - typed[0].now >= patience ? typed.length : 0;
  }

  /** Gives up waiting; returns the lines of the person that may never have come to the server, each as `{ place, lines }`. */
  clear() {
    const places = new Map();
    for (const { line, place } of this.#lines.splice(0).filter(({ typed, kind }) => typed && kind !== 'quit')) {
      if (!places.has(place)) places.set(place, { place, lines: [] });
      places.get(place).lines.push(line);
    }
    return [...places.values()];
  }
}

/** Returns what a line says: the first of two slashes is for the server. */
export const textOf = (line) => line.replace(/^\/(?=\/)/, '');

/** Returns the words of a line that leads elsewhere, as it was noted: what it does, and which room it is about. */
export function wordsOf(asked) {
  const [word, room] = asked?.line.trim().split(/\s+/) ?? [];
  return [word?.toLowerCase(), room?.replace(/^#/, '')];
}

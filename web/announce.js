// What a screen reader reads by itself. The log is no live region: a flood in it would be read for hours.

import { at, element } from './dom.js';
import { digest } from './words.js';

/** Time before and between readings, in ms: what comes meanwhile is read together. */
const SOON = 100;
const PAUSE = 2000;

let entries = [];
let timer = null;

/** Reads a text, or what `aloud` makes of an entry of the log. */
export function announce(what) {
  entries.push(typeof what === 'string' ? { text: what } : what);
  timer ??= setTimeout(read, SOON);
}

/** Reads what has come. It goes then, so that nobody comes upon it later. */
function read() {
  at('announcer').replaceChildren(...digest(entries).map((text) => element('p', '', text)));
  timer = entries.length ? setTimeout(read, PAUSE) : null;
  entries = [];
}

// The line in which one writes: its keys, its history, its length, and sending it.

import { at, on } from './dom.js';
import { History } from './history.js';
import * as suggestions from './suggestions.js';
import { count } from './words.js';

/** With so many characters left or fewer, the page says so. */
const LEFT_SHOWN = 80;

const line = at('line');
const history = new History();

/** What history gave last: if it is unchanged, the arrow keys go on from there. */
let given = null;
/** How high the line is with one row of text. */
let oneRow = 0;
let page;

/** `send` sends a line or returns why it can't; `limit` returns how long it may be. */
export function begin(handlers) {
  page = handlers;
  suggestions.begin({ ...page, changed: fit });
  on('composer', 'submit', send);
  on('line', 'keydown', (event) => {
    // While an input method composes, the keys are its own.
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (pressed(event)) event.preventDefault();
  });
  on('line', 'input', edited);
  fit();
}

/** Takes the focus, unless that brings up a keyboard over half the screen. */
export function focus() {
  if (!matchMedia('(pointer: coarse)').matches) line.focus({ preventScroll: true });
}

/** Does what a key is for; returns whether it is for anything here. */
function pressed({ key, shiftKey }) {
  switch (key) {
    case 'Enter': return send();
    case 'Tab': return suggestions.turn(shiftKey ? -1 : 1);
    case 'Escape': return suggestions.close() || page.escape();
    case 'ArrowUp': return atEdge(0) && recall(history.older(line.value));
    case 'ArrowDown': return atEdge(line.value.length) && recall(history.newer());
  }
  return false;
}

/** In a line of several rows the arrow keys move the cursor first. */
function atEdge(edge) {
  return line.clientHeight <= oneRow || line.value === given || (line.selectionStart === edge && line.selectionEnd === edge);
}

function recall(text) {
  if (text === null) return false;
  given = text;
  fill(text);
  return true;
}

function edited() {
  // A message is one line; what is pasted may be several.
  if (/[\r\n]/.test(line.value)) line.value = line.value.replace(/[\r\n]+/g, ' ');
  if (line.value !== given) history.leave();
  suggestions.update();
  fit();
}

/** Sends the line, if it can; the key is used up anyway. */
function send() {
  const text = line.value;
  if (text.trim() === '') return true;
  const why = left() < 0 ? `${count(-left(), 'character')} too long to be sent` : page.send(text);
  if (why) {
    say(why, true);
  } else {
    history.push(text);
    fill('');
  }
  return true;
}

function fill(text) {
  line.value = text;
  suggestions.close();
  fit();
}

/** Makes the line as high as its text, and says how much room is left. */
export function fit() {
  line.style.height = 'auto';
  line.style.height = `${line.scrollHeight}px`;
  if (line.value === '') oneRow = line.clientHeight;
  if (left() < 0) say(`${count(-left(), 'character')} too long`, true);
  else say(left() <= LEFT_SHOWN ? `${count(left(), 'character')} left` : '', false);
}

/** Tells why something else than the line was not sent. */
export function tell(why) {
  say(why, true);
}

const left = () => page.limit() - [...line.value].length;

function say(text, bad) {
  at('hint').textContent = text;
  at('hint').classList.toggle('bad', bad);
}

// The line in which one writes: its keys, its history, its length, and sending it.

import { at } from './dom.js';
import { History } from './history.js';
import * as suggestions from './suggestions.js';
import { count } from './words.js';

/** From so many characters before the limit on, the page says how many are left. */
const LEFT_SHOWN = 80;

const line = at('line');
const hint = at('hint');
const history = new History();

/** What history gave last: as long as it is unchanged, the arrow keys go on from there. */
let given = null;

/** How high the line is with one row of text. */
let oneRow = 0;

/** Does what is not done here: `send` a line, and say why not if it can't be; tell the `limit` of a line; `page` through the log; `escape`. */
let on;

export function begin(handlers) {
  on = handlers;
  suggestions.begin({ ...on, changed: fit });
  at('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  line.addEventListener('keydown', (event) => {
    // While an input method composes, the keys are its own.
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (pressed(event)) event.preventDefault();
  });
  line.addEventListener('input', edited);
  fit();
}

/** Has the focus in the line, unless that brings up a keyboard that covers half the screen. */
export function focus() {
  if (matchMedia('(hover: hover) and (pointer: fine)').matches) line.focus({ preventScroll: true });
}

/** Puts in the name of somebody to talk to. */
export function address(name) {
  const before = line.value.slice(0, line.selectionStart);
  const text = before === '' ? `${name}: ` : `${before.endsWith(' ') ? '' : ' '}${name} `;
  line.setRangeText(text, line.selectionStart, line.selectionEnd, 'end');
  edited();
  line.focus();
}

/** Does what a key is for; returns whether it is for anything here. */
function pressed({ key, shiftKey }) {
  switch (key) {
    case 'Enter': send(); return true;
    case 'Tab': return suggestions.turn(shiftKey ? -1 : 1);
    case 'Escape': return suggestions.close() || on.escape();
    case 'ArrowUp': return !shiftKey && atEdge(0) && recall(history.older(line.value));
    case 'ArrowDown': return !shiftKey && atEdge(line.value.length) && recall(history.newer());
    case 'PageUp': return on.page(-1);
    case 'PageDown': return on.page(1);
  }
  return false;
}

/** In a line of several rows the arrow keys move the cursor first. */
function atEdge(edge) {
  return line.clientHeight <= oneRow || line.value === given || (line.selectionStart === edge && line.selectionEnd === edge);
}

function recall(text) {
  if (text === null) return false;
  given = line.value = text;
  suggestions.close();
  fit();
  return true;
}

function edited() {
  // A message is one line; what is pasted may be several.
  if (/[\r\n]/.test(line.value)) line.value = line.value.replace(/[\r\n]+/g, ' ');
  if (line.value !== given) {
    given = null;
    history.leave();
  }
  suggestions.update();
  fit();
}

function send() {
  const text = line.value;
  if (text.trim() === '') return;
  const why = over() > 0 ? `${count(over(), 'character')} too long to be sent` : on.send(text);
  if (why) {
    say(why, 'bad');
    return;
  }
  history.push(text);
  given = null;
  line.value = '';
  suggestions.close();
  fit();
}

/** By how many characters the line is too long. */
const over = () => [...line.value].length - on.limit();

/** Makes the line as high as its text, and says how much room is left in it. */
function fit() {
  line.style.height = 'auto';
  line.style.height = `${line.scrollHeight}px`;
  if (line.value === '') oneRow = line.clientHeight;
  const left = -over();
  if (left < 0) say(`${count(-left, 'character')} too long`, 'bad');
  else say(left < LEFT_SHOWN ? `${count(left, 'character')} left` : '', '');
}

function say(text, tone) {
  hint.textContent = text;
  hint.className = tone;
}

// The line in which one writes: its keys, its history, its length, and sending it.

import { at, on } from './dom.js';
import { History } from './history.js';
import { keep, kept } from './kept.js';
import * as paste from './paste.js';
import { linesOf } from './pasted.js';
import * as suggestions from './suggestions.js';
import { count } from './words.js';

/** With so many characters left or fewer, the page says so. */
const LEFT_SHOWN = 80;

const line = at('line');
const history = new History();

/** What history gave last: if it is unchanged, the arrow keys go on from there. */
let given = null;
/** Where it was pasted: the browser forgets it while a dialog is clicked at. */
let selected = [0, 0];
/** Which place the line is for, and what was typed and not sent in the others. */
let place = null;
const drafts = new Map();
/** Which place the draft was for that the browser has kept. */
let keptFor = null;
let page;

/** `send` sends a line, and `sendAll` several, or they return why they can't; `limit` returns how long one may be. */
export function begin(handlers) {
  page = handlers;
  suggestions.begin({ ...page, changed: fit });
  on('composer', 'submit', send);
  on('line', 'keydown', (event) => {
    // While an input method composes, the keys are its own; 229 is one that it has taken. Safari says only so that Enter confirms a word.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (pressed(event)) event.preventDefault();
  });
  on('line', 'input', edited);
  // Who sends with the button goes on typing, and a phone keeps its keyboard.
  on('send', 'mousedown', (event) => event.preventDefault());
  // What is under the line is as wide as it, and grows with its letters. Only in the next frame: to change a size here would be told again.
  new ResizeObserver(() => requestAnimationFrame(grow)).observe(at('under'));
  line.value = kept('sessionStorage', 'draft') ?? '';
  keptFor = kept('sessionStorage', 'draft-for');
  // Browsers bring back what was typed only into elements that were not made by script.
  addEventListener('pagehide', () => {
    keep('sessionStorage', 'draft', line.value);
    keep('sessionStorage', 'draft-for', place ?? keptFor ?? '');
  });
  paste.begin({ ...page, insert });
  for (const [type, from] of [['paste', 'clipboardData'], ['drop', 'dataTransfer']]) on('line', type, (event) => pasted(event, event[from]));
  fit();
}

/** Lets the line be for another place; what was typed waits where it was, unless it was typed after a line that `led` there. */
export function turn(to, led) {
  const from = place ?? (keptFor || to);
  if (from !== to && !(led && line.value !== '')) {
    drafts.set(from, line.value);
    fill(drafts.get(to) ?? '');
    drafts.delete(to);
    history.leave();
  }
  place = to;
  fit();
}

/** The place has another name now. */
export function moved(to) {
  place = to;
}

/** Takes the focus, unless that brings up a keyboard over half the screen. */
export function focus() {
  if (!matchMedia('(pointer: coarse)').matches) line.focus({ preventScroll: true });
}

/** Does what a key is for; returns whether it is for anything here. */
function pressed({ key, code, shiftKey }) {
  // Of Shift+Tab, WebKitGTK knows only the place on the keyboard.
  switch (key === 'Unidentified' ? code : key) {
    case 'Enter': return send();
    case 'Tab': return suggestions.turn(shiftKey ? -1 : 1);
    case 'Escape': return suggestions.close() || page.escape();
    case 'ArrowUp': return suggestions.back() || (atEdge(0) && recall(history.older(line.value)));
    case 'ArrowDown': return atEdge(line.value.length) && (recall(history.newer()) || suggestions.turn(1));
  }
  return false;
}

/** In a line of several rows the arrow keys move the cursor first. */
function atEdge(edge) {
  return line.scrollHeight < 2 * parseFloat(getComputedStyle(line).lineHeight) || line.value === given || (line.selectionStart === edge && line.selectionEnd === edge);
}

function recall(text) {
  if (text === null) return false;
  given = text;
  fill(text);
  return true;
}

/** Several lines are several messages, if they are meant. */
function pasted(event, data) {
  const text = data?.getData('text/plain') ?? '';
  if (!/[\r\n]/.test(text)) return;
  event.preventDefault();
  selected = [line.selectionStart, line.selectionEnd];
  const lines = linesOf(text);
  if (lines.length > 1) paste.ask(lines);
  else insert(lines.join(''));
}

/** Puts a text where it was pasted, so that it can be undone. */
function insert(text) {
  line.focus();
  line.setSelectionRange(...selected);
  if (text !== '' && !document.execCommand('insertText', false, text)) {
    line.setRangeText(text, line.selectionStart, line.selectionEnd, 'end');
    edited();
  }
}

function edited() {
  // A message is one line, whatever a browser or its keyboard puts in.
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
  grow();
  if (left() < 0) say(`${count(-left(), 'character')} too long`, true);
  else say(left() <= LEFT_SHOWN ? `${count(left(), 'character')} left` : '', false);
}

function grow() {
  // While it is measured, nothing else changes: a moment with a low line, and so a high log, would move the messages.
  const foot = at('foot');
  foot.style.height = `${foot.getBoundingClientRect().height}px`;
  line.style.height = 'auto';
  line.style.height = `${line.scrollHeight}px`;
  foot.style.height = '';
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

// The search: words go in, and what was said with them in one's rooms stands in a list, whose entries lead to where it was said.

import { hue } from './colours.js';
import { at, element, on, put } from './dom.js';
import { cutWords } from './fold.js';
import { marked, stamp } from './row.js';
import { ago, count, day } from './words.js';

const box = at('search');
const input = at('search-words');
const list = at('hits');

let page;

/** What was looked for last, as it is shown, and whether that is on its way. */
let words = '';
let waits = false;

/** `ask` looks for words or returns why it can't, `go` goes to a message, `left` hears that the search is closed. */
export function begin(handlers) {
  page = handlers;
  on('find', 'click', () => (box.hidden ? open() : close()));
  on('search-close', 'click', close);
  on('search-form', 'submit', look);
  on('search', 'keydown', (event) => {
    if (pressed(event.key)) event.preventDefault();
  });
  addEventListener('keydown', (event) => {
    // A dialog and the drawer keep the keys to themselves.
    const isOurs = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isOurs || at('main').inert || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    open();
  });
}

/** Opens it, and looks for words, if there are any. */
export function open(wanted = '') {
  box.hidden = false;
  at('find').setAttribute('aria-expanded', true);
  if (wanted) input.value = wanted;
  input.focus();
  input.select();
  if (wanted) look();
}

function close() {
  box.hidden = true;
  at('find').setAttribute('aria-expanded', false);
  page.left();
}

function look() {
  words = input.value.trim().replace(/\s+/g, ' ');
  list.replaceChildren();
  const why = words && page.ask(words);
  waits = why === null;
  put(at('search-status'), why ?? 'Looking …');
}

/** Shows what was found, the newest first; `null` if nothing is kept that could be found. */
export function found(said) {
  waits = false;
  put(at('search-status'), statusOf(said));
  list.replaceChildren(...(said ?? []).map(hit));
}

function statusOf(said) {
  if (said === null) return 'This server keeps no history that could be searched.';
  if (said.length === 0) return 'Nothing was found. All the words have to be in one message.';
  const which = said.length === 1 ? 'message' : count(said.length, 'message');
  return `The newest ${which} with ${words.includes(' ') ? 'these words' : 'this word'}:`;
}

/** What was on its way will not come. */
export function lost() {
  if (waits) put(at('search-status'), 'The connection was lost. Please search again.');
  waits = false;
}

function hit({ room, seq, time, name, text, act }) {
  const when = stamp(time);
  put(when, ago(time, Date.now()));
  when.title = day(time);
  const body = element('p', 'text', ...marked(cutWords(text, words)));
  body.dir = 'auto';
  const button = element('button', `hue-${hue(name)}`, element('b', '', act ? `* ${name}` : name), element('span', '', `# ${room}`), when, body);
  const wanted = words;
  button.addEventListener('click', () => {
    // On a narrow screen it would be in the way.
    if (!matchMedia('(min-width: 48em)').matches) close();
    page.go({ room, seq, words: wanted });
  });
  return element('li', '', button);
}

/** Does what a key is for; returns whether it is for anything here. */
function pressed(key) {
  if (key === 'Escape') {
    close();
    return true;
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!by) return false;
  const stops = [input, ...list.querySelectorAll('button')];
  const next = stops[stops.indexOf(document.activeElement) + by];
  next?.focus();
  return Boolean(next);
}

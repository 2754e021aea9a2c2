// What fits to the word before the cursor; Tab puts one after the other in. Where nothing fits, Tab leaves the line, as everywhere.

import { complete } from './complete.js';
import { at, element, on } from './dom.js';
import { count } from './words.js';

const line = at('line');
const list = at('options');

/** What fits, as `complete` has it, and which of it is in the line now. */
let fitting = null;
let taken = null;
let page;

/** `known` returns what can be completed, `announce` reads a text aloud, `changed` hears of a changed line. */
export function begin(handlers) {
  page = handlers;
  on('line', 'blur', close);
  on('options', 'mousedown', (event) => event.preventDefault()); // The line keeps the focus.
  on('options', 'click', ({ target }) => {
    const item = target.closest('[role=option]');
    if (item) take([...list.children].indexOf(item));
    update();
  });
}

export function update() {
  const before = list.childElementCount;
  show(complete(line.value.slice(0, line.selectionEnd), page.known()));
  const now = list.childElementCount;
  if (now && now !== before) page.announce(`${count(now, 'suggestion')}, Tab or Down takes them.`);
}

/** Shows nothing; returns whether anything was shown. */
export function close() {
  const shown = fitting !== null;
  show(null);
  return shown;
}

/** Puts in what comes next, or with -1 what came before; returns whether anything fits. */
export function turn(by) {
  if (!fitting) return false;
  const all = fitting.options.length;
  take(((taken ?? (by > 0 ? -1 : all)) + by + all) % all);
  if (all === 1) update();
  return true;
}

/** Puts in what came before, if one has been put in. */
export const back = () => taken !== null && turn(-1);

function show(found) {
  fitting = found;
  taken = null;
  list.hidden = !found;
  line.removeAttribute('aria-activedescendant');
  list.replaceChildren(...(found?.options ?? []).map(option));
}

function take(index) {
  const { start, options } = fitting;
  line.setRangeText(options[index].word, start, line.selectionEnd, 'end');
  taken = index;
  [...list.children].forEach((item, place) => item.setAttribute('aria-selected', place === index));
  line.setAttribute('aria-activedescendant', `a:${index}`);
  list.children[index].scrollIntoView({ block: 'nearest' });
  page.changed();
}

function option({ shown, what = '' }, index) {
  const item = element('div', '', element('b', '', shown), element('span', '', what));
  item.id = `a:${index}`;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', false);
  return item;
}

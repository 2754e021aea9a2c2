// What fits to the word before the cursor, shown above the line; Tab puts one after the other in. Where nothing fits, Tab does what it
// does everywhere, so that nobody is caught in the line.

import { complete } from './complete.js';
import { at, element } from './dom.js';
import { count } from './words.js';

const line = at('line');
const list = at('options');

/** What fits, as `complete` has it, and which of it is in the line; `null` as long as it is what was typed. */
let fitting = null;
let taken = null;

/** Takes what `known` has for what can be completed; `announce` reads a text aloud; `changed` is called when the line has changed. */
let known, announce, changed;

export function begin(on) {
  ({ known, announce, changed } = on);
  line.addEventListener('blur', close);
  list.addEventListener('pointerdown', (event) => event.preventDefault()); // The line keeps the focus.
  list.addEventListener('click', ({ target }) => {
    const item = target.closest('[role=option]');
    if (item) take([...list.children].indexOf(item));
    update();
  });
}

/** Shows what fits now. */
export function update() {
  const cursor = line.selectionStart === line.selectionEnd ? line.selectionEnd : 0;
  const before = list.childElementCount;
  show(complete(line.value.slice(0, cursor), known()));
  const now = list.childElementCount;
  if (now && now !== before) announce(`${count(now, 'suggestion')}, Tab takes them.`);
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
  take(taken === null ? (by > 0 ? 0 : all - 1) : (taken + by + all) % all);
  // With nothing to choose, go on with what fits next; if nothing does, Tab leaves the line.
  if (all === 1) update();
  return true;
}

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
  for (const [place, item] of [...list.children].entries()) item.setAttribute('aria-selected', place === index);
  line.setAttribute('aria-activedescendant', `option-${index}`);
  list.children[index].scrollIntoView({ block: 'nearest' });
  changed();
}

function option({ shown, what = '' }, index) {
  const item = element('div', '', element('b', '', shown), element('span', '', what));
  item.id = `option-${index}`;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', false);
  return item;
}

// The dialog in which one chooses another name. It stays open until the server has given the name.

import { at, on } from './dom.js';
import { isName } from './names.js';
import { nameRule } from './words.js';

const dialog = at('rename');
const input = at('new-name');

let asked = false; // And not answered yet.

/** `limits` returns how long a name may be; `ask` asks for one or returns why it can't. */
export function begin({ limits, ask }) {
  on('rename-cancel', 'click', () => dialog.close());
  on('rename', 'close', () => {
    asked = false;
  });
  on('rename', 'submit', () => {
    const name = input.value.trim();
    const why = isName(name, limits()) ? ask(name) : nameRule(limits());
    say(why ?? '');
    asked = !why;
  });
}

export function open(name) {
  input.value = name;
  say('');
  dialog.showModal();
  input.select();
}

export function given() {
  if (asked) dialog.close();
}

/** The server has refused a name; returns whether it was asked for here. */
export function refused(why) {
  const here = asked;
  if (here) say(why);
  asked = false;
  return here;
}

function say(why) {
  at('name-error').textContent = why;
  input.setAttribute('aria-invalid', why !== '');
}

// The dialog in which one chooses another name. It stays open until the server has given the name.

import { at } from './dom.js';
import { isName } from './names.js';
import { nameRule } from './words.js';

const dialog = at('rename');
const input = at('name');

/** The name one has, and whether the server was asked for another one and has not answered yet. */
let current = null;
let asked = false;

/** `limits` returns how long a name may be; `ask` asks the server for one, and returns why it can't. */
export function begin({ limits, ask }) {
  at('rename-cancel').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    asked = false;
  });
  input.form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name === current) return dialog.close();
    const why = isName(name, limits()) ? ask(name) : nameRule(limits());
    say(why ?? '');
    asked = !why;
  });
}

export function open(name) {
  current = input.value = name;
  say('');
  dialog.showModal();
  input.select();
}

/** The server has given a name. */
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

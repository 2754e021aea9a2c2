// What lets one in where the server asks for a password: what one has, or the dialog in which one types it. It is kept in memory only.

import { at, on } from './dom.js';

const dialog = at('door');
const input = at('secret');

let link = null;

/** What lets one in, or `null`. */
let secret = null;

/** By what one tried to come in with this connection: the token of who one was, then the secret. */
let tried = [];

export function begin(of) {
  link = of;
  on('door', 'cancel', (event) => event.preventDefault());
  on('door', 'submit', () => {
    secret = input.value;
    if (!secret) return;
    tried.push('secret');
    if (link.state === 'open') link.send(secret);
    else link.connect();
    say('');
  });
}

/** The server asks for a password, and may say why it does so again; `token` is that of who one was, if one was here before. */
export function asked(why, token) {
  link.hold();
  if (token !== null && !tried.length) return give('token', `/resume ${token}`);
  if (secret !== null && !tried.includes('secret')) return give('secret', secret);
  open(why ?? '');
}

/** The server does not let one in, and says why. */
export function refused(why) {
  open(why);
}

/** There is no connection any more: the next is tried with all that there is, unless that was wrong. */
export function lost() {
  tried = [];
}

/** One is in. */
export function letIn() {
  if (dialog.open) dialog.close();
  input.value = '';
}

function give(by, line) {
  tried.push(by);
  link.send(line);
}

function open(why) {
  if (why) secret = null;
  say(why);
  if (!dialog.open) dialog.showModal();
  input.select();
}

function say(why) {
  at('door-error').textContent = why;
  input.setAttribute('aria-invalid', why !== '');
}

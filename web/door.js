// What lets one in where the server asks for a password: what one has, or the dialog in which one types it. A password is kept in memory
// only; the pass of somebody who was invited by the browser.

import { at, on } from './dom.js';
import { keep, kept } from './kept.js';

const dialog = at('door');
const input = at('secret');

let link = null;

/** What may let one in, in this order: the pass of who was invited before, an invitation that the address had, what was typed. */
let secrets = [kept('localStorage', 'pass'), invitation()].filter((secret) => secret !== null);

/** How many of them were tried with this connection, and whether the token of who one was. */
let tried = 0;
let shown = false;

export function begin(of) {
  link = of;
  on('door', 'cancel', (event) => event.preventDefault());
  on('door', 'submit', () => {
    if (!input.value) return;
    secrets = [input.value];
    tried = 0;
    say('');
    if (link.state === 'open') give();
    else link.connect();
  });
}

/** Takes an invitation out of the address, where it would be seen, and go along with the address; tells whether there was one. */
export function invited() {
  const token = invitation();
  if (token === null) return false;
  secrets.push(token);
  if (dialog.open && link.state === 'open') give();
  return true;
}

/** The server asks for a password, and may say why it does so again; `token` is that of who one was, if one was here before. */
export function asked(why, token) {
  link.hold();
  if (token !== null && !shown && !tried) {
    shown = true;
    return link.send(`/resume ${token}`);
  }
  if (tried < secrets.length) return give();
  open(why ?? '');
}

/** By this one comes in the next time, in place of an invitation. */
export function passed(pass) {
  [secrets, tried] = [[pass], 1];
  keep('localStorage', 'pass', pass);
}

/** The server does not let one in, and says why. */
export function refused(why) {
  open(why);
}

/** There is no connection any more: the next is tried with all that there is. */
export function lost() {
  [tried, shown] = [0, false];
}

/** One is in. */
export function letIn() {
  if (tried) secrets = [secrets[tried - 1]];
  if (dialog.open) dialog.close();
  input.value = '';
}

function invitation() {
  const [, token] = location.hash.match(/^#join=([a-z2-7]+)$/i) ?? [];
  if (!token) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

function give() {
  tried += 1;
  link.send(secrets[tried - 1]);
}

function open(why) {
  secrets = [];
  tried = 0;
  say(why);
  if (!dialog.open) dialog.showModal();
  input.select();
}

function say(why) {
  at('door-error').textContent = why;
  input.setAttribute('aria-invalid', why !== '');
}

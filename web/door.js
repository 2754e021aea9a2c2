// What lets one in where the server asks for a password: what one has, or the dialog in which one types it. A password is kept in memory
// only; by the browser the pass of somebody who was invited, or logged in.

import { at, on } from './dom.js';
import { keep, kept, take } from './kept.js';

const dialog = at('door');
const [nameInput, input] = [at('door-name'), at('secret')];

/** What is said of a pass that lets nobody in any more. */
const OVER = 'You have been logged out: log in again.';

let link = null;

/** At which server one is, or comes to: the page is of the first. What lets one in at one of them, lets one in at no other. */
let place = location.origin;
const elsewhere = new Map();

/** What was given for the next time, and of which account it is, if it is of one. */
let pass = kept('localStorage', 'pass');
let account = pass && kept('localStorage', 'account');

/** What may let one in, in this order: the pass, an invitation that the address had, what was typed. */
let secrets = [pass, invitation()].filter((secret) => secret !== null);

/** How many of them were tried with this connection, and whether the token of who one was. */
let tried = 0;
let shown = false;

/** Whether one comes without the account the next time, since the server can't look at the pass now; and whether one has come so. */
let isPutOff = false;
let isGuest = false;

export function begin(of) {
  link = of;
  on('door', 'cancel', (event) => event.preventDefault());
  on('door', 'submit', () => {
    if (!input.value) return;
    const name = nameInput.value.trim();
    secrets = [name && !at('door-account').hidden ? `${name}:${input.value}` : input.value];
    tried = 0;
    say('');
    if (link.state === 'open') give();
    else link.connect();
  });
}

/** One comes to a server, by what that has given. */
export function comesTo(origin) {
  if (origin === place) return;
  secrets = secrets.filter((secret) => secret !== pass);
  elsewhere.set(place, [pass, account]);
  place = origin;
  [pass, account] = elsewhere.get(place) ?? [null, null];
  if (pass !== null) secrets.unshift(pass);
  [tried, isGuest, isPutOff] = [0, false, false];
}

/** Returns as whom one comes: by the pass of an `account`, or as somebody who was `invited` and has none yet. */
export const who = () => ({ account: isGuest ? null : account, pass, invited: pass !== null && account === null });

/** Tells whether the server is to ask for what one has. */
export const logsIn = () => account !== null && !isPutOff;

/** Takes an invitation out of the address, where it would be seen, and go along with the address; tells whether there was one. */
export function invited() {
  const token = invitation();
  if (token === null) return false;
  secrets.push(token);
  if (dialog.open && link.state === 'open') give();
  return true;
}

/**
 * The server asks for a password, and may say in `text` why it does so again; it may have `accounts`, and be `open` to all who want none.
 * `token` is that of who one was, if one was here before.
 */
export function asked({ text = '', accounts = false, open: isOpen = false }, token) {
  link.hold();
  at('door-account').hidden = !accounts;
  const isOver = text === 'Wrong password' && tried > 0 && secrets[tried - 1] === pass;
  if (isOver) forget();
  if (isOver && isOpen) return link.renew();
  if (token !== null && !shown && !tried) {
    shown = true;
    return link.send(`/resume ${token}`);
  }
  if (tried < secrets.length) return give();
  if (isOpen && pass !== null) {
    isPutOff = true;
    return link.renew();
  }
  open(isOver ? OVER : text);
}

/** By this one comes in the next time, in place of an invitation or a password. */
export function passed(told) {
  [pass, account] = [told.pass, told.account ?? null];
  [secrets, tried, isGuest] = [[pass], 1, false];
  if (place !== location.origin) return;
  keep('localStorage', 'pass', pass);
  if (account === null) take('localStorage', 'account');
  else keep('localStorage', 'account', account);
}

/** Comes in anew by the pass, and then as who one is. */
export function renew() {
  link.renew();
  [tried, shown] = [0, true];
}

/** Tells whether somebody with an account came in by the token of who they were, without logging in. */
export const byToken = () => account !== null && shown && tried === 0;

/** Nobody is to come in by this browser any more. */
export function forget() {
  secrets = secrets.filter((secret) => secret !== pass);
  [pass, account, tried] = [null, null, 0];
  if (place !== location.origin) return;
  for (const name of ['pass', 'account']) take('localStorage', name);
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
  [isGuest, isPutOff] = [isPutOff, false];
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

// The account by which one is known here: the dialog in which one logs in to it, or makes it if one was invited, and logs out. What is typed
// goes over a connection of its own, so that a wrong password ends nothing.

import { announce } from './announce.js';
import { at, on, put } from './dom.js';
import * as door from './door.js';
import { isName } from './names.js';
import { nameRule } from './words.js';

/** As the server has it. */
const PASSWORD_MIN = 8;

/** How long the server may take to answer, in ms. */
const ANSWER_MAX = 15_000;

const dialog = at('account');
const [nameInput, passwordInput] = [at('account-name'), at('account-password')];

/** What the dialog is for: 'log-in', 'make', or 'log-out'. */
let mode = 'log-in';
let page;

/** Whether the server has accounts. */
let has = false;

/** The connection by which one logs in, as long as that is not answered. */
let socket = null;

const TITLES = { 'log-in': 'Log in', make: 'Make an account', 'log-out': 'Your account' };
const DONE = { 'log-in': 'Log in', make: 'Make it', 'log-out': 'Log out' };

/** `open` makes a connection to log in by, `me` returns one's name, `limits` those of names, and `leave` leaves the chat. */
export function begin(handlers) {
  page = handlers;
  on('account-open', 'click', () => open());
  on('account-cancel', 'click', () => dialog.close());
  on('account-other', 'click', () => turn(mode === 'make' ? 'log-in' : 'make'));
  on('account', 'close', () => end());
  on('account', 'submit', submit);
}

/** The server has accounts, or has none. */
export function known(whether) {
  has = whether;
  render();
}

/** Shows how one stands. */
export function render() {
  const button = at('account-open');
  button.hidden = !has;
  const { account, invited } = door.who();
  put(at('account-text'), account !== null ? `Logged in as ${account}` : invited ? 'Make an account' : 'Log in');
}

/** Opens the dialog for what one can do; for `name`, to log in. Tells whether there are accounts. */
export function open(name = null) {
  if (!has) return false;
  const { account, invited } = door.who();
  nameInput.value = name ?? (invited ? page.me() : '') ?? '';
  passwordInput.value = '';
  turn(name === null && account !== null ? 'log-out' : name === null && invited ? 'make' : 'log-in');
  if (!dialog.open) dialog.showModal();
  (mode === 'log-out' ? at('account-cancel') : nameInput.value && mode === 'log-in' ? passwordInput : nameInput).focus();
  return true;
}

/** Logs out, if one is logged in: who has this browser next has to log in. */
export function logOut() {
  if (door.who().account === null) return false;
  door.forget();
  page.leave();
  render();
  return true;
}

function turn(to) {
  mode = to;
  const { account, invited } = door.who();
  put(at('account-title'), TITLES[mode]);
  put(at('account-done'), DONE[mode]);
  put(at('account-other'), mode === 'make' ? 'I have an account' : 'Make an account');
  at('account-other').hidden = !invited || mode === 'log-out';
  at('account-fields').hidden = mode === 'log-out';
  put(at('account-notes'), {
    'log-in': 'Your name here is the one of your account then.',
    make: 'With it you come back from any browser, and your name is yours alone.',
    'log-out': `You are logged in as ${account}. Who logs out leaves, and needs the password to come back.`,
  }[mode]);
  passwordInput.autocomplete = mode === 'make' ? 'new-password' : 'current-password';
  put(at('account-rule'), mode === 'make' ? `At least ${PASSWORD_MIN} characters` : '');
  say('');
}

function submit() {
  if (mode === 'log-out') {
    dialog.close();
    return logOut();
  }
  const [name, password] = [nameInput.value.trim(), passwordInput.value];
  if (!isName(name, page.limits())) return say(nameRule(page.limits(), 'The name of an account'), nameInput);
  if (mode === 'make' && [...password].length < PASSWORD_MIN) return say(`A password has at least ${PASSWORD_MIN} characters.`, passwordInput);
  if (password === '') return say('Type the password.', passwordInput);
  say('');
  ask(mode === 'make' ? `/account ${name}\n${door.who().pass}\n${password}` : `${name}:${password}`);
}

/** Gives the server what logs one in, and takes its answer. */
function ask(secret) {
  end();
  const mine = page.open();
  socket = mine;
  at('account-done').disabled = true;
  const timer = setTimeout(() => fail('The server does not answer.'), ANSWER_MAX);
  mine.onmessage = ({ data }) => {
    const { kind, text, ...told } = JSON.parse(data);
    if (kind === 'password' && text === undefined) mine.send(secret);
    else if (kind === 'password' || kind === 'not-let-in') fail(`${text}.`);
    else if (kind === 'pass' && told.account) done(told);
  };
  mine.onclose = () => {
    clearTimeout(timer);
    if (socket === mine) fail('There is no connection.');
  };
}

function done(told) {
  end();
  door.passed(told);
  dialog.close();
  announce(`You are logged in as ${told.account}.`);
  page.loggedIn(told.account);
  render();
}

function fail(why) {
  end();
  say(why, /name/i.test(why) ? nameInput : passwordInput);
}

/** Lets go of the connection. */
function end() {
  const mine = socket;
  socket = null;
  mine?.close();
  at('account-done').disabled = false;
}

function say(why, input = null) {
  put(at('account-error'), why);
  for (const one of [nameInput, passwordInput]) one.setAttribute('aria-invalid', one === input);
  input?.focus();
  input?.select();
}

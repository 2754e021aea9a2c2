// Ties the page together: what the server says and the person does goes into the chat, what comes of it to the screen and the server.

import './layout.js';

import * as account from './account.js';
import { announce } from './announce.js';
import * as attention from './attention.js';
import * as banner from './banner.js';
import { Chat } from './chat.js';
import { hue } from './colours.js';
import * as composer from './composer.js';
import { at, on, put } from './dom.js';
import * as door from './door.js';
import { keep, kept, take } from './kept.js';
import { Link } from './link.js';
import * as log from './log.js';
import { ROOM_LIMITS, isName, key, partnerOf, roomOf } from './names.js';
import { kindOf } from './outbox.js';
import * as rename from './rename.js';
import { placeOf } from './room.js';
import * as search from './search.js';
import { Servers } from './servers.js';
import * as side from './side.js';
import * as talks from './talks.js';
import * as topic from './topic.js';
import { aloud, count, lostWords, nameRule, note, people } from './words.js';

/** How old the lists may become where much is said, in ms; where nothing is, the link asks for them. What happens in other rooms is not told. */
const REFRESH = 20_000;

/** After so long, in ms, it is said that a line is still on its way. */
const PATIENCE = 1500;

/** The last address. */
let seen = location.hash;

// The token is with the browser only while no page is: a tab that is duplicated takes over nobody who is there. So are conversations.
const before = talks.read(take('sessionStorage', 'talks'));
const chat = new Chat({
  name: kept('sessionStorage', 'name'),
  room: roomOf(seen) || null,
  rooms: (kept('sessionStorage', 'rooms') ?? '').split(' ').filter((room) => isName(room, ROOM_LIMITS)),
  token: take('sessionStorage', 'token'),
  talks: before,
  ignored: (kept('sessionStorage', 'ignored') ?? '').split(' ').filter((name) => isName(name)),
});
for (const { name, said } of before) {
  for (const one of said) log.add({ kind: 'told', place: placeOf(name), ...one });
}
const servers = new Servers(location.href);
const link = new Link({ open: openSocket, message: received, change: linkChanged, quiet: refresh });

/** The place whose messages the log shows: a room or a conversation. */
let shown = null;

/** The rooms that the browser keeps, for a reload. */
let names = '';

/** When the lists were asked for last, in ms since the epoch. */
let refreshed = 0;

/** The message to be shown, as soon as it is there: `{ room, seq, words }`, and whether it was `asked` for; or `null`. */
let goal = null;

let frame = 0;

attention.begin(tellBad);
door.begin(link);
account.begin({
  open: () => new WebSocket(servers.socket(true)),
  me: () => chat.me,
  limits: () => chat.limits,
  loggedIn: (name) => {
    comeAnew();
    chat.goAs(name);
  },
  leave: () => {
    chat.forget();
    take('sessionStorage', 'name');
    link.send('/quit');
  },
});
rename.begin({ limits: () => chat.limits, ask: (name) => say(`/name ${name}`) });
side.begin({ went: composer.focus, part: (room) => send(chat.part(room)), endTalk });
topic.begin({ set: (text) => say(`/topic ${text}`), tell: composer.tell });
composer.begin({
  send: say,
  sendAll: sayAll,
  limit: () => chat.lineChars,
  escape: log.follow,
  known: () => ({ commands: chat.commands, rooms: chat.rooms.map(({ room }) => room), people: peopleKnown(), me: chat.me }),
  announce,
});
log.begin({
  ask: (missing) => {
    const lines = chat.missing(missing);
    if (lines) send(lines);
    return lines !== null;
  },
});
search.begin({ ask: lookFor, go: goTo, left: composer.focus });
on('you', 'click', () => rename.open(chat.me));
on('banner-now', 'click', () => {
  link.connect();
  composer.focus();
});
on('latest', 'click', () => {
  log.follow();
  composer.focus();
});
on('rows', 'again', ({ detail }) => sayAgain(detail));
on('skip', 'click', () => at('line').focus());
on('make', 'submit', () => make(at('make-room').value.trim().replace(/^#/, '')));
addEventListener('hashchange', () => {
  if (door.invited()) return;
  seen = location.hash;
  goal = null;
  const [room, partner] = [roomOf(seen, chat.roomLimits), partnerOf(seen, chat.limits)];
  if (room) send(chat.join(room));
  if (partner) chat.talkTo(partner);
  look();
  if (room === null && partner === null) tellBad(nameRule(chat.roomLimits, 'The name of a room'));
  showAddress();
});
addEventListener('online', () => {
  link.connect();
  link.check();
});
addEventListener('pagehide', () => {
  if (chat.token) keep('sessionStorage', 'token', chat.token);
  keep('sessionStorage', 'ignored', chat.ignored.join(' '));
  if (chat.talks.size) keep('sessionStorage', 'talks', talks.written(chat.talks.values(), log.saidIn));
});
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  for (const name of ['token', 'talks']) take('sessionStorage', name);
  lose();
  link.renew();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  attention.seen();
  link.check();
  if (link.state === 'resting') link.connect();
});
link.connect();
fetch('servers').then((answer) => answer.json()).then((origins) => servers.learn(origins), () => {});
composer.focus();

/** Who was at a server tries it once more, since it knows them, and then the next. With an account one logs in there, also where nobody has to. */
function openSocket() {
  if (link.failures > 0) servers.pass();
  door.comesTo(servers.origin);
  return new WebSocket(servers.socket(door.logsIn()));
}

function received(message) {
  if (message.kind === 'password') return door.asked(message, chat.token);
  if (message.kind === 'pass') return door.passed(message);
  if (message.kind === 'not-let-in') return door.refused(message.text);
  if (message.kind === 'hello') {
    door.letIn();
    account.known(message.accounts === true);
  }
  // The token alone let one in, and leads back to nobody any more.
  if (message.kind === 'stale' && door.byToken()) return comeAnew();
  const out = chat.handle(message, Date.now());
  send(out.send);
  if (out.moved) move(...out.moved);
  if (out.arrived && partnerOf(seen)) chat.talkTo(partnerOf(seen));
  look(out.led);
  if (!out.refused || !rename.refused(out.refused)) out.show.forEach(tell);
  if (out.holes.length || out.known.length) learn(out);
  if (out.found !== undefined) search.found(out.found);
  seek(out.known);
  if (out.renamed) {
    rename.given();
    keep('sessionStorage', 'name', chat.me);
  }
  if (out.arrived) {
    link.settled();
    composer.fit();
  }
  if (Date.now() - refreshed > REFRESH) refresh();
  if (names !== chat.names.join(' ')) {
    names = chat.names.join(' ');
    keep('sessionStorage', 'rooms', names);
  }
  showAddress();
  changed();
}

/** Shows what was said before. Who asks for it by keys, or does not see it, is told. */
function learn(out) {
  const ended = log.learn(out);
  if (!at('log').contains(document.activeElement) || !out.known.length) return;
  if (out.past.length) announce(`${count(out.past.length, 'earlier message')}.`);
  if (ended) announce('Nothing earlier is kept.');
}

/** Looks for what was said; returns why that can't be, or `null`. */
function lookFor(words) {
  const lines = chat.search(words);
  send(lines);
  return lines.length ? null : 'There is no connection.';
}

/** Goes to a message of some room. */
function goTo(message) {
  goal = { ...message, asked: false };
  if (chat.partner !== null || key(chat.room) !== key(message.room)) {
    send(chat.join(message.room));
    look();
    showAddress();
  }
  seek([]);
  changed();
}

/** Goes on to the message that is to be shown, of which all may be `known` by now. */
function seek(known) {
  if (!goal || chat.place !== key(goal.room)) return;
  const order = chat.orderOf(goal.room, goal.seq);
  if (order === null) return;
  if (log.goTo(order, goal.words)) {
    goal = null;
  } else if (!goal.asked) {
    const lines = chat.around(goal.room, goal.seq);
    send(lines);
    goal.asked = lines.length > 0;
  } else if (known.some(({ place, first, last }) => place === shown && first <= order && order <= last)) {
    goal = null;
    composer.tell('This message is not kept any more.');
  }
}

/** Asks for the lists. To that the server always has an answer. */
function refresh() {
  refreshed = Date.now();
  send(chat.refresh());
}

/** Shows what the chat says is looked at, to where a line may have `led`. */
function look(led = false) {
  if (chat.place === null) return;
  attention.entered(chat.partner ?? chat.room);
  if (shown !== chat.place) {
    shown = chat.place;
    log.open(shown);
    composer.turn(shown, led);
    changed();
  }
  chat.talks.dropped().forEach(log.forget);
}

/** A conversation goes on under another name. */
function move(from, to) {
  log.move(from, to);
  if (shown !== from) return;
  shown = to;
  composer.moved(to);
}

function endTalk(name) {
  send(chat.endTalk(name));
  look();
  showAddress();
  changed();
}

/** Returns who may be written to: who is in the room, and who has been written to. */
function peopleKnown() {
  const names = [...chat.people.list(), ...[...chat.talks.values()].map(({ name }) => name)];
  return names.filter((name, at) => names.findIndex((other) => key(other) === key(name)) === at);
}

/** Makes the address that of the room or the conversation, unless it was just changed. The back button leads to the last. */
function showAddress() {
  if (!chat.address || location.hash !== seen) return;
  const before = roomOf(seen) || (partnerOf(seen) && seen.slice(1));
  seen = `#${chat.address}`;
  if (location.hash !== seen) history[before && key(before) !== key(chat.address) ? 'pushState' : 'replaceState'](null, '', seen);
}

function tell(entry) {
  if (shown === null || !log.add({ place: shown, ...entry })) return;
  const words = aloud(entry, (entry.place ?? shown) === shown);
  if (words && !document.hidden) announce(words);
  attention.heard(entry);
}

function tellBad(text) {
  tell(note(text, Date.now(), 'bad'));
}

/** Sends what the person typed; returns why it can't be sent, or `null`. What they look for has a place of its own. */
function say(line) {
  if (kindOf(line) === 'search') {
    search.open(line.trim().split(/\s+/).slice(1).join(' '));
    return null;
  }
  if (kindOf(line) === 'login' && account.open(line.trim().split(/\s+/)[1])) return null;
  if (kindOf(line) === 'logout' && account.logOut()) return null;
  const why = chat.why(line);
  if (why) return why;
  send([chat.typed(line, Date.now())]);
  log.follow();
  setTimeout(changed, PATIENCE);
  return null;
}

/** Sends lines; returns why they can't be sent, or `null`. */
function sayAll(lines) {
  const why = lines.map(say).find((why) => why) ?? null;
  if (!why) announce(`${count(lines.length, 'line')} sent.`);
  return why;
}

/** Sends lines again that were perhaps not sent. */
function sayAgain(entry) {
  const why = sayAll(entry.lines);
  if (why) return composer.tell(why);
  log.change(entry, { sent: true });
  composer.focus();
}

function send(lines) {
  for (const line of lines) link.send(line);
}

function make(room) {
  const valid = Boolean(roomOf(`#${room}`, chat.roomLimits));
  at('make-error').textContent = valid ? '' : nameRule(chat.roomLimits, 'The name of a room');
  at('make-room').setAttribute('aria-invalid', !valid);
  if (!valid) return;
  at('make').reset();
  location.hash = room;
  if (!side.close()) composer.focus();
}

function linkChanged() {
  if (link.state !== 'open') door.lost();
  if (link.state === 'resting' || link.state === 'left') {
    if (chat.phase === 'here' && link.why !== 'stopped') tellBad(lostWords(link.why));
    lose();
  }
  banner.show(link);
  changed();
}

/** Lets go of the connection. What was sent, and has not come back, is not gone without a word. */
function lose() {
  goal = null;
  search.lost();
  for (const { place, lines } of chat.lost()) tell({ kind: 'unsent', place, lines, time: Date.now(), sent: false });
}

/** Comes in again, by the pass. */
function comeAnew() {
  lose();
  door.renew();
}

function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    side.render(chat);
    put(at('room'), chat.partner ?? chat.room ?? 'chinwag');
    topic.render(chat);
    put(at('crowd'), chat.phase === 'here' ? crowd() : 'not connected');
    at('main').classList.toggle('private', chat.partner !== null);
    const waiting = chat.waiting(Date.now(), PATIENCE);
    put(at('waiting'), waiting ? `${count(waiting, 'line')} on the way …` : '');
    put(at('you-name'), chat.me ?? '');
    at('you').hidden = chat.me === null;
    if (chat.me) at('you-name').className = `you-name hue-${hue(chat.me)}`;
    at('line').placeholder = placeholder();
  });
}

function crowd() {
  return chat.partner === null ? people(chat.people.count) : 'only the two of you read this';
}

function placeholder() {
  if (chat.partner !== null) return `Write to ${chat.partner} alone`;
  return chat.room ? `Message #${chat.room}` : 'Message';
}

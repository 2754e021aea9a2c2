// Ties the page together: what the server says and the person does goes into the chat, what comes of it to the screen and the server.

import './layout.js';

import { announce } from './announce.js';
import * as attention from './attention.js';
import * as banner from './banner.js';
import { Chat, note } from './chat.js';
import { hue } from './colours.js';
import * as composer from './composer.js';
import { at, on, put } from './dom.js';
import { keep, kept } from './kept.js';
import { Link } from './link.js';
import * as log from './log.js';
import { key, roomOf } from './names.js';
import * as rename from './rename.js';
import * as side from './side.js';
import { nameRule, people } from './words.js';

/** How often the lists are asked for, in ms: what happens in other rooms is not told. */
const REFRESH = 20_000;

/** The last address. */
let seen = location.hash;

const chat = new Chat({ name: kept('sessionStorage', 'name'), room: roomOf(seen) || null });
const link = new Link({ open: () => new WebSocket(socketAddress()), message: received, change: linkChanged });

/** The room whose messages the log shows. */
let shown = null;

let frame = 0;

attention.begin(tellBad);
rename.begin({ limits: () => chat.limits, ask: (name) => say(`/name ${name}`) });
side.begin({ went: composer.focus });
composer.begin({
  send: say,
  limit: () => chat.lineChars,
  escape: log.follow,
  known: () => ({ commands: chat.commands, rooms: chat.rooms.map(({ room }) => room), people: chat.people.list(), me: chat.me }),
  announce,
});
on('you', 'click', () => rename.open(chat.me));
on('banner-now', 'click', () => {
  link.connect();
  composer.focus();
});
on('latest', 'click', () => {
  log.follow();
  composer.focus();
});
on('skip', 'click', () => at('line').focus());
on('make', 'submit', () => make(at('make-room').value.trim()));
addEventListener('hashchange', () => {
  seen = location.hash;
  const room = roomOf(seen, chat.limits);
  if (room) send(chat.join(room));
  if (room === null) tellBad(nameRule(chat.limits, 'The name of a room'));
  showAddress();
});
addEventListener('online', () => link.connect());
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  chat.lost();
  link.renew();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  attention.seen();
  send(chat.refresh());
  if (link.state === 'resting') link.connect();
});
setInterval(() => send(chat.refresh()), REFRESH);
link.connect();
composer.focus();

function socketAddress() {
  const address = new URL('socket', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  return address;
}

function received(message) {
  const out = chat.handle(message, Date.now());
  send(out.send);
  if (out.entered) enter(chat.room);
  if (!out.refused || !rename.refused(out.refused)) out.show.forEach(tell);
  if (out.renamed) {
    rename.given();
    keep('sessionStorage', 'name', chat.me);
  }
  if (out.arrived) {
    link.settled();
    composer.fit();
  }
  showAddress();
  changed();
}

function enter(room) {
  attention.entered(room);
  if (shown === null || key(shown) !== key(room)) log.open(room);
  shown = room;
}

/** Makes the address that of the room, unless it was just changed. The back button leads to the last. */
function showAddress() {
  if (!chat.address || location.hash !== seen) return;
  const before = roomOf(seen);
  seen = `#${chat.address}`;
  if (location.hash !== seen) history[before && key(before) !== key(chat.address) ? 'pushState' : 'replaceState'](null, '', seen);
}

function tell(entry) {
  if (shown === null) return;
  log.add(entry);
  if (entry.text && entry.kind !== 'presence' && !entry.mine && !document.hidden) announce(entry);
  attention.heard(entry);
}

function tellBad(text) {
  tell(note(text, Date.now(), 'bad'));
}

/** Sends what the person typed; returns why it can't be sent, or `null`. */
function say(line) {
  if (chat.phase !== 'here') return 'Not sent: there is no connection.';
  chat.typed(line);
  send([line]);
  log.follow();
  return null;
}

function send(lines) {
  for (const line of lines) link.send(line);
}

function make(room) {
  const valid = Boolean(roomOf(`#${room}`, chat.limits));
  at('make-error').textContent = valid ? '' : nameRule(chat.limits, 'The name of a room');
  at('make-room').setAttribute('aria-invalid', !valid);
  if (!valid) return;
  at('make').reset();
  location.hash = room;
  if (!side.close()) composer.focus();
}

function linkChanged() {
  if (link.state === 'resting' || link.state === 'left') {
    if (chat.phase === 'here' && link.why !== 'stopped') tellBad(link.why === 'left' ? 'You have left.' : 'The connection was lost.');
    chat.lost();
  }
  banner.show(link);
  changed();
}

function changed() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    side.render(chat);
    put(at('room'), chat.room ?? 'chinwag');
    put(at('crowd'), chat.phase === 'here' ? people(chat.people.count) : 'not connected');
    put(at('you-name'), chat.me ?? '');
    at('you').hidden = chat.me === null;
    if (chat.me) at('you-name').className = `you-name hue-${hue(chat.me)}`;
    at('line').placeholder = chat.room ? `Message #${chat.room}` : 'Message';
  });
}

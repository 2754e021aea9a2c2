// How an entry of the log looks: one list item each.

import { hue } from './colours.js';
import { element } from './dom.js';
import { textOf } from './outbox.js';
import { clock, count, day, unsentWords, usage } from './words.js';

/** Messages of one person within this time, in ms, stand under one name. */
const TOGETHER = 5 * 60_000;

const PRESENCES_MAX = 6;

/** So many lines are seen at once; as high as the list in style.css. */
const UNSENT_SEEN = 6;

/** Returns the row of an entry; `before` is the entry of the row before. */
export function row(entry, before) {
  const { kind, text, time, room, tone, commands } = entry;
  switch (kind) {
    case 'said': return entry.act ? acted(entry) : said(entry, before);
    case 'told': return said({ ...entry, pieces: [text] }, before);
    case 'presence': return element('li', kind, text);
    case 'note': return element('li', `note ${tone}`, element('p', '', text), stamp(time));
    case 'intro': return element('li', kind, element('b', '', `# ${room}`),
      element('p', '', 'You read what is said from now on. Say hello!'));
    case 'help': return element('li', kind, element('dl', '', ...commands.flatMap((command) =>
        [element('dt', '', usage(command)), element('dd', '', command.what)])),
      'What begins with // says what begins with /.');
    case 'unsent': return unsent(entry);
    case 'day': return element('li', 'rule', day(time));
    case 'earlier': return earlier(entry);
    default: return element('li', 'presence', `${count(entry.count, 'message')} not shown: too many at once`);
  }
}

/** Adds an entry to the row of the one before, if it belongs there; returns the entry of that row then, or `null`. */
export function extend(item, before, entry) {
  const parts = (before?.parts ?? 1) + 1;
  if (entry.kind !== 'presence' || before?.kind !== 'presence' || parts > PRESENCES_MAX) return null;
  item.append(` · ${entry.text}`);
  return { ...entry, parts };
}

/** Lines that did not come back. A button asks for them to be sent again, once. */
function unsent(entry) {
  const { lines, time, sent } = entry;
  const again = element('button', 'chief', lines.length === 1 ? 'Send it again' : 'Send them again');
  again.addEventListener('click', () => again.dispatchEvent(new CustomEvent('again', { bubbles: true, detail: entry })));
  const list = element('ul', '', ...lines.map((line) => element('li', '', textOf(line))));
  list.dir = 'auto';
  // A long list is scrolled, by keys as well.
  if (lines.length > UNSENT_SEEN) list.tabIndex = 0;
  return element('li', 'note bad unsent', element('p', '', unsentWords(lines)), stamp(time), list, sent ? element('p', '', 'Sent again.') : again);
}

/** Makes the round sign of a person. The name beside it says all to who can't see it. */
export function face(name) {
  const made = element('span', 'face', name[0].toUpperCase());
  made.setAttribute('aria-hidden', true);
  return made;
}

function said({ kind, name, time, pieces }, before) {
  const again = before?.kind === kind && !before.act && before.name === name && time - before.time < TOGETHER;
  const when = stamp(time);
  // Within one minute the time above says it already.
  if (again && clock(time) === clock(before.time)) when.className = 'same';
  const head = again
    ? [when, element('span', 'unseen', `${name}: `)]
    : [face(name), element('p', 'by', element('span', 'name', name), ' ', when)];
  const body = element('p', 'text', ...marked(pieces));
  body.dir = 'auto';
  const looks = ['said', kind, again ? 'again' : 'first', `hue-${hue(name)}`, pieces.length > 1 ? 'call' : ''];
  return element('li', looks.join(' '), ...head, body);
}

/** What somebody does, as of a third person. */
function acted({ name, time, pieces }) {
  const body = element('p', 'text', '* ', element('span', 'name', name), ' ', ...marked(pieces));
  body.dir = 'auto';
  return element('li', `said again act hue-${hue(name)}${pieces.length > 1 ? ' call' : ''}`, stamp(time), body);
}

function marked(pieces) {
  return pieces.map((piece, place) => (place % 2 ? element('mark', '', piece) : piece));
}

/** Stands above what was said before one came. With `more`, a button asks for what was said before that. */
function earlier({ time, more }) {
  const today = day(time) === day(Date.now());
  const words = today ? 'Earlier' : day(time);
  if (!more) return element('li', 'rule', words);
  const button = element('button', '', 'Show more');
  button.addEventListener('click', () => button.dispatchEvent(new CustomEvent('earlier', { bubbles: true })));
  return element('li', 'rule', words, ' ', button);
}

function stamp(time) {
  const made = element('time', '', clock(time));
  made.dateTime = new Date(time).toISOString();
  return made;
}

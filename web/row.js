// How an entry of the log looks: one list item each.

import { hue } from './colours.js';
import { element, put } from './dom.js';
import { cutWords } from './fold.js';
import { textOf } from './outbox.js';
import { clock, count, day, unsentWords, usage } from './words.js';

/** Messages of one person within this time, in ms, stand under one name. */
const TOGETHER = 5 * 60_000;

/** So many lines are seen at once; as high as the list in style.css. */
const UNSENT_SEEN = 6;

/** Returns how the row of an entry stands to the entry `before`: as '', 'again', since both are of one person, or also at the 'same' minute. */
export function standing({ kind, name, time, act }, before) {
  const again = before?.kind === kind && isMessage(before) && !act && !before.act && before.name === name && time - before.time < TOGETHER;
  // Within one minute the time above says it already.
  return !again ? '' : clock(time) === clock(before.time) ? 'same' : 'again';
}

export const isMessage = ({ kind }) => kind === 'said' || kind === 'told';

/** Returns the row of an entry, which stands to the one before as `standing` says. */
export function row(entry, standing) {
  const { kind, text, time, room, tone, commands } = entry;
  switch (kind) {
    case 'said': return entry.act ? acted(entry) : said(entry, standing);
    case 'told': return said({ ...entry, pieces: [text] }, standing);
    case 'presence': return element('li', kind);
    case 'note': return element('li', `note ${tone}`, element('p', '', text), stamp(time));
    case 'intro': return element('li', kind, element('b', '', `# ${room}`),
      element('p', '', 'What is said from now on stands below. Say hello!'));
    case 'help': return element('li', kind, element('dl', '', ...commands.flatMap((command) =>
        [element('dt', '', usage(command)), element('dd', '', command.what)])),
      'What begins with // says what begins with /.');
    case 'unsent': return unsent(entry);
    case 'hole': return hole();
    case 'day': return element('li', 'rule', day(time));
    default: return element('li', 'presence', `${count(entry.count, 'message')} not shown: too many at once`);
  }
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

function said({ kind, name, time, pieces, text, hit }, standing) {
  const again = standing !== '';
  const when = stamp(time);
  if (standing === 'same') when.className = 'same';
  const head = again
    ? [when, element('span', 'unseen', `${name}: `)]
    : [face(name), element('p', 'by', element('span', 'name', name), ' ', when)];
  const body = element('p', 'text', ...marked(hit ? cutWords(text, hit) : pieces));
  body.dir = 'auto';
  const looks = ['said', kind, again ? 'again' : 'first', `hue-${hue(name)}`, pieces.length > 1 ? 'call' : '', hit ? 'hit' : ''];
  return element('li', looks.join(' '), ...head, body);
}

/** What somebody does, as of a third person. */
function acted({ name, time, pieces, text, hit }) {
  const body = element('p', 'text', '* ', element('span', 'name', name), ' ', ...marked(hit ? cutWords(text, hit) : pieces));
  body.dir = 'auto';
  return element('li', `said again act hue-${hue(name)}${pieces.length > 1 ? ' call' : ''}${hit ? ' hit' : ''}`, stamp(time), body);
}

/** Makes a mark of each second piece. */
export function marked(pieces) {
  return pieces.map((piece, place) => (place % 2 ? element('mark', '', piece) : piece));
}

/** Stands where messages are missing. They are asked for when one comes there, or by the button. */
function hole() {
  const button = element('button', '');
  button.addEventListener('click', () => button.dispatchEvent(new CustomEvent('missing', { bubbles: true })));
  return element('li', 'rule hole', element('span', ''), ' ', button);
}

/** Says in its row how it stands with what is missing; the row stays, and so does the focus. */
export function renewHole({ children: [words, button] }, { first, last, earlier, done }) {
  put(words, done ? 'Nothing earlier is kept' : earlier ? '' : `${count(last - first + 1, 'message')} not shown here`);
  put(button, earlier ? 'Show earlier messages' : 'Show them');
  button.hidden = done;
}

export function stamp(time) {
  const made = element('time', '', clock(time));
  made.dateTime = new Date(time).toISOString();
  return made;
}

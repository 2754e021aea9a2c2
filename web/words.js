// How the page puts into words what happens.

const NUMBER = new Intl.NumberFormat('en');
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const DAY_OF_YEAR = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** Returns a number with its noun: `1 message`, `2,000 messages`. */
export function count(number, one, many = `${one}s`) {
  return `${NUMBER.format(number)} ${number === 1 ? one : many}`;
}

export const people = (number) => count(number, 'person', 'people');

export const clock = (time) => TIME.format(time);

/** Says which day it was; the year as well, if that is another one. */
export function day(time, now = Date.now()) {
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? DAY : DAY_OF_YEAR).format(time);
}

/** Says how long ago something was, as the server does for terminals. */
export function ago(time, now) {
  const seconds = Math.max(0, now - time) / 1000;
  if (seconds < 60) return 'just now';
  const [unit, word] = [[86_400, 'd'], [3600, 'h'], [60, 'min']].find(([unit]) => seconds >= unit);
  return `${Math.floor(seconds / unit)} ${word} ago`;
}

/** Enumerates: `Ann, Bob and 3 more`. */
export function series(words, more = 0) {
  const all = more ? [...words, `${NUMBER.format(more)} more`] : words;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Tells somebody who is back how much was missed, as `Seen` has it. */
export function welcomeBack(room, missed) {
  const much = missed === null ? 'may have missed messages: the room is new' : `missed ${missed ? count(missed, 'message') : 'nothing'}`;
  return `You are back in ${room}. You ${much}.`;
}

/** Tells that somebody has set what a room is about; `null` is nothing. */
export function topicWords(who, topic) {
  return topic === null ? `${who} removed the topic.` : `${who} set the topic: ${topic}`;
}

/** Says how a command is typed: `/msg {name} {text}`. */
export function usage({ word, arguments: takes }) {
  return [`/${word}`, ...takes.map((one) => `{${one}}`)].join(' ');
}

export function nameRule({ min, max }, whose = 'A name') {
  return `${whose} has ${min} to ${max} of the letters A to Z, digits, - and _.`;
}

const WHY = {
  left: 'You have left.',
  elsewhere: 'You go on in another tab or window.',
  outside: 'You are not let in.',
  out: 'An operator has put you out.',
  stopped: 'The server was stopped.',
  full: 'The server is full.',
  lost: 'There is no connection to the server.',
};

/** Says why one is no longer in the chat. */
export function lostWords(why) {
  return ['left', 'elsewhere', 'out'].includes(why) ? WHY[why] : 'The connection was lost.';
}

/** Says how it stands with the connection; `origin` is where the page comes from, if it comes although the connection is refused. */
export function linkWords({ state, why, retryAt }, now, origin = null) {
  if (state === 'left') return WHY[why];
  const wrong = why === 'lost' && origin !== null ? refusedWords(origin) : WHY[why];
  if (state === 'connecting') return `${wrong} Trying …`;
  return `${wrong} Next try in ${count(Math.max(1, Math.ceil((retryAt - now) / 1000)), 'second')}.`;
}

/** Says what is wrong where the page comes through, and the chat does not: mostly what a proxy hands on. */
export function refusedWords(origin) {
  return `The page loads from ${origin}, but the chat connection is refused. Please ask whoever runs this server: its log says why.`;
}

/**
 * Returns what a screen reader is to read of an entry by itself, as `digest` takes it, or `null`. Of what is not `seen`, since one looks
 * at another place, it reads what is said to me.
 */
export function aloud(entry, seen = true) {
  const { kind, text, mine, commands, lines, room, pieces } = entry;
  if (!seen && kind === 'said') return pieces.length > 1 && !mine ? { ...entry, name: `${entry.name} in ${room}` } : null;
  if (!seen && kind !== 'told') return null;
  switch (kind) {
    case 'said': return mine ? null : entry;
    case 'told': return mine ? null : { ...entry, name: `${entry.name} to you alone` };
    case 'presence': return mine ? { text } : null;
    case 'help': return { text: `Commands: ${commands.map(({ word, what }) => `/${word} ${what}`).join(', ')}.` };
    case 'unsent': return { text: `${unsentWords(lines)} ${series(lines.slice(0, 3), Math.max(0, lines.length - 3))}` };
    default: return { text };
  }
}

/** Says of lines that the connection ended before they came back. */
export function unsentWords({ length }) {
  return length === 1 ? 'This line was perhaps not sent:' : `These ${NUMBER.format(length)} lines were perhaps not sent:`;
}

/** Returns what a screen reader reads; a flood is summed up, but not who says one's name, or writes to one alone. */
export function digest(entries) {
  const read = ({ name, text, act }) => (name ? `${name}${act ? '' : ':'} ${text}` : text);
  if (entries.length <= 3) return entries.map(read);
  const latest = [...entries.filter(({ kind, pieces }) => kind === 'told' || pieces?.length > 1).slice(-2), entries.at(-1)];
  return [`${count(entries.length, 'new message')}.`, ...new Set(latest.map(read))];
}

/** Returns an entry for what the server or the page says; its tone is 'plain' or 'bad'. */
export function note(text, time, tone) {
  return { kind: 'note', text, time, tone };
}

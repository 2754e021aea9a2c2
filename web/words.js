// How the page puts into words what happens.

const NUMBER = new Intl.NumberFormat('en');
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });

/** Returns a number with its noun: `1 message`, `2,000 messages`. */
export function count(number, one, many = `${one}s`) {
  return `${NUMBER.format(number)} ${number === 1 ? one : many}`;
}

/** Returns the local time of day, as the language of the browser has it. */
export const clock = (time) => TIME.format(time);

export const day = (time) => DAY.format(time);

/** Enumerates: `Ann, Bob and 3 more`. */
export function series(words, more = 0) {
  const all = more ? [...words, `${NUMBER.format(more)} more`] : words;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Tells somebody whose connection is there again how much was missed, as `Seen` has it. */
export function welcomeBack(missed) {
  if (missed === null) return 'You are back. How much you missed is not known: the server or the room was started anew.';
  return `You are back. You missed ${missed ? count(missed, 'message') : 'nothing'}.`;
}

/** Tells somebody who comes from another room. */
export function backIn(room, missed) {
  const meanwhile = missed ? ` You missed ${count(missed, 'message')}.` : '';
  return `You are back in ${room}.${meanwhile}`;
}

/** Says what a name has to look like. */
export function nameRule({ min, max }, whose = 'A name') {
  return `${whose} has ${min} to ${max} of the letters A to Z, digits, - and _.`;
}

const WHY = { left: 'You have left.', stopped: 'The server was stopped.', full: 'The server is full.', lost: 'There is no connection to the server.' };

/** Says how it stands with a link that is not open. */
export function linkWords({ state, why, retryAt }, now) {
  if (state === 'left') return WHY.left;
  if (state === 'connecting') return `${WHY[why]} Trying …`;
  return `${WHY[why]} Next try in ${count(Math.max(1, Math.ceil((retryAt - now) / 1000)), 'second')}.`;
}

/** Returns what a screen reader reads of what has come; a flood is summed up, but not whoever calls one's name. */
export function digest(entries) {
  const read = ({ name, text }) => (name ? `${name}: ${text}` : text);
  if (entries.length <= 3) return entries.map(read);
  const latest = [...entries.filter(({ marks }) => marks?.length).slice(-2), entries.at(-1)];
  return [`${count(entries.length, 'new message')}.`, ...new Set(latest.map(read))];
}

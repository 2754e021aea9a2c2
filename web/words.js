// How the page puts into words what happens.

const NUMBER = new Intl.NumberFormat('en');
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });

/** Returns a number with its noun: `1 message`, `2,000 messages`. */
export function count(number, one, many = `${one}s`) {
  return `${NUMBER.format(number)} ${number === 1 ? one : many}`;
}

export const people = (number) => count(number, 'person', 'people');

export const clock = (time) => TIME.format(time);

export const day = (time) => DAY.format(time);

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

export function nameRule({ min, max }, whose = 'A name') {
  return `${whose} has ${min} to ${max} of the letters A to Z, digits, - and _.`;
}

const WHY = { left: 'You have left.', stopped: 'The server was stopped.', full: 'The server is full.', lost: 'There is no connection to the server.' };

export function linkWords({ state, why, retryAt }, now) {
  if (state === 'left') return WHY.left;
  if (state === 'connecting') return `${WHY[why]} Trying …`;
  return `${WHY[why]} Next try in ${count(Math.max(1, Math.ceil((retryAt - now) / 1000)), 'second')}.`;
}

/** Returns what a screen reader reads; a flood is summed up, but not who says one's name. */
export function digest(entries) {
  const read = ({ name, text }) => (name ? `${name}: ${text}` : text);
  if (entries.length <= 3) return entries.map(read);
  const latest = [...entries.filter(({ pieces }) => pieces?.length > 1).slice(-2), entries.at(-1)];
  return [`${count(entries.length, 'new message')}.`, ...new Set(latest.map(read))];
}

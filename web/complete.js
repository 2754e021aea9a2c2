// What can be made of the word before the cursor.

import { key } from './names.js';

/** As many as are taken in at a glance. */
const OPTIONS_MAX = 8;

/** A shorter beginning fits too much to be of help, unless an @ asks for it. */
const NAME_CHARS_MIN = 2;

/**
 * Finds what fits to the end of `typed`: commands at the beginning, rooms after `/join `, people but `me` elsewhere. Returns where the
 * word starts, and what it could be, or `null`.
 */
export function complete(typed, { commands, rooms, people, me }) {
  let start = typed.search(/\S*$/);
  const before = typed.slice(0, start).trim();
  let options;
  if (before === '' && typed[start] === '/') {
    options = commands.map(({ word, argument, what }) => ({ word: `/${word}${argument ? ' ' : ''}`, shown: `/${word}`, what }));
  } else if (key(before) === '/join') {
    options = rooms.map((room) => ({ word: room, shown: room }));
  } else {
    const asked = typed[start] === '@';
    if (before.startsWith('/') || (!asked && typed.length - start < NAME_CHARS_MIN)) return null;
    if (asked) start += 1;
    const after = before === '' && !asked ? ': ' : ' ';
    options = people.filter((name) => name !== me).map((name) => ({ word: name + after, shown: name }));
  }
  const beginning = key(typed.slice(start));
  options = options.filter(({ shown }) => key(shown).startsWith(beginning)).slice(0, OPTIONS_MAX);
  return options.length ? { start, options } : null;
}

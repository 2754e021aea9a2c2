// What can be made of the word before the cursor.

import { key } from './names.js';

/** As many as are taken in at a glance. */
const OPTIONS_MAX = 8;

/** A shorter beginning fits too much to be of help, unless an @ asks for it. */
const NAME_CHARS_MIN = 2;

/** What takes the name of somebody who is here first, and what takes a text at last. */
const NAMED = /^\/(msg|ignore|unignore)$/i;
const WORDY = /^\/(me|reply|msg\s+\S+)(\s|$)/i;

/**
 * Finds what fits to the end of `typed`: commands at the beginning, rooms after `/join `, people but `me` elsewhere, and where a command
 * takes one. Returns where the word starts, and what it could be, or `null`.
 */
export function complete(typed, { commands, rooms, people, me }) {
  let start = typed.search(/\S*$/);
  const before = typed.slice(0, start).trim();
  let options;
  if (before === '' && typed[start] === '/') {
    options = commands.map(({ word, arguments: takes, what }) => ({ word: `/${word}${takes.length ? ' ' : ''}`, shown: `/${word}`, what }));
  } else if (key(before) === '/join') {
    options = rooms.map((room) => ({ word: room, shown: room }));
  } else if (NAMED.test(before)) {
    const after = key(before) === '/msg' ? ' ' : '';
    options = people.filter((name) => name !== me).map((name) => ({ word: name + after, shown: name }));
  } else {
    const asked = typed[start] === '@';
    if ((before.startsWith('/') && !WORDY.test(before)) || (!asked && typed.length - start < NAME_CHARS_MIN)) return null;
    if (asked) start += 1;
    const after = before === '' && !asked ? ': ' : ' ';
    options = people.filter((name) => name !== me).map((name) => ({ word: name + after, shown: name }));
  }
  const beginning = key(typed.slice(start));
  options = options.filter(({ shown }) => key(shown).startsWith(beginning)).slice(0, OPTIONS_MAX);
  return options.length ? { start, options } : null;
}

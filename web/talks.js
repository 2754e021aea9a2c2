// What the browser keeps of conversations while a page is loaded again: the server keeps nothing of them.

import { isName, key } from './names.js';

/** As many messages of each conversation: what one looks back at, and far less than browsers keep. */
const SAID_MAX = 50;

/** Puts conversations into text; `saidIn` returns what was said in a place. */
export function written(talks, saidIn) {
  return JSON.stringify([...talks].map(({ name, place, unread, called, mine, muted }) => {
    const said = saidIn(place).slice(-SAID_MAX).map(({ name: by, text, time, mine: own }) => ({ name: by, text, time, mine: own }));
    return { name, unread, called, mine, muted, said };
  }));
}

/** Reads what was written; what is no conversation is none. */
export function read(text) {
  let all;
  try {
    all = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(all)) return [];
  const names = new Set();
  return all.filter((talk) => isTalk(talk) && !names.has(key(talk.name)) && names.add(key(talk.name)));
}

function isTalk(talk) {
  return typeof talk?.name === 'string' && isName(talk.name) && Number.isInteger(talk.unread) && Array.isArray(talk.said) && talk.said.every(isSaid);
}

function isSaid(said) {
  return typeof said?.name === 'string' && typeof said.text === 'string' && Number.isFinite(said.time);
}

// What is said of those answers of the server that change nothing here: of a refusal, of what was asked for and is not kept. It knows no
// elements.

import { kindOf } from './outbox.js';
import { count, people, series } from './words.js';

/** What keeps order. */
export const KEEPING = ['kick', 'ban', 'unban', 'bans', 'mute', 'unmute', 'invite', 'lock', 'unlock', 'key', 'op', 'deop', 'own', 'disown', 'announce'];

/**
 * By the kinds of messages: `of` which kinds of lines each is the answer, if it is one, to the first of them that waits; what one is told
 * of it; and its tone, if it is not 'bad'.
 */
export const ANSWERS = {
  __proto__: null,
  token: {
    of: () => ['resume'],
    says: ({ token }) => `You can come back with /resume ${token}. This page does so by itself.`,
    tone: 'plain',
  },
  bans: {
    of: () => ['bans'],
    says: ({ room, bans, more }) => {
      const all = bans.map(({ whom, by, why }) => `${whom} (by ${by}${why === undefined ? '' : `: ${why}`})`);
      return all.length ? `Banned from ${room}: ${series(all, more)}.` : `Nobody is banned from ${room}.`;
    },
    tone: 'plain',
  },
  operators: {
    of: () => ['op'],
    says: ({ room, names, more }) => (names.length ? `Operators of ${room}: ${series(names, more)}.` : `${room} has no operator.`),
    tone: 'plain',
  },
  walled: { says: ({ line }) => line, tone: 'plain' },
  'bad-count': { of: () => ['history'], says: ({ max }) => `/history takes a number from 1 to ${max}.` },
  nobody: { of: () => ['msg', ...KEEPING], says: ({ name }) => `Nobody is called ${name}.` },
  'nobody-wrote': { of: () => ['msg'], says: () => 'Nobody has written to you alone.' },
  'topic-too-long': { of: () => ['topic'], says: ({ bytes }) => `Not set: a topic has at most ${bytes} letters of English, or fewer of others.` },
  'ignores-oneself': { of: () => ['ignore'], says: () => 'Nobody can ignore themselves.' },
  'ignores-too-many': { of: () => ['ignore'], says: ({ people: max }) => `Nobody can ignore more than ${people(max)}.` },
  unrecognized: {
    of: ({ word }) => [word.slice(1).toLowerCase()],
    says: ({ word }) => `There is no command ${word}. Type /help to see those there are, or begin with // to say it.`,
  },
  incomplete: { of: ({ word }) => [kindOf(`/${word}`)], says: ({ usage }) => `Type it with all that it takes: ${usage}.` },
  'too-long': { says: ({ chars }) => `Not sent: a message has at most ${chars} characters.` },
  dropped: {
    says: ({ count: missing }, rooms) => {
      return `${rooms > 1 ? 'In your rooms' : 'Here'} ${count(missing, 'message is', 'messages are')} missing: they came too fast.`;
    },
  },
  stopping: { says: () => 'The server is shutting down.' },
  touch: {
    says: ({ state }) => ({
      kept: 'Messages go on.',
      lost: 'Messages wait: this server has lost touch with the others.',
      cut: 'This server is cut off from the others.',
    })[state],
  },
};

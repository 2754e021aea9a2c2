// What stands above the log without a connection: why, when the next attempt is, and a button to make it now.

import { announce } from './announce.js';
import { at, put } from './dom.js';
import { linkWords, refusedWords } from './words.js';

const TICK_MS = 250;

/** What the button says to who has left, by why. */
const LEFT = { left: 'Come back', elsewhere: 'Go on here', outside: 'Try again', out: 'Try to come back' };

/** After so many attempts that came to no connection it is tried whether the server answers at all, in how many ms. */
const FAILURES_MIN = 2;
const ANSWER_MAX = 10_000;

let timer = null;

/** For how many failures it was tried, and where the page comes from, if only the chat is refused. */
let tried = 0;
let origin = null;

/** Shows how it stands with the link, and goes on doing so while it counts down. */
export function show(link) {
  clearTimeout(timer);
  const { state } = link;
  const banner = at('banner');
  if (state === 'open') [tried, origin] = [0, null];
  if (state === 'resting' && link.failures >= FAILURES_MIN && link.failures !== tried) diagnose(link);
  // The first attempt needs no words, unless it fails.
  banner.hidden = state === 'open' || (state === 'connecting' && banner.hidden);
  if (banner.hidden) return;
  put(at('banner-text'), linkWords(link, Date.now(), origin));
  put(at('banner-now'), state === 'left' ? LEFT[link.why] : 'Try now');
  at('banner-now').hidden = state === 'connecting';
  if (state === 'resting') timer = setTimeout(show, TICK_MS, link);
}

/** Finds out whether the server answers, although not to the chat: mostly a proxy between does not hand on what it should. */
async function diagnose(link) {
  tried = link.failures;
  let answers = false;
  try {
    answers = (await fetch(new URL('healthz', location.href), { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MAX) })).ok;
  } catch {
    // Then it is the server that is not there, or the network.
  }
  if (link.failures !== tried) return;
  if (answers && origin === null) announce(refusedWords(location.origin));
  origin = answers ? location.origin : null;
  show(link);
}

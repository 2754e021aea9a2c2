// What stands above the log without a connection: why, when the next attempt is, and a button to make it now.

import { at, put } from './dom.js';
import { linkWords } from './words.js';

const TICK_MS = 250;

let timer = null;

/** Shows how it stands with the link, and goes on doing so while it counts down. */
export function show(link) {
  clearTimeout(timer);
  const { state } = link;
  const banner = at('banner');
  // The first attempt needs no words, unless it fails.
  banner.hidden = state === 'open' || (state === 'connecting' && banner.hidden);
  if (banner.hidden) return;
  put(at('banner-text'), linkWords(link, Date.now()));
  put(at('banner-now'), state === 'left' ? 'Come back' : 'Try now');
  at('banner-now').hidden = state === 'connecting';
  if (state === 'resting') timer = setTimeout(show, TICK_MS, link);
}

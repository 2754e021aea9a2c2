// What stands above the log while there is no connection: why, when the next attempt is made, and a button to make it now.

import { at, put } from './dom.js';
import { linkWords } from './words.js';

/** A connection that is there within this time, in ms, needs no banner. */
const PATIENCE = 600;

/** Time between two looks at the clock, in ms. */
const TICK = 250;

let timer = null;

/** Shows how it stands with the link, and goes on doing so while it counts down. */
export function update(link) {
  clearTimeout(timer);
  const banner = at('banner');
  const wait = link.state === 'connecting' && banner.hidden;
  if (link.state === 'open') banner.hidden = true;
  else if (wait) timer = setTimeout(() => show(link), PATIENCE);
  else show(link);
}

function show(link) {
  at('banner').hidden = false;
  put(at('banner-text'), linkWords(link, Date.now()));
  put(at('banner-now'), link.state === 'left' ? 'Come back' : 'Try now');
  at('banner-now').hidden = link.state === 'connecting';
  timer = setTimeout(() => show(link), TICK);
}

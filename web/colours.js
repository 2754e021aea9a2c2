// The colour of each name: one of the hues in style.css, always the same, and the hue that the terminal client gives it.

import { key } from './names.js';

/** How many hues style.css has. */
export const HUES = 14;

/** Returns the number of the hue of a name. Case makes no difference, as in the name. */
export function hue(name) {
  // FNV-1a, as the terminal client has it.
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(key(name))) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return Number((hash >> 32n) % BigInt(HUES));
}

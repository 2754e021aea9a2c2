// The colour of each name: one of the hues in style.css, the same on every screen, and the same hue as in the terminal client.

import { key } from './names.js';

/** How many hues style.css has. */
export const HUES = 14;

// FNV-1a with 64 bits, as the terminal client has it.
const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** Names whose hue was reckoned. Forgotten all at once when there are too many: a flood of names must not fill the memory. */
const known = new Map();
const KNOWN_MAX = 2000;

/** Returns the number of the hue of a name. Case makes no difference, as in the name. */
export function hue(name) {
  const id = key(name);
  let found = known.get(id);
  if (found === undefined) {
    let hash = OFFSET;
    for (const byte of new TextEncoder().encode(id)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
    }
    found = Number((hash >> 32n) % BigInt(HUES));
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(id, found);
  }
  return found;
}

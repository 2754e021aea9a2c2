// What people and rooms may be called, when two names are one, and where a text says a name: the server's rules.

/** How many characters the name of a person has. */
export const LIMITS = { min: 2, max: 20 };

/** How many characters the name of a room has. */
export const ROOM_LIMITS = { min: 2, max: 32 };

export function isName(text, { min, max } = LIMITS) {
  return text.length >= min && text.length <= max && /^[\w-]+$/.test(text);
}

/** Returns what is equal for names that count as the same. */
export const key = (name) => name.toLowerCase();

/** Returns the room that an address asks for after its #; '' for none, `null` if no room can be called so. */
export function roomOf(hash, limits = ROOM_LIMITS) {
  const text = hash.slice(1);
  return text === '' || isName(text, limits) ? text : null;
}

/** Returns the person that an address asks for after its #, or `null`. */
export function partnerOf(hash, limits) {
  return hash.startsWith('#@') && isName(hash.slice(2), limits) ? hash.slice(2) : null;
}

/** Cuts `text` where it says `name`, in any case, but not as part of a longer word: each second piece is the name. */
export function cut(text, name) {
  return text.split(new RegExp(`(?<![\\p{L}\\p{N}_-])(${name})(?![\\p{L}\\p{N}_-])`, 'iu'));
}

// What people and rooms may be called, when two names are one, and where a text says a name: the server's rules.

/** How many characters a name has. */
export const LIMITS = { min: 2, max: 20 };

export function isName(text, { min, max } = LIMITS) {
  return text.length >= min && text.length <= max && /^[\w-]+$/.test(text);
}

/** Returns what is equal for names that count as the same. */
export const key = (name) => name.toLowerCase();

/** Returns the room that an address asks for after its #; '' for none, `null` if no room can be called so. */
export function roomOf(hash, limits) {
  const text = hash.slice(1);
  return text === '' || isName(text, limits) ? text : null;
}

/** Returns where `text` says `name`, as pairs of start and end: in any case, but not as part of a longer word. */
export function mentions(text, name) {
  const places = text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_-])${name}(?![\\p{L}\\p{N}_-])`, 'giu'));
  return [...places].map(({ index }) => [index, index + name.length]);
}

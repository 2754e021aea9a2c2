// In which rooms one wants to be, and how one gets there.

import { key } from './names.js';

/** Returns the rooms that are wanted, each once: `rooms`, and `room` to be looked at, which is the last. */
export function wantedRooms({ rooms, room }) {
  const all = [...rooms, ...(room === null ? [] : [room])];
  return all.filter((one, at) => !all.slice(at + 1).some((later) => key(later) === key(one)));
}

/**
 * Returns the lines that lead from the room one has come into, the `focus`, to these rooms. It is left for the first of them, unless it is
 * wanted. Who is `resumed` is in all of them already, and asks in each what was said meanwhile: `earlier` is the line for that.
 */
export function waysTo(rooms, focus, resumed, earlier) {
  const leaves = !resumed && !rooms.some((room) => key(room) === key(focus));
  const lines = [];
  let at = focus;
  for (const room of rooms) {
    const isFocus = key(room) === key(focus);
    if (key(room) === key(at) || (isFocus && room !== rooms.at(-1))) continue;
    lines.push(`/${leaves && !lines.length ? 'join' : 'enter'} ${room}`);
    if (resumed && !isFocus) lines.push('/topic', earlier);
    at = room;
  }
  return lines;
}

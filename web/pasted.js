// What is made of pasted text: its lines, and messages that say them, none of which is a command.

/** What tells a terminal of colours and the like, and other controls. */
const ANSI = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])?/g;
const SPACE = /[\t\v\f\x85\u2028\u2029]/g;

/** What is not seen, and taken away by the server where a line begins: a slash may come after it. */
const UNSEEN_START = /^\p{Cf}+/u;

const GRAPHEMES = new Intl.Segmenter();

/** Returns the lines of a text that show something. */
export function linesOf(text) {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(ANSI, '').replace(SPACE, ' ').replace(/\p{Cc}/gu, ''));
  return lines.filter((line) => !/^[\s\p{C}]*$/u.test(line));
}

/** Returns the messages that say the lines: as many as are needed if one has more than `max` characters. */
export function messagesOf(lines, max) {
  return lines.flatMap((line) => partsOf(line, max)).map(saying);
}

/** How many characters it takes to say a text. */
export const charsOf = (text) => [...saying(text)].length;

/** Returns the line that says a text, be it one that looks like a command. */
function saying(text) {
  const shown = text.replace(UNSEEN_START, '');
  return shown.startsWith('/') ? `/${shown}` : shown;
}

/** Cuts a line into parts that can be sent: at a space, if there is one in the second half, and through no character that is seen as one. */
function partsOf(line, max) {
  const parts = [];
  let rest = line;
  // Of a very long rest it is enough to look at its beginning.
  while (charsOf(rest.slice(0, 2 * max + 1)) > max) {
    let [left, end] = [max - (charsOf(rest.slice(0, 1)) - 1), 0];
    for (const { segment } of GRAPHEMES.segment(rest.slice(0, 2 * max + 1))) {
      left -= [...segment].length;
      // One that has more than a message by itself is cut all the same.
      if (left < 0 && end > 0) break;
      end += segment.length;
      if (left < 0) end = [...segment].slice(0, max - 1).join('').length;
    }
    const space = rest.lastIndexOf(' ', end - 1);
    if (space > end / 2) end = space + 1;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...parts, rest].filter((part) => part.trim() !== '');
}

// Which parts of a text have the words that were looked for. What makes no difference to the server's search makes none here: case, accents,
// and what is not seen. What parts words is the same, too.

/** Letters that people type otherwise, since their keyboards have no such. */
const PLAIN = { __proto__: null, ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th', ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', ı: 'i', ς: 'σ' };

/** Joiners, soft hyphens, variants, tones of skin, signs of trade marks. */
const UNSEEN = /[\p{Cf}\u034f\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u{1f3fb}-\u{1f3ff}\u0640™℠]/u;

/** A character with its marks, or a syllable of Hangul in parts. */
const CLUSTER = /[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|\P{M}[\p{M}\uff9e\uff9f\u{1f3fb}-\u{1f3ff}]*|\p{M}+/gu;

/** The marks that make no other word: all of Latin, Greek and Cyrillic letters, and the points of Hebrew and Arabic. */
const POINTS = /[\u0591-\u05c7\u064b-\u0652\u0670\u20d0-\u20ff]/u;
const POINTED = /^$|[\0-\u052f\u1c80-\u1c8f\u1d00-\u1dbf\u1e00-\u206f\u2c60-\u2c7f\u2de0-\u2dff\ua640-\ua69f\ua720-\ua7ff]/u;
const OWN = /[иу]\u0306|і\u0308/u;

/** Scripts whose words stand one behind the other. */
const SCRIPTS = ['Thai', 'Lao', 'Myanmar', 'Khmer', 'Hangul', 'Han', 'Hiragana', 'Katakana', 'Bopomofo'];
const ROW = new RegExp(`[${SCRIPTS.map((name) => `\\p{Script=${name}}`).join('')}ー]`, 'u');
const LETTER = /[\p{L}\p{N}]/u;
const MARK = /\p{M}/u;
const SIGN = /[+#@$%&=<>]|(?![\0-\u007f\u2044\p{Sk}])\p{S}/u;

function folded(cluster) {
  let made = '';
  let base = '';
  const seen = [...cluster].filter((one) => !UNSEEN.test(one)).join('');
  for (const one of seen.normalize('NFKD')) {
    if (!MARK.test(one)) {
      for (const small of [...one.toLowerCase()].filter((small) => !MARK.test(small))) {
        base = small;
        made += PLAIN[small] ?? small;
      }
    } else if (OWN.test(base + one) || !(POINTS.test(one) || POINTED.test(base))) {
      made += one;
    }
  }
  return made.normalize('NFC');
}

/** Returns the words, characters and signs of a text: where each is, and whether it `goesOn` a row of characters. */
function tokens(text) {
  const found = [];
  let before = '';
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const end = index + cluster.length;
    for (const one of folded(cluster)) {
      const last = found.at(-1);
      const kind = MARK.test(one) ? before : ROW.test(one) ? 'row' : LETTER.test(one) ? 'word' : SIGN.test(one) ? 'sign' : '';
      const joins = kind === before && (kind === 'word' || MARK.test(one)) && kind !== '';
      if (joins) Object.assign(last, { text: last.text + one, end });
      else if (kind) found.push({ text: one, start: index, end, goesOn: kind === 'row' && before === 'row' });
      before = kind;
    }
  }
  return found;
}

/** Cuts `text` where it has one of these words: each second piece is one. */
export function cutWords(text, words) {
  const all = tokens(text);
  const ranges = [];
  for (const wanted of words.split(/\s+/).map(tokens).filter(({ length }) => length)) {
    for (let at = 0; at + wanted.length <= all.length; at += 1) {
      const fits = wanted.every((one, next) => one.text === all[at + next].text && (next === 0 || one.goesOn === all[at + next].goesOn));
      if (fits) ranges.push([all[at].start, all[at + wanted.length - 1].end]);
    }
  }
  const pieces = [];
  let done = 0;
  for (const [start, end] of ranges.sort(([one], [other]) => one - other)) {
    if (start < done) {
      if (end <= done) continue;
      pieces.push(pieces.pop() + text.slice(done, end));
    } else {
      pieces.push(text.slice(done, start), text.slice(start, end));
    }
    done = end;
  }
  return [...pieces, text.slice(done)];
}

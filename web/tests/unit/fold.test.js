// What is marked of a text are the words that the search of the server has found in it: the same that history/src/words takes for equal.

import assert from 'node:assert/strict';
import test from 'node:test';

import { cutWords } from '../../fold.js';

const marked = (text, words) => cutWords(text, words).map((piece, place) => (place % 2 ? `[${piece}]` : piece)).join('');

test('words are marked as they are found: in any case, with any accent, in any script', () => {
  const cases = [
    ['Hello, World!', 'world HELLO', '[Hello], [World]!'],
    ['apples and an apple', 'apple', 'apples and an [apple]'],
    ['foo foo_bar', 'foo', '[foo] [foo]_bar'],
    ["it's", "it's", "[it's]"],
    ['C++ or C', 'c++', '[C++] or C'],
    ['#room @ann', '#ROOM', '[#room] @ann'],
    ['at 192.168.1.1, not 192.168.1.2', '192.168.1.1', 'at [192.168.1.1], not 192.168.1.2'],
    ['Das Café, cafe\u0301', 'CAFE', 'Das [Café], [cafe\u0301]'],
    ['Straße', 'STRASSE', '[Straße]'],
    ['Łódź İstanbul', 'lodz istanbul', '[Łódź] [İstanbul]'],
    ['ΟΔΥΣΣΕΎΣ', 'οδυσσευς', '[ΟΔΥΣΣΕΎΣ]'],
    ['ёлка, мой', 'елка мои', '[ёлка], мой'],
    ['soft\u00adhyphen', 'softhyphen', '[soft\u00adhyphen]'],
    ['می\u200cخواهم', 'میخواهم', '[می\u200cخواهم]'],
    ['שָׁלוֹם', 'שלום', '[שָׁלוֹם]'],
    ['ﬁne ½ Foo™', 'fine foo', '[ﬁne] ½ [Foo]™'],
    ['हिन्दी', 'हिन्दी', '[हिन्दी]'],
    ['कुतुब', 'कतब', 'कुतुब'],
    ['我喜欢聊天', '聊天', '我喜欢[聊天]'],
    ['我喜。欢', '喜欢', '我喜。欢'],
    ['手机C x', '机c', '手[机C] x'],
    ['한국어', '국어', '한[국어]'],
    ['한국', '하', '한국'],
    ['\u1112\u1161\u11ab', '한', '[\u1112\u1161\u11ab]'],
    ['ที่นี่', 'นี่', 'ที่[นี่]'],
    ['カタカナ ｶﾞ', 'タカ ガ', 'カ[タカ]ナ [ｶﾞ]'],
    ['👍🏽 ok', '👍', '[👍🏽] ok'],
    ['a b a', 'a b', '[a] [b] [a]'],
    ['看看看', '看看', '[看看看]'],
    ['"quoted" - and', '" - "', '"quoted" - and'],
    ['nothing', '', 'nothing'],
    ['', 'word', ''],
  ];
  for (const [text, words, expected] of cases) {
    assert.equal(marked(text, words), expected, `${words} in ${text}`);
    assert.equal(cutWords(text, words).join(''), text);
  }
});

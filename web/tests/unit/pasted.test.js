import assert from 'node:assert/strict';
import test from 'node:test';

import { charsOf, linesOf, messagesOf } from '../../pasted.js';

/** What the server makes of a line: it takes away what could harm, and then one that begins with one slash is a command. */
function heard(line) {
  const clean = line.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\p{Cc}\p{Cf}]/gu, '');
  assert.doesNotMatch(clean, /^\/(?!\/)/, `${JSON.stringify(line)} is a command`);
  return line.replace(/^\/\//, '/');
}

test('a text has the lines that show something, whatever ends them', () => {
  assert.deepEqual(linesOf('one\ntwo\r\nthree\rfour'), ['one', 'two', 'three', 'four']);
  assert.deepEqual(linesOf('\n\n  \none\n\u200b\n\t\n'), ['one']);
  assert.deepEqual(linesOf('\tif (a) {\n  b();\u2028c\n'), [' if (a) {', '  b(); c']);
  assert.deepEqual(linesOf('\x1b[31mred\x1b[0m\x07\n\x1b]0;title\x07plain'), ['red', 'plain']);
  assert.deepEqual(linesOf('see \x1b]this\nâ\x80\x9cquotedâ\x80\x9d and more'), ['see this', 'âquotedâ and more']);
  assert.deepEqual(linesOf('👩‍🚀\nनमस्ते'), ['👩‍🚀', 'नमस्ते']);
});

test('no line is a command, and each is said as it was', () => {
  const lines = ['first', '// a comment', '/etc/hosts', '/quit', '/join x', '///', ' /help', '/'];
  assert.deepEqual(messagesOf(lines, 400).map(heard), lines);
});

test('what is not seen before a slash makes no command of it', () => {
  for (const before of ['\ufeff', '\u200b', '\u202e', '\u200e', '\u00ad', '\u2066\u200f', '\x1b[1m', '\x07', '\x7f', '\x1b]0;x\x07', '\x9b']) {
    const messages = messagesOf(linesOf(`a\n${before}/quit`), 400);
    assert.deepEqual(messages.map(heard), ['a', '/quit'], JSON.stringify(before));
  }
});

test('a line that is too long is cut into messages, and nothing of it is lost', () => {
  const words = Array.from({ length: 200 }, (_, number) => `word-${number}`).join(' ');
  for (const line of [words, '👩‍🚀'.repeat(300), `/${'x'.repeat(2000)}`, 'é'.repeat(401), '/'.repeat(900), `${' '.repeat(30)}${words}`]) {
    const messages = messagesOf([line], 400);
    for (const message of messages) assert.ok([...message].length <= 400, `${[...message].length}`);
    assert.equal(messages.map(heard).join('').replaceAll(' ', ''), line.replaceAll(' ', ''));
    assert.ok(messages.length <= Math.ceil([...line].length / 300), `${messages.length}`);
  }
  assert.deepEqual(messagesOf([words], 400)[0].split(' ').at(-1).match(/^word-\d+$/)?.length, 1, 'it is cut between words');
  for (const message of messagesOf(['👩‍🚀'.repeat(300)], 400)) assert.match(message, /^(?:👩‍🚀)+$/u);
  assert.ok(messagesOf([`a${'\u0301'.repeat(1000)}`], 26).every((part) => [...part].length <= 26), 'one character of a thousand');
});

test('the slash that is added counts, and a line that just fits is one', () => {
  assert.deepEqual([charsOf('/ab'), charsOf('ab'), charsOf('👋')], [4, 2, 1]);
  assert.equal(messagesOf(['x'.repeat(400)], 400).length, 1);
  assert.equal(messagesOf([`/${'x'.repeat(398)}`], 400).length, 1);
  assert.equal(messagesOf([`/${'x'.repeat(399)}`], 400).length, 2);
});

test('a text of a million characters in one line is cut at once', () => {
  const start = performance.now();
  assert.ok(messagesOf(['x'.repeat(1_000_000)], 400).length >= 2500);
  assert.ok(performance.now() - start < 20_000);
});

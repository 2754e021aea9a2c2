// The question that stands before several pasted lines are sent.

import { at, element, on, put } from './dom.js';
import { charsOf, messagesOf } from './pasted.js';
import { count } from './words.js';

/** So many messages are shown of those that are asked about. */
const SHOWN_MAX = 100;

const dialog = at('paste');
const list = at('paste-lines');

/** The lines that it is asked about. */
let lines = [];
let page;

/** `sendAll` sends messages or returns why it can't, `limit` returns how long one may be, `insert` puts a text into the line. */
export function begin(handlers) {
  page = handlers;
  on('paste', 'submit', () => {
    const why = page.sendAll(messagesOf(lines, page.limit()));
    put(at('paste-error'), why ?? '');
    if (!why) dialog.close();
  });
  on('paste-join', 'click', () => {
    dialog.close();
    page.insert(lines.join(' '));
  });
  on('paste-cancel', 'click', () => dialog.close());
}

export function ask(pasted) {
  lines = pasted;
  const max = page.limit();
  const messages = messagesOf(lines, max);
  const long = lines.filter((line) => charsOf(line) > max).length;
  put(at('paste-title'), `Send ${count(lines.length, 'line')}${long ? ` as ${count(messages.length, 'message')}` : ''}?`);
  const notes = [];
  if (long) notes.push(`${count(long, 'line has', 'lines have')} more than ${count(max, 'character')}, and ${long === 1 ? 'is' : 'are'} cut into several messages.`);
  if (lines.some((line) => line.startsWith('/'))) notes.push('All of it is text: no line is a command.');
  put(at('paste-notes'), notes.join(' '));
  put(at('paste-error'), '');
  list.replaceChildren(...messages.slice(0, SHOWN_MAX).map((text) => {
    const item = element('li', '', text.replace(/^\/\//, '/'));
    item.dir = 'auto';
    return item;
  }));
  put(at('paste-more'), messages.length > SHOWN_MAX ? `and ${count(messages.length - SHOWN_MAX, 'more', 'more')}` : '');
  dialog.showModal();
  list.scrollTop = 0;
  at('paste-send').focus();
}

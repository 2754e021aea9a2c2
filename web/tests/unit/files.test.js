// What the folder holds: the page stays small, and asks for nothing but itself.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { gzipSync } from 'node:zlib';

import { isName } from '../../names.js';

const web = new URL('../../', import.meta.url);
const served = readdirSync(web).filter((name) => /\.(html|css|js|svg)$/.test(name));
const read = (name) => readFileSync(new URL(name, web), 'utf8');

test('the page has less than 64 KiB in all as it travels: compressed', () => {
  const bytes = served.reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0);
  assert.ok(bytes < 64 * 1024, `${bytes} bytes`);
});

test('every file that the page asks for is there, and every file that is there is asked for', () => {
  const asked = new Set(['index.html']);
  for (const name of served) {
    const text = read(name);
    for (const [, linked, imported] of text.matchAll(/(?:href|src)="([^"#]+)"|(?:from|import) '\.\/([^']+)'/g)) asked.add(linked ?? imported);
  }
  assert.deepEqual([...asked].sort(), served.sort());
});

test('nothing names another host', () => {
  for (const name of served) {
    const addresses = read(name).match(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z]+[^\s"']*/gi) ?? [];
    assert.deepEqual(addresses.filter((address) => address !== 'http://www.w3.org/2000/svg'), [], name);
  }
});

test('text only ever becomes text: no markup is made of strings, no code, no inline style or script', () => {
  const banned = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|setAttribute\('(?:style|on)|\bstyle="|\bon[a-z]+="/;
  for (const name of served) assert.doesNotMatch(read(name), banned, name);
  assert.doesNotMatch(read('index.html'), /<style|<script(?![^>]* src=)/);
});

test('no id can be the name of a room: the address of that room would lead to it', () => {
  const ids = [...read('layout.js').matchAll(/\bid: '([^']+)'/g)].map(([, id]) => id);
  assert.ok(ids.length > 0);
  assert.deepEqual(ids.filter((id) => isName(id)), []);
});

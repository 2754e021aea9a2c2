// What was said before one came.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, closePage, frames, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
let page;
let bob;

before(async () => {
  server = await startServer({ flags: ['--flood-rate', '0'] });
  browser = await startBrowser();
});
afterEach(async () => {
  bob.end();
  await closePage(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** Lets Bob say so many messages in a room, and then opens it. */
async function open(room, messages, options) {
  bob = await Telnet.connect(server, 'Bob');
  await bob.join(room);
  bob.say(Array.from({ length: messages }, (_, at) => `message ${at + 1}`).join('\n'));
  await bob.hears(new RegExp(`message ${messages}\r?\n`));
  page = await openPage(browser, server, { hash: `#${room}`, viewport: { width: 1000, height: 500 }, ...options });
  await reads(page, `message ${messages}`);
}

const numbers = () => page.evaluate(() => [...document.querySelectorAll('.text')].map(({ textContent }) => Number(textContent.split(' ')[1])));
const from = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

test('who comes sees what was said last, above the welcome, and what is said now below', async () => {
  await open('before', 30);
  bob.say('message 31');
  await reads(page, 'message 31');
  assert.deepEqual(await numbers(), from(21, 31));
  const kinds = await page.evaluate(() => [...document.querySelectorAll('.rows > li')].map(({ classList: [kind] }) => kind));
  assert.deepEqual([kinds[0], kinds.indexOf('intro')], ['rule', 11]);
  assert.equal(await page.title(), 'before · chinwag', 'nothing of it is unread');
});

test('who scrolls to the top gets what was said before that, once, and what was seen stays in its place', async () => {
  await open('scroll', 150);
  assert.deepEqual((await numbers()).slice(0, 2), [141, 142]);
  const place = () => page.evaluate(() => {
    const found = [...document.querySelectorAll('.text')].find(({ textContent }) => textContent === 'message 141');
    return Math.round(found.getBoundingClientRect().top);
  });
  for (let number = 151; number <= 170; number += 1) bob.say(`message ${number}`);
  await reads(page, 'message 170');
  await frames(page, 3);
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop = 0;
  });
  // Before it is known what is above, the rule stands there.
  const before = await place();
  await reads(page, 'message 71');
  assert.equal(await place(), before);
  assert.deepEqual(await numbers(), from(71, 170));
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop = 0;
  });
  await shows(page, '.hole', /^\s*Nothing earlier is kept/);
  await page.locator('.hole button').waitFor({ state: 'hidden' });
  bob.say('message 171');
  await shows(page, '.latest-text', '1 new message');
  assert.equal(await page.locator('.rule').count(), 1);
});

test('where nothing can be scrolled, a button asks for it', async () => {
  await open('button', 12, { viewport: { width: 1000, height: 900 } });
  assert.deepEqual(await numbers(), from(3, 12));
  await page.locator('.rule button').click();
  await reads(page, 'message 1');
  assert.deepEqual(await numbers(), from(1, 12));
});

test('a command asks for it, too, and nothing is shown twice', async () => {
  await open('asked', 20);
  await say(page, '/history 15');
  await reads(page, 'message 6');
  await shows(page, '.note', /What was said before stands above\./);
  assert.deepEqual(await numbers(), from(6, 20));
  await say(page, '/history 101');
  await shows(page, '.note.bad', /takes a number from 1 to 100/);
  await say(page, '/join fresh');
  await say(page, '/history');
  await shows(page, '.note', /Nothing was said here yet\./);
});

test('who comes back to a room reads what was missed', async () => {
  await open('missed', 5);
  await say(page, '/join elsewhere');
  await shows(page, 'h1', 'elsewhere');
  for (let number = 6; number <= 35; number += 1) bob.say(`message ${number}`);
  await bob.hears(/message 35\r?\n/);
  await page.goBack();
  await shows(page, '.note', /You are back in missed\. You missed 30 messages\./);
  await reads(page, 'message 6');
  await holds(page, () => document.querySelectorAll('.text').length === 35);
  assert.deepEqual(await numbers(), from(1, 35));
  const [note, missed] = await page.evaluate(() => [
    document.querySelector('.note'), [...document.querySelectorAll('.text')].find(({ textContent }) => textContent === 'message 6'),
  ].map((found) => found.getBoundingClientRect().top));
  assert.ok(note < missed);
});

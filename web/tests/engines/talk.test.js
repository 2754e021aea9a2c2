// People on pages of any browser and on telnet talk: what everybody does on the first day.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, closePage, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
let page;
/** The server of a test that stops it. */
let own;

before(async () => {
  server = await startServer({ flags: ['--flood-rate', '0'] });
  browser = await startBrowser();
});
afterEach(() => closePage(page));
after(async () => {
  await browser.close();
  await server.stop();
  await own?.stop();
});

const open = async (room, options) => {
  page = await openPage(browser, server, { hash: `#${room}`, viewport: { width: 1200, height: 700 }, ...options });
};
const focused = () => page.evaluate(() => document.activeElement.classList[0]);
const count = (selector) => page.evaluate((selector) => document.querySelectorAll(selector).length, selector);

test('a page and a telnet talk', async () => {
  await open('talk');
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('talk');
  await call(page, 'Ann');
  await bob.hears(/is now Ann\n/);
  await say(page, 'hello from a page, ünïcödé 👋🏽');
  await bob.hears(/Ann: hello from a page, ünïcödé 👋🏽\n/);
  const markup = '<img src=x onerror="window.hit=1"> & <script>window.hit=1</script>';
  bob.say(markup);
  bob.say('Ann, are you there? 👨‍👩‍👧‍👦');
  await reads(page, markup);
  await shows(page, '.call mark', 'Ann');
  await shows(page, '.people', /Ann\s*you.*Bob/);
  await shows(page, '.crowd', '2 people');
  assert.equal(await page.evaluate(() => window.hit ?? null), null);
  bob.end();
  await shows(page, '.presence', /Bob left/);
});

test('a name is changed in the dialog, which keeps the focus and gives it back', async () => {
  await open('names');
  const dan = await Telnet.connect(server, 'Dan');
  await page.locator('.you').click();
  assert.equal(await focused(), 'new-name');
  await page.keyboard.type('no spaces');
  await page.keyboard.press('Enter');
  await shows(page, '.name-error', /A name has/);
  await page.locator('.new-name').fill('Dan');
  await page.keyboard.press('Enter');
  await shows(page, '.name-error', /The name Dan is taken/);
  await page.locator('.new-name').fill('Fay');
  await page.locator('.rename .chief').click();
  await shows(page, '.you-name', 'Fay');
  await page.locator('.rename').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'you');
  await page.keyboard.press('Enter');
  await page.locator('.rename').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.rename').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'you');
  dan.end();
});

test('rooms are joined by the list, the field, a command and the address, and Back leads to the last', async () => {
  await open('books');
  const room = (name) => holds(page, (name) => document.querySelector('h1')?.textContent === name && location.hash === `#${name}`, name);
  const hal = await Telnet.connect(server, 'Hal');
  await hal.join('films');
  await page.reload();
  await room('books');
  await shows(page, '.rooms', /films/);
  await page.locator('.rooms a[href$="#films"]').click();
  await room('films');
  await page.locator('.make-room').fill('garden');
  await page.locator('.make-room').press('Enter');
  await room('garden');
  assert.equal(await focused(), 'line');
  await say(page, '/join FILMS');
  await room('films');
  await page.evaluate(() => {
    location.hash = 'attic';
  });
  await room('attic');
  for (const name of ['films', 'garden', 'films', 'books']) {
    await page.goBack();
    await room(name);
  }
  hal.end();
});

test('several rooms, a conversation and a topic: each has its place, and Back leads through them', async () => {
  await open('kitchen');
  await call(page, 'Ann');
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('garden');
  bob.say('said before');
  await bob.hears(/said before\n/);
  await page.locator('.make-room').fill('garden');
  await page.locator('.make-room').press('Enter');
  await reads(page, 'said before');
  await page.locator('.topic').click();
  assert.equal(await focused(), 'new-topic');
  await page.keyboard.type('roses');
  await page.keyboard.press('Enter');
  await bob.hears(/Ann set the topic: roses\n/);
  await shows(page, '.topic', 'roses');
  await page.locator('.people a[href$="#@Bob"]').click();
  await shows(page, 'h1', 'Bob');
  assert.equal(await focused(), 'line');
  await page.keyboard.type('psst');
  await page.keyboard.press('Enter');
  await bob.hears(/Ann \(to you\): psst\n/);
  await reads(page, 'psst');
  bob.say('Ann, look!');
  await shows(page, '.rooms a.called', /garden\s*@ 1 new/);
  await page.goBack();
  await reads(page, 'Ann, look!');
  await shows(page, '.topic', 'roses');
  await page.goBack();
  await shows(page, 'h1', 'kitchen');
  await page.locator('.rooms li:first-child .leave').click();
  await shows(page, 'h1', 'garden');
  bob.end();
});

test('suggestions are taken with the mouse, and lines come back with the arrow keys', async () => {
  await open('keys');
  await page.locator('.line').pressSequentially('/na');
  await page.locator('.options [role=option]').click();
  assert.equal(await page.locator('.line').inputValue(), '/name ');
  assert.equal(await focused(), 'line');
  await page.keyboard.type('Gus');
  await page.keyboard.press('Enter');
  await shows(page, '.you-name', 'Gus');
  await page.keyboard.type('a draft');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.locator('.line').inputValue(), '/name Gus');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('.line').inputValue(), 'a draft');
});

test('in a flood the end stays in view; who reads back is not moved, is told how much is new, and gets to the end', async () => {
  await open('flood');
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('flood');
  const flood = (first, number) => bob.say(Array.from({ length: number }, (_, at) => `message ${first + at}`).join('\n'));
  flood(1, 900);
  await reads(page, 'message 900');
  await page.locator('.log').press('PageUp');
  await page.locator('.log').press('PageUp');
  await page.locator('.latest').waitFor();
  const seen = () => page.evaluate(async () => {
    const log = document.querySelector('.log');
    for (let before = null; before !== log.scrollTop;) {
      before = log.scrollTop;
      for (let frame = 0; frame < 10; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    }
    const row = document.elementFromPoint(500, 300).closest('li');
    return [row.textContent, row.getBoundingClientRect().top];
  });
  const before = await seen();
  flood(901, 900);
  await shows(page, '.latest-text', '900 new messages');
  assert.deepEqual(await seen(), before);
  await page.locator('.log').press('Escape');
  await page.locator('.latest').click();
  await reads(page, 'message 1800');
  await page.locator('.latest').waitFor({ state: 'hidden' });
  assert.ok((await count('.rows > li')) <= 1000);
  bob.end();
});

test('after the server was restarted, the page is back by itself under its name in its room', async () => {
  own = await startServer();
  page = await openPage(browser, own, { hash: '#pizza' });
  await call(page, 'Ann');
  await own.stop();
  await shows(page, '.banner-text', /Next try in/);
  own = await startServer({ again: own });
  await shows(page, '.note', /You are back in pizza/);
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await shows(page, '.you-name', 'Ann');
  await say(page, '/quit');
  await shows(page, '.banner-text', 'You have left.');
  await page.locator('.banner-now').click();
  await shows(page, '.crowd', '1 person');
  assert.equal(await focused(), 'line');
  // Browsers complain of the refused attempts themselves.
  page.complaints = [];
});

// The page for everyone: without a mouse, with a screen reader, on a small screen, in the dark.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';

import { findsNothing, fits, listens } from '../looks.js';
import { Telnet, call, closeAll, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
const pages = [];

const folder = mkdtempSync(join(tmpdir(), 'chinwag-access-'));

before(async () => {
  server = await startServer({ flags: ['--data', folder] });
  browser = await startBrowser();
});
afterEach(() => closeAll(pages));
after(async () => {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options) {
  const page = await openPage(browser, server, options);
  pages.push(page);
  return page;
}

const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'two columns': { viewport: { width: 900, height: 700 }, colorScheme: 'light' },
  'narrow, light': { viewport: { width: 320, height: 640 }, colorScheme: 'light' },
  'narrow, dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
};

for (const [look, options] of Object.entries(looks)) {
  test(`axe finds nothing to object to: ${look}`, async () => {
    const page = await open({ ...options, hash: `#${look.replace(/\W+/g, '-')}` });
    const bob = await Telnet.connect(server, 'Bob');
    await bob.join(look.replace(/\W+/g, '-'));
    await call(page, 'Ann');
    bob.say('hello Ann, have you seen this?');
    bob.say('and that');
    await say(page, 'both!');
    await say(page, '/help');
    await say(page, '/nonsense');
    await shows(page, '.note.bad', /nonsense/);
    await findsNothing(page, 'talking');
    await page.locator('.line').fill('/');
    await page.locator('.options').waitFor();
    await page.locator('.line').press('Tab');
    await findsNothing(page, 'suggestions');
    await page.locator('.line').fill('');
    await page.locator('.top .topic').evaluate((button) => button.click());
    await findsNothing(page, 'a topic');
    bob.say('/msg Ann psst');
    bob.say('/topic '.concat('tea and cake '.repeat(20)));
    await shows(page, '.talks a', /Bob\s*@ 1 new/);
    await shows(page, '.topic', /tea and cake/);
    await say(page, '/msg Bob what?');
    await shows(page, 'h1', 'Bob');
    await findsNothing(page, 'alone');
    await fits(page, 'alone');
    await page.goBack();
    await shows(page, '.topic', /tea and cake/);
    await page.locator('.find').click();
    await findsNothing(page, 'the search');
    await page.locator('.search-words').fill('this');
    await page.locator('.search-words').press('Enter');
    await shows(page, '.hits .text', 'hello Ann, have you seen this?');
    await findsNothing(page, 'what was found');
    await fits(page, 'what was found');
    await page.locator('.hits button').click();
    await page.locator('.hit').waitFor();
    await findsNothing(page, 'a message that was found');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.locator('.you').click();
    await page.locator('.new-name').fill('?');
    await page.locator('.new-name').press('Enter');
    await findsNothing(page, 'another name');
    await page.locator('.new-name').press('Escape');
    await page.locator('.line').evaluate((line) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', Array.from({ length: 40 }, (_, number) => `/line ${number}`).join('\n'));
      line.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    });
    await shows(page, '.paste-title', 'Send 40 lines?');
    await findsNothing(page, 'paste');
    await fits(page, 'paste');
    await page.keyboard.press('Escape');
    if (options.viewport.width === 320) {
      await page.locator('.menu').click();
      await findsNothing(page, 'drawer');
      await page.locator('.close').click();
    }
    await fits(page, look);
    await say(page, '/quit');
    await page.locator('.banner').waitFor();
    await findsNothing(page, 'banner');
    bob.end();
  });
}

test('everything can be done with the keyboard alone', async () => {
  const page = await open({ hash: '#keys', viewport: { width: 1280, height: 800 } });
  const bob = await Telnet.connect(server, 'Bobby');
  await bob.join('keys');
  await shows(page, '.people', /Bobby/);
  const { keyboard } = page;
  const focused = () => page.evaluate(() => (document.activeElement.matches('a') ? document.activeElement.textContent : document.activeElement.classList[0]));
  const line = () => page.locator('.line').inputValue();
  assert.equal(await focused(), 'line', 'one can write at once');

  // Commands and names are completed; where nothing fits, Tab goes on.
  await keyboard.type('/na');
  await keyboard.press('Tab');
  assert.equal(await line(), '/name ');
  await keyboard.type('Ann');
  await keyboard.press('Enter');
  await shows(page, '.you-name', 'Ann');
  await keyboard.type('bo');
  await keyboard.press('Tab');
  assert.equal(await line(), 'Bobby: ');
  await keyboard.type('hi');
  await keyboard.press('Enter');
  await reads(page, 'Bobby: hi');
  await keyboard.type('/');
  for (const [key, taken] of [['ArrowDown', '/help'], ['ArrowDown', '/name '], ['ArrowUp', '/help'], ['Tab', '/name ']]) {
    await keyboard.press(key);
    assert.equal(await line(), taken, 'the arrows go through what is suggested, as Tab does');
  }
  await page.locator('.line').fill('');
  await keyboard.type('/');
  await keyboard.press('Shift+Tab');
  assert.equal(await line(), '/reply ', 'the last of those that are shown');
  await keyboard.press('Tab');
  assert.equal(await line(), '/help');
  await keyboard.press('Escape');
  await keyboard.press('Tab');
  assert.notEqual(await focused(), 'line', 'Tab leaves the line');
  await keyboard.press('Shift+Tab');

  // Lines that were sent come back with the arrow keys, and so does the one that was being typed.
  const recalled = [];
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
    await keyboard.press(key);
    recalled.push(await line());
  }
  assert.deepEqual(recalled, ['Bobby: hi', '/name Ann', '/name Ann', 'Bobby: hi', '/help', '/help']);
  await page.locator('.line').fill('');

  // The dialog opens and closes, and the focus comes back.
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  assert.equal(await focused(), 'you');
  await keyboard.press('Enter');
  assert.equal(await focused(), 'new-name');
  await keyboard.type('Anna');
  await keyboard.press('Enter');
  await shows(page, '.you-name', 'Anna');
  assert.equal(await focused(), 'you');

  // From the top of the page: past all the lists, or through them.
  for (let presses = 0; presses < 3 && (await focused()) !== 'skip'; presses += 1) await keyboard.press('Tab');
  assert.equal(await focused(), 'skip', 'after the last comes the first');
  await keyboard.press('Enter');
  assert.equal(await focused(), 'line');
  await page.locator('.skip').focus();
  await keyboard.press('Tab');
  assert.match(await focused(), /keys/);
  await keyboard.press('Tab');
  assert.match(await focused(), /main/);
  await keyboard.press('Enter');
  await shows(page, 'h1', 'main');
  assert.equal(await focused(), 'line', 'one can write there at once');
  await keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'log', 'the messages can be scrolled');
  bob.end();
});

test('in the drawer of a narrow screen the keyboard is kept, and comes back', async () => {
  const page = await open({ viewport: { width: 320, height: 640 } });
  const focused = () => page.evaluate(() => document.activeElement.classList[0]);
  await page.locator('.menu').focus();
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'close');
  const met = new Set();
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab');
    met.add(await focused());
  }
  assert.ok(met.has('make-room') && !met.has('line') && !met.has('menu'), [...met].join());
  await page.locator('.close').focus();
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'menu');
  await page.locator('.menu').click();
  await page.locator('.make-room').fill('drawer');
  await page.locator('.make-room').press('Enter');
  await shows(page, 'h1', 'drawer');
  await page.locator('.side').waitFor({ state: 'hidden' });
});

test('on a phone, who taps on Send goes on typing: the keyboard stays', async () => {
  const page = await open({ hash: '#phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page.locator('.line').tap();
  await page.locator('.line').pressSequentially('on the way');
  await page.locator('.send').tap();
  await reads(page, 'on the way');
  assert.equal(await page.evaluate(() => document.activeElement.classList[0]), 'line');
});

test('a small screen with large letters still has room for the messages and the line', async () => {
  // 1280 × 1024 pixels at 400 %, and a phone with the longest of names and texts.
  for (const [letter, viewport] of [['W', { width: 320, height: 256 }], ['M', { width: 320, height: 568 }]]) {
    const page = await open({ viewport, hash: '#a-room-of-20-letters' });
    await call(page, letter.repeat(20));
    await say(page, 'W'.repeat(400));
    await page.locator('.line').fill('many words '.repeat(30));
    await fits(page, JSON.stringify(viewport));
    const [log, line] = await page.evaluate(() => ['log', 'line'].map((name) => document.querySelector(`.${name}`).getBoundingClientRect().toJSON()));
    assert.ok(log.height >= 40, `the log has ${log.height} pixels`);
    assert.ok(line.bottom <= viewport.height, `the line ends at ${line.bottom}`);
  }
});

test('a screen reader reads what is said, and a flood as a sum', async () => {
  const page = await open({ hash: '#reading' });
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('reading');
  await listens(page);
  await call(page, 'Ann');
  await holds(page, () => window.read.includes('You are Ann now'));
  await say(page, 'what I write I need not be read');
  await say(page, '/help');
  await holds(page, () => window.read.some((text) => text.startsWith('Commands: /help prints this message, ')));
  bob.say('hello');
  await holds(page, () => window.read.includes('Bob: hello'));
  for (let number = 0; number < 50; number += 1) bob.say(number === 20 ? 'Ann, listen!' : `flood ${number}`);
  await holds(page, () => window.read.some((text) => /^\d+ new messages\.$/.test(text)) && window.read.includes('Bob: flood 49'));
  assert.ok(await page.evaluate(() => window.read.includes('Bob: Ann, listen!')), 'who says my name is read in a flood, too');
  assert.ok(await page.evaluate(() => window.read.length < 20), 'few of them are read');
  assert.equal(await page.evaluate(() => window.read.some((text) => text.includes('what I write'))), false);
  bob.end();
});

test('axe finds nothing to object to: more people and rooms than fit', async () => {
  const crowd = [];
  for (let number = 0; number < 40; number += 1) {
    const somebody = await Telnet.connect(server, `guest-no-${number}`);
    await somebody.join(number % 2 ? 'crowd' : `room-${number}`);
    crowd.push(somebody);
  }
  for (const look of ['light', 'narrow, dark']) {
    const options = looks[look];
    const page = await open({ ...options, hash: '#crowd' });
    await shows(page, '.people', /guest-no-39/);
    await shows(page, '.rooms', /room-38/);
    if (options.viewport.width === 320) await page.locator('.menu').click();
    await findsNothing(page, look);
  }
  for (const somebody of crowd) somebody.end();
});

// The line in which one writes, in any browser: its keys, its height, and that what was typed is not lost.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, closePage, frames, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
let page;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterEach(() => closePage(page));
after(async () => {
  await browser.close();
  await server.stop();
});

const open = async (room, options) => {
  page = await openPage(browser, server, { hash: `#${room}`, viewport: { width: 1000, height: 700 }, ...options });
};
const line = () => page.locator('.line').inputValue();
const focused = () => page.evaluate(() => document.activeElement.classList[0]);

/** All that was typed can be seen, and there is no empty row. */
const asHighAsItsText = () => holds(page, () => {
  const line = document.querySelector('.line');
  const before = line.style.height;
  line.style.height = 'auto';
  const wanted = line.scrollHeight;
  line.style.height = before;
  return line.clientHeight === wanted;
});

const letters = (percent) => page.evaluate((percent) => {
  document.documentElement.style.fontSize = `${percent}%`;
}, percent);

test('a key that an input method takes is not one for the page, whatever it is', async () => {
  await open('words');
  await say(page, 'said before');
  await reads(page, 'said before');
  await page.locator('.line').fill('/n');
  // In Safari the Enter that confirms a word comes when the word is already there. Only the number 229 tells it from one that sends.
  for (const taken of [{ isComposing: true }, { keyCode: 229 }]) {
    for (const key of ['Enter', 'Tab', 'Escape', 'ArrowUp', 'ArrowDown']) {
      const free = await page.evaluate(([key, taken]) => document.querySelector('.line').dispatchEvent(
        new KeyboardEvent('keydown', { key, code: key, bubbles: true, cancelable: true, ...taken }),
      ), [key, taken]);
      assert.ok(free, `${key} is left to the input method`);
      assert.equal(await line(), '/n', key);
      await page.locator('.options').waitFor();
    }
  }
  await page.locator('.line').press('Tab');
  assert.equal(await line(), '/name ');
});

test('Tab and Shift+Tab go to and fro between suggestions', async () => {
  await open('tab');
  const people = [];
  for (const name of ['Tess', 'Teddy', 'Terry']) people.push(await Telnet.connect(server, name));
  for (const somebody of people) await somebody.join('tab');
  await shows(page, '.people', /Terry/);
  await page.locator('.line').pressSequentially('te');
  const seen = [];
  for (const key of ['Tab', 'Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.locator('.line').press(key);
    seen.push(await line());
  }
  assert.equal(seen[2], seen[0]);
  assert.equal(new Set(seen).size, 3);
  assert.equal(await focused(), 'line');
  for (const somebody of people) somebody.end();
});

test('who sends with the button goes on typing in the line', async () => {
  await open('button');
  await page.locator('.line').pressSequentially('with the mouse');
  await page.locator('.send').click();
  await reads(page, 'with the mouse');
  assert.equal(await focused(), 'line');
  await page.keyboard.type('more');
  assert.equal(await line(), 'more');
});

test('what is written from right to left is typed so', async () => {
  await open('sides');
  const direction = () => page.evaluate(() => getComputedStyle(document.querySelector('.line')).direction);
  await page.locator('.line').fill('שלום עולם.');
  assert.equal(await direction(), 'rtl');
  await page.locator('.line').fill('hello');
  assert.equal(await direction(), 'ltr');
});

test('the line is as high as its text, when the window or the letters become larger or smaller, too', async () => {
  await open('height');
  await page.locator('.line').fill('some words of a draft '.repeat(6));
  await asHighAsItsText();
  for (const width of [500, 1000]) {
    await page.setViewportSize({ width, height: 700 });
    await asHighAsItsText();
  }
  for (const percent of [160, 100]) {
    await letters(percent);
    await asHighAsItsText();
  }
  await page.locator('.line').fill('');
  await letters(160);
  await asHighAsItsText();
});

test('why a line was not sent is said until it is changed, though the window becomes larger or smaller', async () => {
  await open('hint');
  await page.locator('.line').fill('x'.repeat(401));
  await page.locator('.line').press('Enter');
  await shows(page, '.hint', '1 character too long to be sent');
  await page.setViewportSize({ width: 500, height: 700 });
  await frames(page, 5);
  await shows(page, '.hint', '1 character too long to be sent');
  await page.locator('.line').press('Backspace');
  await shows(page, '.hint', '0 characters left');
});

test('in a line of several rows the arrow keys move the cursor first, whatever size the letters had before', async () => {
  await open('rows');
  await say(page, 'said before');
  await reads(page, 'said before');
  await letters(250);
  await asHighAsItsText();
  await page.locator('.line').fill('x');
  await page.locator('.line').fill('');
  await letters(100);
  const draft = 'some words of a draft '.repeat(6);
  await page.locator('.line').fill(draft);
  await page.locator('.line').press('ArrowUp');
  assert.equal(await line(), draft);
  await page.locator('.line').press('Home');
  await page.locator('.line').press('ArrowUp');
  assert.equal(await line(), 'said before');
});

test('who leaves the page and comes back has the draft, the name and the room, and no complaint', async () => {
  await open('back');
  await call(page, 'Ann');
  const draft = 'half a sentence, '.repeat(12);
  await page.locator('.line').fill(draft);
  await page.goto(`${server.url}icon.svg`);
  await page.goBack({ waitUntil: 'commit' }); // Of a page that was kept aside, no more is told.
  await shows(page, '.you-name', 'Ann');
  await shows(page, 'h1', 'back');
  await shows(page, '.crowd', '1 person');
  assert.equal(await line(), draft);
  await asHighAsItsText();
  assert.equal(await page.evaluate(() => document.querySelectorAll('.note.bad').length), 0);
  await page.locator('.line').press('Enter');
  await reads(page, draft.trim());
  // Chromium's: that it cuts the socket of a page that it keeps aside, and that there is no favicon.ico for the picture that was looked at.
  page.complaints = page.complaints.filter((complaint) => !/Page entered Back-Forward Cache|status of 404/.test(complaint));
  await page.locator('.line').fill('another one');
  await page.reload();
  await shows(page, '.you-name', 'Ann');
  assert.equal(await line(), 'another one');
  await page.locator('.line').fill('');
  await page.reload();
  await shows(page, '.you-name', 'Ann');
  assert.equal(await line(), '');
});

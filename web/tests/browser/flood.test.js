// Ten thousand messages: the page keeps up, keeps little, and does not move under the eyes of who reads back.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { DEADLINE, Telnet, frames, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

/** As in log.js. */
const ROWS_MAX = 1000;
const ROWS_MORE = 100;

let server;
let browser;
let page;
let bot;

before(async () => {
  server = await startServer({ flags: ['--flood-rate', '0'] });
  browser = await startBrowser();
  page = await openPage(browser, server, { hash: '#flood', viewport: { width: 1000, height: 700 } });
  bot = await Telnet.connect(server, 'Bot');
  await bot.join('flood');
});
after(async () => {
  bot.end();
  await browser.close();
  await server.stop();
});

/** As many messages as the server queues for one connection, so that it drops none, however slow the page is. */
const WAVE = 1000;

/** Says so many messages, numbered, as fast as the server takes them, in waves; `arrives` waits until the last of each is there. */
async function flood(first, number, arrives) {
  for (let said = 0; said < number; said += WAVE) {
    const wave = Math.min(WAVE, number - said);
    const texts = Array.from({ length: wave }, (_, at) => `message ${first + said + at}, which is about as long as messages are`);
    bot.say(texts.join('\n'));
    await arrives(said + wave, texts.at(-1));
  }
}

const isRead = (_, text) => holds(page, (text) => [...document.querySelectorAll('.text')].at(-1)?.textContent === text, text);
const isCounted = (number) => shows(page, '.latest-text', `${number.toLocaleString('en')} new messages`);

const lastText = () => page.locator('.text').last().textContent();
const distance = () => page.evaluate(() => {
  const log = document.querySelector('.log');
  return log.scrollHeight - log.scrollTop - log.clientHeight;
});

test('ten thousand messages are shown to the last one, and the latest stay', async () => {
  await flood(1, 10_000, isRead);
  await say(page, 'still there');
  await reads(page, 'still there');
  const rows = await page.locator('.rows > li').count();
  assert.ok(rows <= ROWS_MAX && rows > ROWS_MAX - ROWS_MORE, `${rows} rows`);
  assert.ok((await distance()) <= 1, 'the end is in view');
});

test('after that, a key is answered as fast as before', async () => {
  // The time from a key to the frame that shows it: the shortest of 20, since the others tell what else the machine has to do.
  const answer = () => page.evaluate(async () => {
    const line = document.querySelector('.line');
    const times = [];
    for (let key = 0; key < 20; key += 1) {
      const start = performance.now();
      line.value += 'x';
      line.dispatchEvent(new InputEvent('input'));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      times.push(performance.now() - start);
    }
    line.value = '';
    return Math.min(...times);
  });
  const full = await answer();
  await say(page, '/join empty');
  await shows(page, 'h1', 'empty');
  const empty = await answer();
  await page.goBack();
  await shows(page, 'h1', 'flood');
  assert.ok(full < 4 * empty + 50, `${full} ms with all the messages, ${empty} ms without`);
});

test('who reads back is not disturbed, is told how much is new, and gets to the end', async () => {
  await page.locator('.log').focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.locator('.latest').waitFor();
  const seen = () => page.evaluate(() => {
    const { left, top } = document.querySelector('.log').getBoundingClientRect();
    const row = document.elementFromPoint(left + 200, top + 200).closest('li');
    return [row.textContent, row.getBoundingClientRect().top];
  });
  let before = null;
  for (let now = await seen(); JSON.stringify(now) !== JSON.stringify(before); now = (await frames(page, 5), await seen())) before = now;
  await flood(20_001, 5000, isCounted);
  const [row, place] = await seen();
  // What is not seen is let go of. Browsers scroll by whole pixels.
  assert.equal(row, before[0]);
  assert.ok(Math.abs(place - before[1]) <= 1, `it moved from ${before[1]} to ${place}`);
  await page.locator('.latest').click();
  await reads(page, 'message 25000, which is about as long as messages are');
  await holds(page, () => document.querySelector('.latest').hidden);
  assert.ok((await page.locator('.rows > li').count()) <= ROWS_MAX);
});

test('who comes to the end of a busy room stays there, though there is more to draw', async () => {
  await page.locator('.log').focus();
  for (let pages = 0; pages < 3; pages += 1) await page.keyboard.press('PageUp');
  await page.locator('.latest').waitFor();
  await flood(25_001, 50, isCounted);
  // A key would take some frames to get there.
  await page.evaluate(() => {
    const log = document.querySelector('.log');
    log.dispatchEvent(new WheelEvent('wheel'));
    log.scrollTop = log.scrollHeight;
  });
  await reads(page, 'message 25050, which is about as long as messages are');
  await holds(page, () => document.querySelector('.latest').hidden);
});

test('who reads forward by scrolling comes upon all that is kept, in order, with the number of what is not', async () => {
  await say(page, '/join forward');
  await shows(page, 'h1', 'forward');
  await bot.join('forward');
  await flood(1, 100, isRead);
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop = 100;
  });
  await page.locator('.latest').waitFor();
  await flood(101, 2900, isCounted);
  const late = Date.now() + DEADLINE;
  while (!(await lastText()).startsWith('message 3000,') || (await distance()) > 1) {
    assert.ok(Date.now() < late, `got as far as ${await lastText()}`);
    await page.evaluate(() => {
      document.querySelector('.log').scrollTop += 400;
      return new Promise((done) => requestAnimationFrame(done));
    });
  }
  const rows = await page.locator('.rows > li').evaluateAll((items) => items.map((item) => item.textContent));
  const numbers = rows.map((row) => Number(row.match(/message (\d+),/)?.[1])).filter(Boolean);
  assert.deepEqual(numbers, Array.from({ length: numbers.length }, (_, at) => 3000 - numbers.length + 1 + at));
  await holds(page, () => document.querySelector('.latest').hidden);
});

test('the browser has nothing to complain of', () => {
  assert.deepEqual(page.complaints, []);
});

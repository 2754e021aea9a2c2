// What a server keeps: it is read back without end, and found again.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { Telnet, call, closePage, frames, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

/** As in log.js. */
const ROWS_MAX = 1000;

const folder = mkdtempSync(join(tmpdir(), 'chinwag-history-'));
const flags = ['--flood-rate', '0', '--data', folder];

let server;
let browser;
let bob;

before(async () => {
  server = await startServer({ flags });
  browser = await startBrowser();
  bob = await Telnet.connect(server, 'Bob');
});
after(async () => {
  bob.end();
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As many messages as the server queues for one connection. */
const WAVE = 500;

/** Lets Bob say so many messages in a room. */
async function fill(room, messages, text = (number) => `message ${number}`) {
  await bob.join(room);
  for (let said = 0; said < messages; said += WAVE) {
    const numbers = Array.from({ length: Math.min(WAVE, messages - said) }, (_, at) => said + at + 1);
    bob.say(numbers.map(text).join('\n'));
    await bob.hears(new RegExp(`${text(numbers.at(-1))}\r?\n`));
  }
}

const open = (room, options) => openPage(browser, server, { hash: `#${room}`, viewport: { width: 1000, height: 600 }, ...options });

/** Which messages are drawn, as runs of numbers that follow each other. */
const runs = (page) => page.evaluate(() => {
  const found = [];
  for (const { textContent } of document.querySelectorAll('.rows .text')) {
    const number = Number(textContent.split(' ')[1]);
    if (found.at(-1)?.[1] === number - 1) found.at(-1)[1] = number;
    else found.push([number, number]);
  }
  return found;
});

/** Scrolls to where what is missing comes in, until that is so, and what was seen stayed where it was; returns by how many pixels it did not. */
const scrollBack = (page) => page.evaluate(async () => {
  const log = document.querySelector('.log');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const first = () => document.querySelector('.rows .text')?.textContent;
  const [before, hole] = [first(), document.querySelector('.hole')];
  log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }));
  log.scrollTop = 200;
  await frame();
  // The first of all loses the name above it.
  const rows = [...document.querySelectorAll('.rows .said')].slice(1);
  const seen = rows.find((row) => row.getBoundingClientRect().top > log.getBoundingClientRect().top);
  const place = seen.getBoundingClientRect().bottom;
  while (first() === before && !/Nothing/.test(hole.textContent)) await frame();
  await frame();
  return Math.abs(seen.getBoundingClientRect().bottom - place);
});

test('who scrolls back comes to the first message, page by page, without a jump, and little is kept of it', async () => {
  await fill('long', 3000);
  const page = await open('long');
  await reads(page, 'message 3000');
  await frames(page, 3);
  await page.evaluate(() => {
    window.most = 0;
    new MutationObserver(() => {
      window.most = Math.max(window.most, document.querySelectorAll('.rows > li').length);
    }).observe(document.querySelector('.rows'), { childList: true });
  });
  for (let pages = 0; !(await runs(page)).some(([first]) => first === 1); pages += 1) {
    assert.ok(pages < 40, 'it comes to no end');
    const moved = await scrollBack(page);
    assert.ok(moved <= 1, `page ${pages} moved it by ${moved} pixels`);
  }
  await shows(page, '.hole', /Nothing earlier is kept/);
  assert.equal(await page.evaluate(() => document.querySelector('.hole') === document.querySelector('.rows').firstElementChild), true);
  const most = await page.evaluate(() => window.most);
  assert.ok(most <= 2 * ROWS_MAX + 10, `${most} rows`);
  const back = await runs(page);
  assert.deepEqual([back[0][0], back.at(-1)[1], back.length], [1, 3000, 2], 'what is between was let go of');
  // Forward again, over what was let go of.
  for (let pages = 0; (await runs(page)).length > 1; pages += 1) {
    assert.ok(pages < 40, 'it comes to no end');
    await page.evaluate(() => [...document.querySelectorAll('.hole')].at(-1).previousElementSibling.scrollIntoView({ block: 'end' }));
    await frames(page, 3);
  }
  assert.equal((await runs(page))[0][1], 3000);
  await page.locator('.latest').click();
  await holds(page, () => document.querySelectorAll('.rows .text').length <= 1101);
  assert.equal((await runs(page)).at(-1)[1], 3000);
  await closePage(page);
});

test('after the server was restarted, one reads back what was said before that, and what was missed is not lost in between', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chinwag-restart-'));
  const flags = ['--flood-rate', '0', '--data', folder];
  let own = await startServer({ flags });
  const talk = async (server, room, first, number) => {
    const somebody = await Telnet.connect(server);
    await somebody.join(room);
    somebody.say(Array.from({ length: number }, (_, at) => `message ${first + at}`).join('\n'));
    await somebody.hears(new RegExp(`message ${first + number - 1}\r?\n`));
    somebody.end();
  };
  await talk(own, 'again', 1, 250);
  const page = await openPage(browser, own, { hash: '#again', viewport: { width: 1000, height: 600 } });
  await reads(page, 'message 250');
  await own.stop();
  // What is said where the page does not come.
  const meanwhile = await startServer({ flags });
  await talk(meanwhile, 'again', 251, 300);
  await meanwhile.stop();
  own = await startServer({ again: own, flags });
  await shows(page, '.note', /You are back in again\. You missed 300 messages\./);
  await reads(page, 'message 550');
  for (let pages = 0; (await runs(page)).length > 1 || (await runs(page))[0][0] > 1; pages += 1) {
    assert.ok(pages < 20, `it comes to no end: ${JSON.stringify(await runs(page))}`);
    await page.evaluate(() => {
      document.querySelector('.log').dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }));
      [...document.querySelectorAll('.hole')].at(-1).nextElementSibling.scrollIntoView();
    });
    await frames(page, 5);
  }
  assert.deepEqual(await runs(page), [[1, 550]]);
  await page.context().close();
  await own.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a key opens the search; a hit leads to where it was said, from which one reads on in both directions, and back to now', async () => {
  await fill('found', 1500, (number) => `message ${number}${number === 700 ? ' in the Café' : ''}`);
  await fill('elsewhere', 3);
  const page = await open('found');
  await reads(page, 'message 1500');
  await call(page, 'Ann');
  await page.evaluate(() => {
    location.hash = 'elsewhere';
  });
  await shows(page, 'h1', 'elsewhere');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('cafe MESSAGE');
  await page.keyboard.press('Enter');
  await shows(page, '.search-status', /^The newest message with these words:$/);
  assert.deepEqual(await page.locator('.hits mark').allTextContents(), ['message', 'Café']);
  await shows(page, '.hits button', /^Bob# found(just now|\d+ min ago)message 700 in the Café$/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await shows(page, 'h1', 'found');
  await page.locator('.rows .hit').waitFor();
  assert.deepEqual(await page.locator('.rows .hit mark').allTextContents(), ['message', 'Café']);
  assert.equal(await page.evaluate(() => document.activeElement === document.querySelector('.rows .hit')), true, 'a screen reader reads it');
  const inView = () => page.evaluate(() => {
    const [log, hit] = ['.log', '.rows .hit'].map((name) => document.querySelector(name).getBoundingClientRect());
    return hit.top >= log.top && hit.bottom <= log.bottom;
  });
  assert.ok(await inView());
  await frames(page, 20);
  assert.ok(await inView(), 'it stays there when what is around it comes');
  const around = () => runs(page).then((all) => all.find(([first, last]) => first <= 700 && last >= 700));
  assert.ok((await around())[0] <= 650 && (await around())[1] >= 749, `${await around()}`);
  for (const [key, reached] of [['PageUp', ([first]) => first <= 550], ['PageDown', ([, last]) => last >= 900]]) {
    for (let presses = 0; !reached(await around()); presses += 1) {
      assert.ok(presses < 200, `${key} leads to ${await around()}`);
      await page.locator('.log').press(key);
      await frames(page, 2);
    }
  }
  await page.locator('.latest').click();
  await page.locator('.latest').waitFor({ state: 'hidden' });
  bob.say('/join found');
  bob.say('message 1501');
  await reads(page, 'message 1501');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  await page.locator('.search').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.className), 'line');
  await closePage(page);
});

test('a command looks for words, too; nothing is found without a word about it, and nothing is markup', async () => {
  const page = await open('words');
  await say(page, '<b>bold</b> & "quoted"');
  await reads(page, '<b>bold</b> & "quoted"');
  await say(page, '/search "<B>bold</b>"');
  await shows(page, '.hits .text', '<b>bold</b> & "quoted"');
  assert.equal(await page.locator('.hits b').count(), 1, 'the name');
  await say(page, '/search nobodysaidthis');
  await shows(page, '.search-status', /^Nothing was found/);
  assert.equal(await page.locator('.hits li').count(), 0);
  await closePage(page);
});

test('a server that keeps nothing says so', async () => {
  const own = await startServer();
  const page = await openPage(browser, own, { viewport: { width: 320, height: 640 } });
  await page.locator('.find').click();
  await page.locator('.search-words').fill('anything');
  await page.locator('.search-words').press('Enter');
  await shows(page, '.search-status', 'This server keeps no history that could be searched.');
  await own.stop();
  await shows(page, '.banner-text', /Next try in/);
  await page.locator('.search-words').press('Enter');
  await shows(page, '.search-status', 'There is no connection.');
  await page.locator('.search-close').click();
  await page.locator('.search').waitFor({ state: 'hidden' });
  await page.context().close();
});

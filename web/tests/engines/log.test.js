// The messages, in any browser: they stay where they are, and the page stays where it is.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, closePage, frames, openPage, reads, startBrowser, startServer } from '../world.js';

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

/** Opens a page, and lets Bob say so many messages in a row. */
async function open(room, messages, options) {
  page = await openPage(browser, server, { hash: `#${room}`, viewport: { width: 1000, height: 700 }, ...options });
  bob = await Telnet.connect(server, 'Bob');
  await bob.join(room);
  const texts = Array.from({ length: messages }, (_, at) => `message ${at + 1}, which is about as long as messages are, and a little longer than that`);
  bob.say(texts.join('\n'));
  await reads(page, texts.at(-1));
}

test('the page itself is as high as the window, however many messages there are, and nothing scrolls it', async () => {
  await open('height', 90);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
  // What a screen reader or a search does: to go to a name that is there only for them.
  const off = await page.evaluate(() => {
    const name = [...document.querySelectorAll('.again .unseen')].at(-5);
    name.scrollIntoView();
    const [hidden, row] = [name, name.closest('li')].map((found) => found.getBoundingClientRect());
    return [row.top - hidden.top, hidden.bottom - row.bottom];
  });
  assert.ok(Math.max(...off) <= 1, `the hidden name is ${off} pixels out of its row`);
  assert.deepEqual(await page.evaluate(() => [scrollX, scrollY, document.body.scrollTop]), [0, 0, 0]);
});

test('what is written from right to left stands on the right', async () => {
  await open('sides', 1);
  for (const text of ['שלום עולם', 'left to right']) {
    bob.say(text);
    await reads(page, text);
  }
  const gaps = await page.evaluate(() => [...document.querySelectorAll('.text')].slice(-2).map((text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const [letters, box] = [range, text].map((found) => found.getBoundingClientRect());
    return [letters.left - box.left, box.right - letters.right];
  }));
  const [[hebrewLeft, hebrewRight], [englishLeft, englishRight]] = gaps;
  assert.ok(hebrewLeft > 100 && Math.abs(hebrewRight) <= 1, `${gaps[0]} pixels left and right of it`);
  assert.ok(englishRight > 100 && Math.abs(englishLeft) <= 1, `${gaps[1]} pixels left and right of it`);
});

test('the end of the messages stays in view when the window or the letters become larger or smaller', async () => {
  await open('zoom', 90);
  for (const [width, height] of [[800, 560], [500, 350], [667, 700], [1250, 560]]) {
    await page.setViewportSize({ width, height });
    await atEnd(`${width} x ${height}`);
  }
  for (const percent of [125, 200, 110, 90, 100]) {
    await page.evaluate((percent) => {
      document.documentElement.style.fontSize = `${percent}%`;
    }, percent);
    await atEnd(`letters of ${percent} %`);
  }
});

test('a new size that moves the messages by a pixel is not taken for somebody who scrolls', async () => {
  await open('grid', 90);
  // As some browsers do when they zoom: what was seen is put on another grid of pixels, and the box hears of its size only later.
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop -= 1;
    document.documentElement.style.fontSize = '125%';
  });
  await atEnd('another size');
});

test('the end of the messages stays in view while a draft of several rows grows', async () => {
  await open('draft', 90);
  await page.setViewportSize({ width: 500, height: 700 });
  await page.locator('.line').fill('many words '.repeat(15));
  await atEnd('several rows');
  for (const letter of 'abc') {
    await page.locator('.line').press(letter);
    await atEnd(`one more letter, ${letter}`);
  }
  await page.locator('.line').fill('');
  await atEnd('an empty line');
});

test('who scrolls up by a pixel is left there', async () => {
  await open('pixel', 90);
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop -= 40;
  });
  await page.locator('.latest').waitFor();
  await page.locator('.latest').click();
  await page.locator('.latest').waitFor({ state: 'hidden' });
  await page.evaluate(() => {
    document.querySelector('.log').scrollTop -= 2;
  });
  await page.locator('.latest').waitFor();
});

/** What is said next is seen. */
async function atEnd(when) {
  bob.say(`seen at ${when}?`);
  await reads(page, `seen at ${when}?`);
  await frames(page, 3);
  const [below, button] = await page.evaluate(() => {
    const log = document.querySelector('.log');
    return [log.scrollHeight - log.scrollTop - log.clientHeight, document.querySelector('.latest').hidden];
  });
  assert.ok(below <= 1 && button, `${when}: ${below} pixels above the end`);
}

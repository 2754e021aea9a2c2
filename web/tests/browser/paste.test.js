// Several lines are pasted: they are several messages, if that is meant, and text.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, closePage, holds, openPage, reads, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
let page;
let bob;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
afterEach(async () => {
  bob.end();
  await closePage(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** Opens a page for Ann, and lets Bob listen. */
async function open(room, options) {
  page = await openPage(browser, server, { hash: `#${room}`, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  await call(page, 'Ann');
  bob = await Telnet.connect(server, `Bob-${room}`);
  await bob.join(room);
}

async function paste(text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.locator('.line').focus();
  await page.keyboard.press('Control+v');
}

const focused = () => page.evaluate(() => document.activeElement.classList[0]);

test('several pasted lines are sent as several messages when one says so, and none is a command', async () => {
  await open('paste');
  await page.locator('.line').fill('my draft');
  const lines = ['first', '// a comment', '/etc/hosts', '\u200b/quit', '/join elsewhere', '  indented'];
  await paste(`${lines.join('\n')}\n\n`);
  await page.locator('.paste').waitFor();
  await shows(page, '.paste-title', 'Send 6 lines?');
  await shows(page, '.paste-notes', 'All of it is text: no line is a command.');
  assert.equal(await page.locator('.paste-lines li').count(), 6);
  assert.equal(await focused(), 'paste-send');
  await page.keyboard.press('Enter');
  for (const line of ['first', '// a comment', '/etc/hosts', '/quit', '/join elsewhere', '  indented']) {
    await bob.hears(new RegExp(`Ann: ${line}\\n`));
    await holds(page, (line) => [...document.querySelectorAll('.text')].some((text) => text.textContent === line), line);
  }
  assert.equal(await page.locator('.line').inputValue(), 'my draft');
  assert.equal(await focused(), 'line');
  await shows(page, 'h1', 'paste');
});

test('Escape sends nothing of a paste, and keeps the draft', async () => {
  await open('escape');
  await page.locator('.line').fill('my draft');
  await paste('one\ntwo');
  await shows(page, '.paste-title', 'Send 2 lines?');
  await page.keyboard.press('Escape');
  await page.locator('.paste').waitFor({ state: 'hidden' });
  assert.deepEqual([await page.locator('.line').inputValue(), await focused()], ['my draft', 'line']);
  await page.keyboard.press('Enter');
  await bob.hears(/Ann: my draft\n/);
});

test('pasted lines can be made one line, and what is pasted as one goes into the line', async () => {
  await open('joined');
  await page.locator('.line').fill('see: ');
  await paste('one\r\n\r\ntwo\tthree\n');
  await page.locator('.paste-join').click();
  assert.equal(await page.locator('.line').inputValue(), 'see: one two three');
  await paste('\n, four\n');
  assert.equal(await page.locator('.line').inputValue(), 'see: one two three, four');
  assert.equal(await page.locator('.paste').isVisible(), false);
  await page.keyboard.press('Control+z');
  assert.equal(await page.locator('.line').inputValue(), 'see: one two three');
});

test('a line that is too long for a message is cut into several, and the question says so', async () => {
  await open('long', { viewport: { width: 320, height: 640 } });
  await paste(`short\n${'many words '.repeat(60)}\nend`);
  await shows(page, '.paste-title', 'Send 3 lines as 4 messages?');
  await shows(page, '.paste-notes', '1 line has more than 400 characters, and is cut into several messages.');
  await page.locator('.paste-send').click();
  await bob.hears(/Ann: short\nAnn: (?:many words ?)+\nAnn: (?:many words ?)+\nAnn: end\n/);
});

test('of more lines than go at once, it is shown how many are still on the way, until all are there', async () => {
  await open('flood');
  const counted = await page.evaluateHandle(() => {
    const seen = new Set();
    new MutationObserver(() => seen.add(document.querySelector('.waiting').textContent))
      .observe(document.querySelector('.waiting'), { childList: true });
    return seen;
  });
  await paste(Array.from({ length: 160 }, (_, number) => `line ${number}`).join('\n'));
  await shows(page, '.paste-title', 'Send 160 lines?');
  await shows(page, '.paste-more', 'and 60 more');
  await page.keyboard.press('Enter');
  await shows(page, '.waiting', /^\d+ lines? on the way …$/);
  await bob.hears(/Ann: line 159\n/);
  await reads(page, 'line 159');
  await shows(page, '.waiting', '');
  assert.ok((await counted.evaluate((seen) => seen.size)) > 2, 'it counts down');
  assert.equal(await page.locator('.note.bad').count(), 0);
});

test('without a connection a paste is not sent, and is not lost', async () => {
  await open('offline');
  await page.locator('.line').fill('/quit');
  await page.locator('.line').press('Enter');
  await shows(page, '.banner-text', 'You have left.');
  await paste('one\ntwo');
  await page.keyboard.press('Enter');
  await shows(page, '.paste-error', 'Not sent: there is no connection.');
  await page.locator('.paste-join').click();
  assert.equal(await page.locator('.line').inputValue(), 'one two');
});

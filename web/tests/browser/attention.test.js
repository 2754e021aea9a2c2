// The page calls for somebody who looks elsewhere.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, holds, openPage, reads, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
let page;
let bob;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterEach(async () => {
  bob.end();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** Opens a page for Ann, and lets Bob talk to her; `permission` is what she answers when the browser asks her. */
async function open(room, permission = 'granted') {
  page = await openPage(browser, server, { hash: `#${room}` });
  await page.evaluate((permission) => {
    window.notified = [];
    window.asked = 0;
    window.Notification = class {
      static permission = 'default';

      static async requestPermission() {
        window.asked += 1;
        return permission;
      }

      constructor(title, { body }) {
        window.notified.push(`${title}: ${body}`);
      }
    };
  }, permission);
  await call(page, 'Ann');
  bob = await Telnet.connect(server, 'Bob');
  await bob.join(room);
}

/** As if another tab were looked at, or this one again. */
function look(elsewhere) {
  return page.evaluate((elsewhere) => {
    Object.defineProperty(document, 'hidden', { value: elsewhere, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, elsewhere);
}

test('unread messages are counted in the title', async () => {
  await open('title');
  bob.say('seen');
  await reads(page, 'seen');
  assert.equal(await page.title(), 'title · chinwag');
  await look(true);
  bob.say('one');
  bob.say('two');
  await holds(page, () => document.title === '(2) title · chinwag');
  await look(false);
  assert.equal(await page.title(), 'title · chinwag');
});

test('who says my name is highlighted, and I am not notified unless I want to be', async () => {
  await open('quiet');
  await look(true);
  bob.say('hi ann, and Anna');
  await shows(page, '.call mark', 'ann');
  assert.equal(await page.locator('mark').count(), 1);
  assert.deepEqual(await page.evaluate(() => [window.asked, window.notified]), [0, []]);
});

test('who wants to be notified is asked, and is notified of the own name when looking elsewhere', async () => {
  await open('loud');
  await page.locator('.notify').click();
  await page.locator('.notify[aria-pressed=true]').waitFor();
  bob.say('Ann, are you looking?');
  await reads(page, 'Ann, are you looking?');
  await look(true);
  bob.say('nothing for you');
  bob.say('Ann, come back!');
  await holds(page, () => window.notified.length > 0);
  assert.deepEqual(await page.evaluate(() => [window.asked, window.notified]), [1, ['Bob in loud: Ann, come back!']]);
  await look(false);
  await page.locator('.notify').click();
  await page.locator('.notify[aria-pressed=false]').waitFor();
});

test('who does not allow notifications is told where they can be allowed', async () => {
  await open('blocked', 'denied');
  await page.locator('.notify').click();
  await shows(page, '.note.bad', /Notifications are blocked for this page/);
  assert.equal(await page.locator('.notify').getAttribute('aria-pressed'), 'false');
});

test('who closes the question whether there may be notifications is told that it can be asked again', async () => {
  await open('closed', 'default');
  await page.locator('.notify').click();
  await shows(page, '.note', /You can press the button again/);
  assert.equal(await page.locator('.note', { hasText: 'blocked' }).count(), 0);
  assert.equal(await page.locator('.notify').getAttribute('aria-pressed'), 'false');
});

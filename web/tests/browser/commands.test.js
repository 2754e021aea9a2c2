// What is not said to all: what one does, what is for one alone, what a room is about, and whom one does not hear.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, closePage, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

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
  await closePage(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

async function open(room, options) {
  page = await openPage(browser, server, { hash: `#${room}`, ...options });
  await call(page, 'Ann');
  bob = await Telnet.connect(server, 'Bob');
  await bob.join(room);
}

const focused = () => page.evaluate(() => document.activeElement.classList[0]);

test('what somebody does is told as of a third person', async () => {
  await open('acts');
  await say(page, '/me waves');
  await bob.hears(/\* Ann waves\n/);
  await reads(page, '* Ann waves');
  bob.say('/me hugs Ann');
  await reads(page, '* Bob hugs Ann');
  await shows(page, '.act.call mark', 'Ann');
  await say(page, '/me');
  await shows(page, '.note.bad', /Type it with all that it takes: \/me \{action\}\./);
  await shows(page, '.waiting', '');
});

test('what is for one alone stands in a place of its own, and is notified of', async () => {
  await open('alone');
  await say(page, '/msg bob psst');
  await bob.hears(/Ann \(to you\): psst\n/);
  await shows(page, 'h1', 'Bob');
  await shows(page, '.crowd', 'only the two of you read this');
  await shows(page, '.told', /Ann.*psst$/);
  bob.say('/reply what is it?');
  await shows(page, '.told', /Bob.*what is it\?$/);
  await say(page, '<b>nothing</b>');
  await bob.hears(/Ann \(to you\): <b>nothing<\/b>\n/);
  await reads(page, '<b>nothing</b>');
  await say(page, '/me waves');
  await shows(page, '.hint', /\/me is for rooms/);
  await page.locator('.line').fill('');
  await page.goBack();
  await shows(page, 'h1', 'alone');
  assert.equal(await page.locator('.told').count(), 0);
  await say(page, '/msg Nobody-there hi');
  await shows(page, '.note.bad', /Nobody is called Nobody-there\./);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true });
    window.Notification = class {
      static permission = 'granted';

      static requestPermission = async () => 'granted';

      constructor(title, { body }) {
        window.notified = `${title}: ${body}`;
      }
    };
  });
  await page.locator('.notify').click();
  await page.locator('.notify[aria-pressed=true]').waitFor();
  bob.say('/reply still there?');
  await holds(page, () => window.notified === 'Bob to you alone: still there?' && document.title.startsWith('(1) '));
  await shows(page, '.talks .called', /Bob\s*@ 1 new/);
});

test('a name is suggested where a command takes one', async () => {
  await open('names');
  await shows(page, '.people', /Bob/);
  await page.locator('.line').pressSequentially('/ig');
  await page.locator('.line').press('Tab');
  assert.equal(await page.locator('.line').inputValue(), '/ignore ');
  await page.locator('.options div', { hasText: 'Bob' }).click();
  await page.locator('.line').press('Enter');
  await shows(page, '.note', /You hear no more of Bob/);
  bob.say('who hears me?');
  await bob.hears(/who hears me\?\n/);
  await say(page, '/ignore');
  await shows(page, '.note', /You ignore Bob\./);
  await say(page, '/unignore Bob');
  await shows(page, '.note', /You hear Bob again\./);
  bob.say('and now?');
  await reads(page, 'and now?');
  assert.equal(await page.locator('.text', { hasText: 'who hears me?' }).count(), 0);
  await say(page, '/ignore Ann');
  await shows(page, '.note.bad', /Nobody can ignore themselves/);
});

test('the topic stands in the head, and is changed there', async () => {
  await open('topics');
  await shows(page, '.topic', 'Set a topic');
  await page.locator('.topic').click();
  assert.equal(await focused(), 'new-topic');
  await page.keyboard.type('tea & <cake>');
  await page.keyboard.press('Enter');
  await bob.hears(/Ann set the topic: tea & <cake>\n/);
  await shows(page, '.topic', 'tea & <cake>');
  await shows(page, '.note', /You set the topic: tea & <cake>/);
  assert.equal(await focused(), 'topic');
  bob.say('/topic only tea');
  await shows(page, '.topic', 'only tea');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.new-topic').inputValue(), 'only tea');
  await page.keyboard.type('something else');
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'topic');
  await shows(page, '.topic', 'only tea');
  await page.reload();
  await shows(page, '.topic', 'only tea');
  await say(page, '/topic');
  await shows(page, '.note', /The topic of topics: only tea/);
  await say(page, `/topic ${'ü'.repeat(300)}`);
  await shows(page, '.note.bad', /Not set: a topic has at most/);
  await page.locator('.topic').click();
  await page.locator('.new-topic').fill('');
  await page.locator('.new-topic').press('Enter');
  await bob.hears(/Ann set the topic: none\n/);
  await shows(page, '.topic', 'Set a topic');
  await say(page, '/join no-topic');
  await shows(page, 'h1', 'no-topic');
  await shows(page, '.waiting', '');
});

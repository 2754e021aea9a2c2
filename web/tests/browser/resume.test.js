// A connection is lost, and one goes on as who one was.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { Relay } from '../relay.js';
import { Telnet, call, openPage, say, shows, startBrowser, startServer } from '../world.js';

let browser;
let server;

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer()]);
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** Waits until a page is here again, while its time passes. */
async function comesBack(page) {
  await page.clock.runFor(5000);
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await shows(page, '.crowd', /p(?:erson|eople)/);
}

test('who was cut off is at once again who they were, although the server has noticed nothing, and nobody else is told', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#ghost', clock: true });
  const bob = await Telnet.connect(server, 'Bob-ghost');
  await bob.join('ghost');
  await call(page, 'Gwen');
  await bob.hears(/is now Gwen\n/);
  relay.freeze();
  await page.clock.runFor(30_000);
  await shows(page, '.note.bad', /The connection was lost\./);
  bob.say('is Gwen there?');
  await bob.hears(/is Gwen there\?\n/);
  relay.forget();
  await comesBack(page);
  await shows(page, '.you-name', 'Gwen');
  await shows(page, '.note', /You are back in ghost\. You missed 1 message\./);
  await say(page, 'here again');
  const [heard] = await bob.hears(/^[^]*Gwen: here again\n/);
  assert.equal(heard, 'Gwen: here again\n');
  assert.equal(await page.locator('.note.bad', { hasText: 'taken' }).count(), 0);
  await page.context().close();
  bob.end();
});

test('a reload goes on as the ghost of the page before', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#reload' });
  await call(page, 'Rita');
  relay.freeze();
  // The page before goes without a word that comes through.
  relay.forget();
  await page.reload();
  await shows(page, '.you-name', 'Rita');
  await shows(page, 'h1', 'reload');
  assert.equal(await page.locator('.note.bad').count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes('token'))), []);
  await page.context().close();
});

test('whom one ignores one does not hear after a reload, nor what they said meanwhile', async () => {
  const page = await openPage(browser, server, { hash: '#ignoring' });
  await call(page, 'Iris');
  const [bob, zoe] = [await Telnet.connect(server, 'Bob-ignored'), await Telnet.connect(server, 'Zoe-heard')];
  for (const somebody of [bob, zoe]) await somebody.join('ignoring');
  await say(page, '/ignore Bob-ignored');
  await shows(page, '.note', /You hear no more of Bob-ignored/);
  bob.say('one');
  await bob.hears(/one\n/);
  await page.reload();
  await shows(page, '.you-name', 'Iris');
  bob.say('two');
  await bob.hears(/two\n/);
  zoe.say('three');
  await shows(page, '.text', 'three');
  assert.deepEqual(await page.locator('.text').allTextContents(), ['three']);
  assert.equal(await page.locator('.note', { hasText: 'Bob-ignored' }).count(), 0, 'that is no news');
  await say(page, '/unignore Bob-ignored');
  await shows(page, '.note', /You hear Bob-ignored again/);
  await page.reload();
  await shows(page, '.you-name', 'Iris');
  bob.say('four');
  await shows(page, '.text', 'four');
  await page.context().close();
  bob.end();
  zoe.end();
});

test('a tab that is duplicated takes over nobody: both are there', async () => {
  const page = await openPage(browser, server, { hash: '#twice' });
  await call(page, 'Tabby');
  const [twin] = await Promise.all([page.context().waitForEvent('page'), page.evaluate(() => window.open(location.href))]);
  await twin.locator('.rows .intro').waitFor();
  await shows(twin, '.note.bad', /The name Tabby is taken/);
  await shows(page, '.crowd', '2 people');
  assert.equal(await page.locator('.banner').isVisible(), false);
  await page.context().close();
});

test('whose person goes on elsewhere is told so, does not come back by itself, and can', async () => {
  const page = await openPage(browser, server, { hash: '#moved', clock: true });
  await call(page, 'Mona');
  await say(page, '/resume');
  await shows(page, '.note', /You can come back with \/resume \w+\./);
  const token = (await page.locator('.note', { hasText: '/resume' }).textContent()).match(/\/resume (\w+)\./)[1];
  const elsewhere = await Telnet.connect(server);
  elsewhere.say(`/resume ${token}`);
  await elsewhere.hears(/You are Mona\nYou joined moved\n/);
  await shows(page, '.banner-text', 'You go on in another tab or window.');
  await shows(page, '.note.bad', /You go on in another tab or window\./);
  await page.clock.runFor(120_000);
  await shows(page, '.banner-text', 'You go on in another tab or window.');
  await page.locator('.banner-now').filter({ hasText: 'Go on here' }).click();
  await shows(page, '.note.bad', /The name Mona is taken\. You are \w+ now, and Mona when it is free\./);
  elsewhere.end();
  await shows(page, '.you-name', 'Mona');
  await page.context().close();
});

test('who was cut off is in all their rooms again, and is told what was missed in each', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#attic', clock: true });
  await call(page, 'Gala');
  await page.locator('.make-room').fill('cellar');
  await page.locator('.make-room').press('Enter');
  await shows(page, 'h1', 'cellar');
  const bob = await Telnet.connect(server, 'Bob-attic');
  await bob.join('attic');
  relay.freeze();
  await page.clock.runFor(30_000);
  await shows(page, '.note.bad', /The connection was lost\./);
  bob.say('one');
  bob.say('two');
  await bob.hears(/two\n/);
  relay.forget();
  await comesBack(page);
  await shows(page, 'h1', 'cellar');
  await shows(page, '.rooms a', /attic\s*2 new/);
  await page.locator('.rooms a[href$="#attic"]').click();
  await shows(page, '.note', /You are back in attic\. You missed 2 messages\./);
  await shows(page, '.text', 'two');
  await say(page, 'here again');
  const [heard] = await bob.hears(/^[^]*Gala: here again\n/);
  assert.equal(heard, 'Gala: here again\n');
  await page.context().close();
  bob.end();
});

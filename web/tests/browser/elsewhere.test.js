// A page whose server is gone goes on at another, and comes back: by what each has given, and by nothing of the other.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { chinwag, holds, openPage, reads, say, startBrowser, startServer } from '../world.js';

const folder = mkdtempSync(join(tmpdir(), 'chinwag-elsewhere-'));
const flags = (name, ...pages) => ['--data', join(folder, name), ...pages.flatMap(({ url }) => ['--cluster-page', new URL(url).origin])];

let browser;

before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a pass is shown to the server that has given it, and is kept when another does not know it', async () => {
  let first = await startServer({ flags: flags('first') });
  // Each has to know of the other.
  const second = await startServer({ flags: flags('second', first) });
  await first.stop();
  first = await startServer({ again: first, flags: flags('first', second) });
  chinwag(['account', 'add', 'Ann', '--data', join(folder, 'first')], 'sesame, please\n');
  const page = await openPage(browser, first);
  const shown = [];
  const originOf = (socket) => new URL(socket.url().replace('ws', 'http')).origin;
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => shown.push([originOf(socket), `${payload}`])));
  const comesTo = ({ url }) => page.waitForEvent('websocket', (socket) => originOf(socket) === new URL(url).origin);
  await say(page, '/login Ann');
  await page.locator('.account-password').fill('sesame, please');
  await page.locator('.account-password').press('Enter');
  await holds(page, () => localStorage.getItem('chinwag.pass'));
  const pass = await page.evaluate(() => localStorage.getItem('chinwag.pass'));
  // The other does not know the account, and is told nothing of it.
  const gone = comesTo(second);
  await first.stop();
  await gone;
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await say(page, 'here I am');
  await reads(page, 'here I am');
  assert.equal(await page.evaluate(() => localStorage.getItem('chinwag.pass')), pass);
  first = await startServer({ again: first, flags: flags('first', second) });
  const back = comesTo(first);
  await second.stop();
  const socket = await back;
  if (!shown.some(([origin, payload]) => origin === originOf(socket) && payload === pass)) {
    await socket.waitForEvent('framesent', ({ payload }) => payload === pass);
  }
  await page.locator('.banner').waitFor({ state: 'hidden' });
  assert.deepEqual([...new Set(shown.filter(([, payload]) => payload.includes(pass)).map(([origin]) => origin))], [originOf(socket)]);
  await page.context().close();
  await first.stop();
});

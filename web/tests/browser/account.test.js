// How one comes in where not everybody may: the password, an invitation, an account, and what those are told who have to stay out. Each
// dialog is looked at by axe, on a wide screen and a narrow one.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';

import { LOOKS, looksGood } from '../looks.js';
import { chinwag, closeAll, holds, openPage, say, shows, startBrowser, startServer } from '../world.js';

const folder = mkdtempSync(join(tmpdir(), 'chinwag-account-'));
const data = join(folder, 'data');

let server;
let browser;
const pages = [];

before(async () => {
  mkdirSync(data);
  writeFileSync(join(folder, 'password'), 'correct horse\n', { mode: 0o600 });
  server = await startServer({ flags: ['--data', data, '--password-file', join(folder, 'password')] });
  browser = await startBrowser();
  account(['add', 'Root', '--operator'], 'sesame, please\n');
});
afterEach(() => closeAll(pages));
after(async () => {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Looks after accounts. */
const account = (words, input) => chinwag(['account', ...words, '--data', data], input);

/** Returns the address that lets so many people in. */
function invitation(uses = 1) {
  const link = chinwag(['invite', '--data', data, '--uses', `${uses}`, '--url', server.url]);
  return new URL(link.trim()).hash;
}

/** Opens the page; `path` is what comes behind the address of the server. */
async function open({ path = '', ...options } = {}) {
  const page = await openPage(browser, server, { hash: path, waits: false, ...options });
  pages.push(page);
  return page;
}

const arrived = (page) => page.locator('.rows .intro').waitFor();

/** Comes in by the password. */
async function come(options) {
  const page = await open(options);
  await give(page, 'correct horse');
  await arrived(page);
  return page;
}

async function give(page, secret, name = '') {
  await page.locator('.door').waitFor();
  await page.locator('.door-name').fill(name);
  await page.locator('.secret').fill(secret);
  await page.locator('.secret').press('Enter');
}

/** Nothing of these is anywhere on the page, but in what the browser keeps for it. */
async function showsNothingOf(page, secrets) {
  const text = await page.evaluate(() => `${document.body.innerText} ${location.href} ${JSON.stringify(sessionStorage)}`);
  for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is shown`);
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`a password is asked for, a wrong one is told, and the right one lets in: ${look}`, async () => {
    const page = await open(options);
    await page.locator('.door').waitFor();
    await looksGood(page, `password, ${look}`);
    await give(page, 'wrong horse');
    await shows(page, '.door-error', 'Wrong password');
    assert.equal(await page.locator('.secret').getAttribute('aria-invalid'), 'true');
    await looksGood(page, `wrong password, ${look}`);
    await give(page, 'correct horse');
    await arrived(page);
    await page.locator('.door').waitFor({ state: 'hidden' });
    await showsNothingOf(page, ['correct horse', 'wrong horse']);
  });

  test(`who was invited makes an account, logs out, and logs in: ${look}`, async () => {
    const name = `Ann-${look}`;
    const page = await open({ ...options, path: invitation() });
    await arrived(page);
    await shows(page, '.account-text', 'Make an account');
    await page.locator('.account-open').click();
    await looksGood(page, `make an account, ${look}`);
    await page.locator('.account-name').fill('Root');
    await page.locator('.account-password').fill('short');
    await page.locator('.account-password').press('Enter');
    await shows(page, '.account-error', 'A password has at least 8 characters.');
    await page.locator('.account-password').fill('long enough');
    await page.locator('.account-done').click();
    await shows(page, '.account-error', 'This name is taken.');
    await looksGood(page, `a name that is taken, ${look}`);
    await page.locator('.account-name').fill(name);
    await page.locator('.account-name').press('Enter');
    await shows(page, '.account-text', `Logged in as ${name}`);
    await page.locator('.account').waitFor({ state: 'hidden' });
    await shows(page, '.you-name', name);
    await looksGood(page, `logged in, ${look}`);
    await showsNothingOf(page, ['long enough']);
    assert.match(account(['list']), new RegExp(`^${name}: member, by invitation \\d+$`, 'm'));

    // A page that is opened anew is let in, by the pass.
    await page.reload();
    await arrived(page);
    await shows(page, '.account-text', `Logged in as ${name}`);
    await shows(page, '.you-name', name);

    await page.locator('.account-open').click();
    await shows(page, '.account-title', 'Your account');
    await looksGood(page, `logged in as, ${look}`);
    await page.locator('.account-done').click();
    await shows(page, '.banner-now', 'Come back');
    assert.deepEqual(await page.evaluate(() => ['pass', 'account'].map((one) => localStorage.getItem(`chinwag.${one}`))), [null, null]);
    await page.locator('.banner-now').click();
    await give(page, 'wrong one', name);
    await shows(page, '.door-error', 'Wrong password');
    await give(page, 'long enough', name);
    await page.locator('.door').waitFor({ state: 'hidden' });
    await shows(page, '.account-text', `Logged in as ${name}`);
    await showsNothingOf(page, ['long enough', 'wrong one']);
    account(['logout', name]);
    // That counts within a second; until then one is let in. Each page is another person.
    let other;
    do {
      await other?.close();
      other = await page.context().newPage();
      await other.goto(server.url);
      await other.locator('.rows .intro, .door[open]').first().waitFor();
    } while (!(await other.locator('.door').isVisible()));
    await shows(other, '.door-error', 'You have been logged out: log in again.');
  });
}

test('who is here logs in by /login, and nothing of it is said', async () => {
  const page = await come();
  await say(page, '/login Root');
  await page.locator('.account').waitFor();
  assert.equal(await page.locator('.account-name').inputValue(), 'Root');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'account-password');
  await page.keyboard.type('guess');
  await page.keyboard.press('Enter');
  await shows(page, '.account-error', 'Wrong password.');
  await page.keyboard.type('sesame, please');
  await page.keyboard.press('Enter');
  await shows(page, '.account-text', 'Logged in as Root');
  await shows(page, '.you-name', 'Root');
  await showsNothingOf(page, ['sesame', 'guess']);
  await say(page, '/logout');
  await shows(page, '.banner-now', 'Come back');
});

test('an invitation that is used up is told, and the password still lets in', async () => {
  const path = invitation();
  await arrived(await open({ path }));
  const page = await open({ path });
  await shows(page, '.door-error', 'This invitation is used up');
  assert.equal(await page.evaluate(() => location.hash), '');
  await give(page, 'correct horse');
  await arrived(page);
  await holds(page, () => document.querySelector('.account-text').textContent === 'Log in');
});

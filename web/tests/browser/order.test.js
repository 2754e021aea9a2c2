// What the page shows where order is kept: who is put out, banned or muted, a room that is locked, what is announced, and the commands for
// it. axe looks at each, on a wide screen and a narrow one.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';

import { LOOKS, listens, looksGood } from '../looks.js';
import { Telnet, call, chinwag, closeAll, holds, openPage, say, shows, startBrowser, startServer } from '../world.js';

const folder = mkdtempSync(join(tmpdir(), 'chinwag-order-'));
const data = join(folder, 'data');

let server;
let browser;
const pages = [];

before(async () => {
  server = await startServer({ flags: ['--data', data] });
  chinwag(['account', 'add', 'Root', '--operator', '--data', data], 'sesame, please\n');
  browser = await startBrowser();
});
afterEach(() => closeAll(pages));
after(async () => {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a room, whose operator Bob is, and a page that comes there. */
async function meet(look, name) {
  const room = `${name}-${look}`;
  const bob = await Telnet.connect(server, `Bob-${name}-${look}`.slice(0, 20));
  await bob.join(room);
  const page = await openPage(browser, server, { ...LOOKS[look], hash: `#${room}` });
  pages.push(page);
  await call(page, `Ann-${name}-${look}`.slice(0, 20));
  await bob.hears(/is now Ann/);
  return { bob, page, room, ann: `Ann-${name}-${look}`.slice(0, 20) };
}

test('who has an account comes without it while the server can not look at what they have', async () => {
  const page = await openPage(browser, server, {
    hash: '#busy',
    before: () => {
      localStorage.setItem('chinwag.pass', 'something');
      localStorage.setItem('chinwag.account', 'Ann');
      const Real = WebSocket;
      // Only where one logs in.
      window.WebSocket = function connect(address) {
        if (!String(address).endsWith('?login')) return new Real(address);
        const text = 'Too many wrong passwords, try again in a minute';
        const ask = () => setTimeout(() => socket.onmessage({ data: JSON.stringify({ kind: 'password', text, accounts: true, open: true }) }));
        const socket = { send: ask, close() {} };
        ask();
        return socket;
      };
    },
  });
  pages.push(page);
  await shows(page, 'h1', 'busy');
  assert.equal(await page.locator('.door').isVisible(), false);
  await shows(page, '.account-text', 'Log in');
});

for (const look of Object.keys(LOOKS)) {
  test(`who is muted is told so, and again when they write: ${look}`, async () => {
    const { bob, page, ann } = await meet(look, 'mute');
    bob.say(`/mute ${ann} 10m`);
    await shows(page, '.note', /was muted by Bob/);
    await say(page, 'hello?');
    await shows(page, '.note.bad', /muted/);
    await looksGood(page, `muted, ${look}`);
    bob.say(`/unmute ${ann}`);
    await shows(page, '.note', /was unmuted by Bob/);
    await say(page, 'hello!');
    await shows(page, '.rows .text', 'hello!');
    bob.end();
  });

  test(`who is put out and banned is told why, and finds the door closed: ${look}`, async () => {
    const { bob, page, room, ann } = await meet(look, 'out');
    bob.say(`/kick ${ann} flooding`);
    await shows(page, '.note.bad', /flooding/);
    await looksGood(page, `kicked, ${look}`);
    await say(page, `/join ${room}`);
    await bob.hears(/joined/);
    bob.say(`/ban ${ann} 1h again`);
    await shows(page, '.note.bad', /again/);
    await looksGood(page, `banned, ${look}`);
    await say(page, `/join ${room}`);
    await shows(page, '.note.bad', /banned/);
    bob.end();
  });

  test(`a locked room lets in who is invited or has its key: ${look}`, async () => {
    const { bob, page, ann } = await meet(look, 'lock');
    const inner = `inner-${look}`;
    await bob.join(inner);
    bob.say('/lock');
    await bob.hears(/lock/i);
    await say(page, `/join ${inner}`);
    await shows(page, '.note.bad', /invit/);
    await looksGood(page, `locked, ${look}`);
    bob.say(`/invite ${ann}`);
    await shows(page, '.note', /invit.*inner/);
    await looksGood(page, `invited, ${look}`);
    await say(page, `/join ${inner}`);
    await shows(page, 'h1', inner);
    const keyed = `keyed-${look}`;
    await bob.join(keyed);
    bob.say('/key sesame');
    await bob.hears(/key/);
    await say(page, `/join ${keyed}`);
    await shows(page, '.note.bad', /key/);
    await say(page, `/join ${keyed} sesame`);
    await shows(page, 'h1', keyed);
    bob.end();
  });

  test(`the commands of who keeps order are shown: ${look}`, async () => {
    const { bob, page } = await meet(look, 'help');
    await say(page, '/moderation');
    await shows(page, '.help dt', /\/kick/);
    await looksGood(page, `moderation, ${look}`);
    await say(page, '/kick');
    await shows(page, '.note.bad', /\/kick \{name\}/);
    bob.end();
  });

  test(`what is announced is read in every room, and is told to a screen reader: ${look}`, async () => {
    const { bob, page } = await meet(look, 'tell');
    await bob.join('elsewhere');
    bob.say('/oper Root');
    await bob.hears(/Password:/);
    bob.say('sesame, please');
    await bob.hears(/operator of this server/);
    await listens(page);
    bob.say('/announce The server restarts at noon.');
    await shows(page, '.note', /The server restarts at noon\./);
    await holds(page, () => window.read.some((text) => text.includes('The server restarts at noon.')));
    await looksGood(page, `announced, ${look}`);
    bob.end();
  });
}

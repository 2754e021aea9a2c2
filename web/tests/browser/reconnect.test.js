// The connection is lost and comes back, without anyone doing anything.

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';

import { Telnet, call, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let browser;

before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

/**
 * That the server is gone is the only thing that the browser may complain of: of the socket, and of the icon, which it may be asking for
 * when the server is ended, or ask for again.
 */
function onlyTheServer(page) {
  const gone = /^WebSocket connection to |net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE)/;
  assert.deepEqual(page.complaints.filter((complaint) => !gone.test(complaint)), []);
}

test('after the server was restarted, everyone is back under their names in their rooms', async () => {
  let server = await startServer();
  const page = await openPage(browser, server, { hash: '#pizza' });
  await call(page, 'Ann');
  await say(page, 'before');
  await reads(page, 'before');
  await page.locator('.line').fill('half a sen');
  await server.stop();
  await shows(page, '.banner-text', /Next try in \d+ seconds?\./);
  await page.locator('.line').press('Enter');
  await shows(page, '.hint', /Not sent: there is no connection/);
  server = await startServer({ again: server });
  await shows(page, '.note', /You are back in pizza. You may have missed messages/);
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await shows(page, '.hint', /^(?!Not sent)/);
  const bob = await Telnet.connect(server);
  await bob.join('pizza');
  bob.say('/users');
  await bob.hears(/Users - .*\bAnn\b/);
  assert.equal(await page.locator('.line').inputValue(), 'half a sen');
  await page.locator('.line').press('Enter');
  await bob.hears(/Ann: half a sen\n/);
  await reads(page, 'before');
  await shows(page, '.people', /Ann/);
  bob.end();
  onlyTheServer(page);
  await page.context().close();
  await server.stop();
});

test('one can try now, instead of waiting', async () => {
  let server = await startServer();
  const page = await openPage(browser, server);
  // So that the next attempt would come too late for this test.
  await page.evaluate(() => {
    Math.random = () => 100;
  });
  await server.kill();
  await shows(page, '.note.bad', /The connection was lost\./);
  await shows(page, '.banner-text', /Next try in 5\d seconds\./);
  server = await startServer({ again: server });
  await page.locator('.banner-now').click();
  await page.locator('.banner').waitFor({ state: 'hidden' });
  onlyTheServer(page);
  await page.context().close();
  await server.stop();
});

test('who was away is told how many messages were missed, and that the name is taken now', async () => {
  const server = await startServer();
  // The page is kept from the server, while the server goes on.
  const page = await openPage(browser, server, {
    hash: '#pizza',
    before: () => {
      const Real = WebSocket;
      window.sockets = [];
      window.WebSocket = class extends Real {
        constructor(address) {
          super(window.away ? 'ws://127.0.0.1:1/' : address);
          window.sockets.push(this);
        }
      };
    },
  });
  page.removeAllListeners('websocket');
  await call(page, 'Ann');
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('pizza');
  bob.say('one');
  await reads(page, 'one');
  await page.evaluate(() => {
    window.away = true;
    window.sockets.at(-1).close();
  });
  await bob.hears(/Ann left\n/);
  for (const number of ['two', 'three', 'four']) bob.say(number);
  bob.say('/name Ann');
  await bob.hears(/is now Ann\n/);
  await shows(page, '.banner-text', /Next try/);
  await page.evaluate(() => {
    window.away = false;
  });
  await shows(page, '.note', /You are back in pizza. You missed 3 messages./);
  await shows(page, '.note.bad', /The name Ann is taken. You are \w+ now, and Ann when it is free\./);
  bob.say('five');
  await reads(page, 'five');
  assert.deepEqual(await page.locator('.text').allTextContents(), ['one', 'two', 'three', 'four', 'five'], 'what was missed stands in its place');
  bob.say('/name Bob');
  await shows(page, '.you-name', 'Ann');
  onlyTheServer(page);
  await page.context().close();
  bob.end();
  await server.stop();
});

test('a room that was asked for without a connection is joined when there is one', async () => {
  let server = await startServer();
  const page = await openPage(browser, server, { hash: '#early' });
  await server.stop();
  await page.evaluate(() => {
    location.hash = 'late';
  });
  await shows(page, '.banner-text', /Next try/);
  server = await startServer({ again: server });
  await holds(page, () => document.querySelector('h1').textContent === 'late' && location.hash === '#late');
  onlyTheServer(page);
  await page.context().close();
  await server.stop();
});

test('after the server was restarted, one is in all rooms again, and looks at the same one', async () => {
  let server = await startServer();
  const page = await openPage(browser, server, { hash: '#first' });
  await call(page, 'Ann');
  await page.locator('.make-room').fill('second');
  await page.locator('.make-room').press('Enter');
  await shows(page, 'h1', 'second');
  await server.stop();
  await shows(page, '.banner-text', /Next try/);
  server = await startServer({ again: server });
  await shows(page, '.note', /You are back in second/);
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('first');
  bob.say('/users');
  await bob.hears(/Users - .*\bAnn\b/);
  bob.say('Ann?');
  await shows(page, '.rooms a.called', /first\s*@ 1 new/);
  bob.end();
  onlyTheServer(page);
  await page.context().close();
  await server.stop();
});

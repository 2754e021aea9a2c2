// The page comes by https, and speaks wss by itself.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { Telnet, call, closePage, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let browser;
let data;

before(async () => {
  browser = await startBrowser();
  data = await mkdtemp(join(tmpdir(), 'chinwag-web-tls-'));
});
after(async () => {
  await browser.close();
  await rm(data, { recursive: true });
});

/** Opens the page for somebody who has let the browser accept the certificate that the server has made itself. */
const open = (server, hash) => openPage(browser, server, { hash, ignoreHTTPSErrors: true, before: noteSockets });

/** Has the page note where its sockets go. */
function noteSockets() {
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words);
      window.sockets.push(this.url);
    }
  };
}

const byHttps = (server) => ({ ...server, url: server.url.replace('http:', 'https:') });

test('who comes by https talks with those who come without, and is back after the server was restarted', async () => {
  const flags = ['--data', data];
  let server = await startServer({ flags });
  const page = await open(byHttps(server), '#pizza');
  await call(page, 'Ann');
  let bob = await Telnet.connect(server, 'Bob');
  await bob.join('pizza');
  await say(page, 'hello');
  await bob.hears(/Ann: hello\n/);
  bob.say('hello, Ann');
  await reads(page, 'hello, Ann');
  bob.end();
  await server.stop();
  await shows(page, '.banner-text', /Next try in \d+ seconds?\./);
  server = await startServer({ again: server, flags });
  await shows(page, '.note', /You are back in pizza\./);
  bob = await Telnet.connect(server, 'Bob');
  await bob.join('pizza');
  await say(page, 'here');
  await bob.hears(/Ann: here\n/);
  bob.end();
  const sockets = await page.evaluate(() => window.sockets);
  assert.ok(sockets.length > 1 && sockets.every((url) => url === `wss://${new URL(server.url).host}/socket`), sockets.join());
  await page.context().close();
  await server.stop();
});

test('where nothing goes without TLS, who comes by http is sent on to https, and talks there', async () => {
  const server = await startServer({ flags: ['--data', data, '--tls-only'] });
  assert.match(server.url, /^https:/);
  const ann = await open(server, '#pizza');
  await call(ann, 'Ann');
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(server.url.replace('https:', 'http:'));
  await page.locator('.rows .intro').waitFor();
  assert.equal(page.url().replace(/#.*/, ''), server.url);
  await say(page, '/join pizza');
  await shows(page, 'h1', 'pizza');
  await say(page, 'hello');
  await reads(ann, 'hello');
  await context.close();
  await closePage(ann);
  await server.stop();
});

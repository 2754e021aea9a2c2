// The path to the server freezes, or is refused: the page notices, says so, and loses no line without a word.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import test, { after, before } from 'node:test';

import { Relay } from '../relay.js';
import { Telnet, call, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let browser;
let server;

before(async () => {
  [browser, server] = await Promise.all([startBrowser(), startServer()]);
});
after(async () => {
  await browser.close();
  await server.stop();
});

test('a path that is dead although TCP acknowledges is noticed within half a minute', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#quiet', clock: true });
  await call(page, 'Quinn');
  relay.freeze();
  await page.clock.runFor(30_000);
  await shows(page, '.note.bad', /The connection was lost\./);
  await shows(page, '.banner-text', /There is no connection to the server/);
  await page.context().close();
});

test('lines that did not come back are shown as not sent, and can be sent again', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#frozen', clock: true });
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('frozen');
  await call(page, 'Ann');
  await say(page, 'heard');
  await reads(page, 'heard');
  relay.freeze();
  await say(page, 'is this heard?');
  await say(page, '//and this');
  await page.clock.runFor(2000);
  await shows(page, '.waiting', '2 lines on the way …');
  await page.clock.runFor(14_000);
  await shows(page, '.unsent', /These 2 lines were perhaps not sent:.*is this heard\?\s*\/and this/);
  await shows(page, '.waiting', '');
  // What was on its way is gone for good, and nobody comes back yet.
  relay.cut();
  await page.locator('.unsent button').click();
  await shows(page, '.hint', /Not sent: there is no connection/);
  relay.thaw();
  await page.clock.runFor(40_000);
  await page.locator('.banner').waitFor({ state: 'hidden' });
  await shows(page, '.crowd', /people/);
  await page.locator('.unsent button').press('Enter');
  await bob.hears(/Ann: is this heard\?\n/);
  await bob.hears(/Ann: \/and this\n/);
  await reads(page, 'is this heard?');
  await shows(page, '.unsent', /Sent again\.$/);
  assert.equal(await page.locator('.unsent button').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.classList[0]), 'line');
  await page.context().close();
  bob.end();
});

test('a path that is only slow loses nothing', async () => {
  const relay = await Relay.start(server);
  const page = await openPage(browser, relay, { hash: '#slow', clock: true });
  relay.freeze();
  await say(page, 'slowly');
  await page.clock.runFor(10_000);
  await shows(page, '.waiting', '1 line on the way …');
  relay.thaw();
  await reads(page, 'slowly');
  await shows(page, '.waiting', '');
  assert.equal(await page.locator('.unsent, .note.bad').count(), 0);
  await page.context().close();
});

test('where the page loads and the chat is refused, the page says so, and goes on trying', async () => {
  // A proxy that hands on requests, but nothing that asks for another protocol.
  const proxy = createServer(async (request, response) => {
    const { status, headers, body } = await fetch(new URL(request.url, server.url));
    response.writeHead(status, { 'Content-Type': headers.get('content-type') });
    response.end(Buffer.from(await new Response(body).arrayBuffer()));
  });
  let refused = 0;
  proxy.on('upgrade', (request, socket) => {
    refused += 1;
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  });
  proxy.listen(0, '127.0.0.1').unref();
  await once(proxy, 'listening');
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  await page.goto(url);
  await shows(page, '.banner-text', /There is no connection to the server\. Next try/);
  await page.clock.runFor(2000);
  await shows(page, '.banner-text', new RegExp(`The page loads from ${url}, but the chat connection is refused\\. Please ask whoever runs this server`));
  await page.clock.runFor(200);
  await shows(page, '.announcer', /the chat connection is refused/);
  const before = refused;
  await page.locator('.banner-now').click();
  await shows(page, '.banner-text', /the chat connection is refused.*Next try/);
  assert.equal(refused, before + 1);
  await page.context().close();
  proxy.close();
});

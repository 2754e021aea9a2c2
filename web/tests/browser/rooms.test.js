// Somebody is in several rooms at once, and talks to people alone beside them.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Relay } from '../relay.js';
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

/** Opens the page in a room, and enters another one besides, where Bob is. */
async function openTwo(first, second, { relay, ...options } = {}) {
  bob = await Telnet.connect(server, 'Bob');
  await bob.join(second);
  page = await openPage(browser, relay ?? server, { hash: `#${first}`, ...options });
  await call(page, 'Ann');
  await page.locator(`.rooms a[href$="#${second}"]`).click();
  await bob.hears(/Ann joined\n/);
  await inRoom(second);
}

const inRoom = (name) => holds(page, (name) => document.querySelector('h1').textContent === name && location.hash === `#${name}`, name);
const go = (name) => page.locator(`.rooms a[href$="#${name}"]`).click();
const focused = () => page.evaluate(() => document.activeElement.classList[0]);

test('who goes to another room stays in the first, and sees there what is unread, and whether it is for them', async () => {
  await openTwo('kitchen', 'garden');
  const cid = await Telnet.connect(server, 'Cid');
  await cid.join('kitchen');
  await say(page, 'in the garden');
  await bob.hears(/Ann: in the garden\n/);
  cid.say('who cooks?');
  await shows(page, '.rooms a', /kitchen\s*1 new/);
  cid.say('Ann, do you?');
  await shows(page, '.rooms a.called', /kitchen\s*@ 2 new/);
  assert.equal(await page.locator('.text', { hasText: 'who cooks?' }).count(), 0);
  await shows(page, '.people', /Ann\s*you.*Bob/);
  await go('kitchen');
  await inRoom('kitchen');
  await reads(page, 'Ann, do you?');
  await shows(page, '.people', /Ann\s*you.*Cid/);
  await shows(page, '.rooms a', /^kitchen\s*2$/);
  assert.equal(await focused(), 'line');
  await say(page, 'I do');
  await cid.hears(/Ann: I do\n/);
  await page.goBack();
  await inRoom('garden');
  await reads(page, 'in the garden');
  assert.equal(await page.locator('.note').count(), 0, 'nobody has been away');
  cid.end();
});

test('a room is left by its button, and the last one has none', async () => {
  await openTwo('left', 'right');
  await page.locator('.rooms li', { hasText: 'right' }).locator('.leave').click();
  await bob.hears(/Ann left\n/);
  await inRoom('left');
  assert.equal(await focused(), 'line');
  await holds(page, () => [...document.querySelectorAll('.rooms .leave')].every(({ hidden }) => hidden));
  await go('right');
  await shows(page, '.note', /You are back in right/);
});

test('what was typed in a place waits there', async () => {
  await openTwo('here', 'there');
  await page.locator('.line').fill('half a sen');
  await go('here');
  await inRoom('here');
  assert.equal(await page.locator('.line').inputValue(), '');
  await page.locator('.line').fill('another');
  await page.goBack();
  await inRoom('there');
  assert.equal(await page.locator('.line').inputValue(), 'half a sen');
});

test('what is typed while a line leads to another place goes along', async () => {
  const relay = await Relay.start(server);
  await openTwo('near', 'far', { relay });
  relay.freeze();
  await say(page, '/join further');
  await page.locator('.line').fill('I am comi');
  relay.thaw();
  await inRoom('further');
  assert.equal(await page.locator('.line').inputValue(), 'I am comi');
  await page.locator('.line').fill('');
  relay.freeze();
  await say(page, '/msg Bob hello');
  await page.locator('.line').fill('how are y');
  relay.thaw();
  await shows(page, 'h1', 'Bob');
  assert.equal(await page.locator('.line').inputValue(), 'how are y');
});

test('what was typed for one person alone is not in the line of a room after a reload', async () => {
  await openTwo('hall', 'porch');
  await page.locator('.people a', { hasText: 'Bob' }).click();
  await shows(page, 'h1', 'Bob');
  await page.locator('.line').fill('between us');
  await page.reload();
  await holds(page, () => document.querySelector('h1').textContent === 'Bob' && location.hash === '#@Bob');
  assert.equal(await page.locator('.line').inputValue(), 'between us');
  await go('porch');
  await inRoom('porch');
  assert.equal(await page.locator('.line').inputValue(), '');
});

test('who follows a notification gets to where it is from', async () => {
  await openTwo('desk', 'sofa');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true });
    window.Notification = class {
      static permission = 'granted';

      static requestPermission = async () => 'granted';

      constructor() {
        window.notified = this;
      }

      close() {}
    };
  });
  await page.locator('.notify').click();
  await page.locator('.notify[aria-pressed=true]').waitFor();
  await go('desk');
  await inRoom('desk');
  bob.say('Ann, come here!');
  await holds(page, () => window.notified);
  await page.evaluate(() => window.notified.onclick());
  await inRoom('sofa');
  await reads(page, 'Ann, come here!');
});

test('a reload enters all rooms again', async () => {
  await openTwo('one', 'two');
  await page.reload();
  await inRoom('two');
  await shows(page, '.you-name', 'Ann');
  await bob.hears(/Ann joined\n/);
  await holds(page, () => document.querySelectorAll('.rooms .leave:not([hidden])').length === 2);
  await go('one');
  await inRoom('one');
});

test('whoever is clicked is written to alone, and has an address', async () => {
  await openTwo('cafe', 'bar');
  await page.locator('.people a', { hasText: 'Bob' }).click();
  await holds(page, () => document.querySelector('h1').textContent === 'Bob' && location.hash === '#@Bob');
  assert.equal(await focused(), 'line');
  assert.equal(await page.locator('.about').isVisible(), false);
  await say(page, 'just you');
  await bob.hears(/Ann \(to you\): just you\n/);
  await reads(page, 'just you');
  bob.say('/name Rob');
  await shows(page, 'h1', 'Rob');
  await reads(page, 'just you');
  await go('bar');
  await inRoom('bar');
  bob.say('/msg Ann and you');
  await shows(page, '.talks a.called', /Rob\s*@ 1 new/);
  await page.locator('.talks a').click();
  await reads(page, 'and you');
  await page.locator('.talks .leave').click();
  await inRoom('bar');
  assert.equal(await page.locator('.talks li').count(), 0);
  assert.equal(await page.locator('.talks-title').isVisible(), false);
});

test('a reload keeps conversations, what was said in them and what is unread', async () => {
  await openTwo('nook', 'attic');
  bob.say('/msg Ann before the reload');
  await shows(page, '.talks a.called', /Bob\s*@ 1 new/);
  await page.reload();
  await inRoom('attic');
  await shows(page, '.talks a.called', /Bob\s*@ 1 new/);
  bob.say('/msg Ann and after it');
  await shows(page, '.talks a.called', /Bob\s*@ 2 new/);
  await page.locator('.talks a').click();
  await reads(page, 'before the reload');
  await reads(page, 'and after it');
  assert.equal(await page.evaluate(() => sessionStorage.getItem('chinwag.talks')), null, 'a tab that is duplicated has none of them');
});

test('on a narrow screen the button of the lists says how much is unread', async () => {
  bob = await Telnet.connect(server, 'Bob');
  page = await openPage(browser, server, { hash: '#narrow', viewport: { width: 320, height: 640 } });
  await call(page, 'Ann');
  bob.say('/msg Ann hello');
  await shows(page, '.menu-unread', '1');
  assert.equal(await page.locator('.menu').getAttribute('aria-label'), 'Rooms and people, 1 unread');
  await page.locator('.menu').click();
  await page.locator('.talks a').click();
  await page.locator('.side').waitFor({ state: 'hidden' });
  await reads(page, 'hello');
  await shows(page, '.menu-unread', '');
});

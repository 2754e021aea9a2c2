// People on pages and on telnet talk: one room, whatever the listener.

import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, closeAll, holds, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

let server;
let browser;
const pages = [];

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterEach(() => closeAll(pages));
after(async () => {
  await browser.close();
  await server.stop();
});

async function open(options) {
  const page = await openPage(browser, server, options);
  pages.push(page);
  return page;
}

test('two pages and a telnet talk', async () => {
  const [ann, bob] = await Promise.all([open(), open()]);
  const cid = await Telnet.connect(server, 'Cid');
  await call(ann, 'Ann');
  await call(bob, 'Bob');
  await say(ann, 'hello from a page');
  await cid.hears(/Ann: hello from a page\n/);
  cid.say('hello from telnet, ünïcödé 👋');
  await say(bob, '//shrug');
  for (const page of [ann, bob]) {
    await reads(page, 'hello from a page');
    await reads(page, 'hello from telnet, ünïcödé 👋');
    await reads(page, '/shrug');
    await shows(page, '.people', /Ann.*Bob.*Cid/);
  }
  assert.equal(await ann.locator('.said .name').first().textContent(), 'Ann');
  assert.match(await ann.locator('.said time').first().textContent(), /^\d\d:\d\d$/);
  cid.end();
  await shows(ann, '.presence', /Cid left/);
  await shows(ann, '.people', /^(?!.*Cid)/);
});

test('a name is changed with a command', async () => {
  const page = await open();
  const dan = await Telnet.connect(server, 'Dan');
  await call(page, 'Eve');
  await dan.hears(/is now Eve\n/);
  await shows(page, '.people', /Eve\s*you/);
  await say(page, '/name dan');
  await shows(page, '.note.bad', /The name dan is taken/);
  await say(page, '/name x');
  await shows(page, '.note.bad', /A name has 2 to 20/);
  dan.end();
});

test('a name is changed with a dialog, which says why not', async () => {
  const page = await open();
  const dan = await Telnet.connect(server, 'Dan');
  await page.locator('.you').click();
  await page.locator('.new-name').fill('no spaces');
  await page.locator('.rename .chief').click();
  await shows(page, '.name-error', /A name has 2 to 20/);
  await page.locator('.new-name').fill('Dan');
  await page.locator('.new-name').press('Enter');
  await shows(page, '.name-error', /The name Dan is taken/);
  assert.equal(await page.locator('.note').count(), 0, 'it is said in the dialog, not in the log as well');
  await page.locator('.new-name').fill('Fay');
  await page.locator('.new-name').press('Enter');
  await shows(page, '.you-name', 'Fay');
  await page.locator('.rename').waitFor({ state: 'hidden' });
  await page.locator('.you').click();
  await page.locator('.new-name').press('Escape');
  await page.locator('.rename').waitFor({ state: 'hidden' });
  dan.end();
});

test('the name one has chosen is there again when the page is loaded again', async () => {
  const page = await open();
  await call(page, 'Gus');
  await page.reload();
  await shows(page, '.you-name', 'Gus');
});

test('rooms are joined by a click, by the address, by typing, and the address follows', async () => {
  const page = await open({ hash: '#books' });
  const room = (name) => holds(page, (name) => document.querySelector('h1').textContent === name && location.hash === `#${name}`, name);
  await room('books');
  const hal = await Telnet.connect(server, 'Hal');
  await hal.join('films');
  await page.reload();
  await page.locator('.rooms a', { hasText: 'films' }).click();
  await room('films');
  await hal.hears(/ joined\n/);
  await page.evaluate(() => {
    location.hash = 'garden';
  });
  await room('garden');
  await say(page, '/JOIN #FILMS');
  await room('films');
  await page.locator('.make-room').fill('#new-one');
  await page.locator('.make-room').press('Enter');
  await room('new-one');
  await page.goBack();
  await room('films');
  await page.goBack();
  await room('garden');
  await page.evaluate(() => {
    location.hash = 'no%20room';
  });
  await shows(page, '.note.bad', /The name of a room has/);
  await room('garden');
  await page.locator('.make-room').fill('no room');
  await page.locator('.make-room').press('Enter');
  await shows(page, '.make-error', /The name of a room has/);
  hal.end();
});

test('who goes to another room gets there although something is said just then', async () => {
  const page = await open({
    hash: '#cellar',
    before: () => {
      const Real = WebSocket;
      window.WebSocket = class extends Real {
        constructor(address) {
          super(address);
          window.socket = this;
        }
      };
    },
  });
  await page.evaluate(() => {
    // Between the change of the address and the event that tells of it.
    location.hash = 'attic';
    window.socket.onmessage({ data: '{"kind":"unrecognized","word":"/hm"}' });
  });
  await shows(page, 'h1', 'attic');
  assert.equal(new URL(page.url()).hash, '#attic');
  await page.goBack();
  await shows(page, 'h1', 'cellar');
});

test('a click on a room counts although the list changes under it', async () => {
  const page = await open({ hash: '#lounge' });
  const [ida, joe] = [await Telnet.connect(server, 'Ida'), await Telnet.connect(server, 'Joe')];
  const lists = async (room) => {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('.rooms a', { hasText: room }).waitFor();
  };
  await ida.join('attic');
  await lists('attic');
  await page.locator('.rooms a', { hasText: 'attic' }).hover();
  await page.mouse.down();
  await joe.join('zoo');
  await lists('zoo');
  await page.mouse.up();
  await shows(page, 'h1', 'attic');
  ida.end();
  joe.end();
});

test('what was shown in a room is there when one comes back to it, with the number of messages missed', async () => {
  const page = await open({ hash: '#shed' });
  const ida = await Telnet.connect(server, 'Ida');
  await ida.join('shed');
  ida.say('before');
  await reads(page, 'before');
  await say(page, '/join attic');
  await shows(page, 'h1', 'attic');
  assert.equal(await page.locator('.text').count(), 0);
  ida.say('one');
  ida.say('two');
  await ida.hears(/two\n/);
  await page.locator('.rooms a', { hasText: 'shed' }).click();
  await reads(page, 'before');
  await shows(page, '.note', /You are back in shed. You missed 2 messages./);
  ida.end();
});

test('rooms and people are listed with their numbers', async () => {
  const page = await open({ hash: '#lists' });
  const [joe, kim] = [await Telnet.connect(server, 'Joe'), await Telnet.connect(server, 'Kim')];
  await joe.join('lists');
  await kim.join('lists');
  await shows(page, '.crowd', '3 people');
  await shows(page, '.rooms li', /lists\s*3/);
  await kim.join('elsewhere');
  await shows(page, '.crowd', '2 people');
  await shows(page, '.people-count', '2');
  await joe.join('elsewhere');
  await page.locator('.alone').waitFor();
  await say(page, '/users');
  await shows(page, '.note', /In lists: \w+\./);
  await say(page, '/rooms');
  await shows(page, '.note', /The rooms: .*elsewhere \(2\)/);
  await say(page, '/help');
  await shows(page, '.help dt', '/join {room}');
  await say(page, '/nonsense');
  await shows(page, '.note.bad', /There is no command \/nonsense/);
  joe.end();
  kim.end();
});

test('markup in a text is text, and in a name it is refused', async () => {
  const page = await open({ hash: '#attack' });
  const mallory = await Telnet.connect(server, 'Mallory');
  await mallory.join('attack');
  const attacks = [
    '<img src=x onerror="window.hit=1">', '<script>window.hit=1</script>', '"><svg/onload=window.hit=1>', '</p><iframe srcdoc="<b>">',
    '{{constructor.constructor("window.hit=1")()}}', 'javascript:window.hit=1', '&lt;b&gt; &amp; <b>bold</b>',
  ];
  for (const attack of attacks) {
    mallory.say(attack);
    await reads(page, attack);
    await say(page, attack);
    mallory.say(`/name ${attack}`);
    mallory.say(`/join ${attack}`);
  }
  await say(page, '/name <b>Ann</b>');
  await shows(page, '.note.bad', /A name has 2 to 20/);
  for (const attack of attacks) {
    await holds(page, (attack) => [...document.querySelectorAll('.text')].filter((text) => text.textContent === attack).length === 2, attack);
  }
  const other = await open({ hash: '#<img src=x onerror=window.hit=1>' });
  await shows(other, 'h1', 'main');
  for (const one of [page, other]) assert.equal(await one.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator('.rows :is(img, script, svg, iframe, b:not(.intro b))').count(), 0);
  mallory.end();
});

test('what is suggested can be taken with the mouse, and the line keeps the focus', async () => {
  const page = await open({ hash: '#mouse' });
  const bob = await Telnet.connect(server, 'Bobby');
  await bob.join('mouse');
  await shows(page, '.people', /Bobby/);
  await page.locator('.line').pressSequentially('/jo');
  await page.locator('.options div', { hasText: '/join' }).click();
  assert.equal(await page.locator('.line').inputValue(), '/join ');
  await page.locator('.options div', { hasText: 'main' }).waitFor();
  await page.locator('.line').fill('');
  await page.locator('.line').pressSequentially('hello @');
  await page.locator('.options div', { hasText: 'Bobby' }).click();
  assert.equal(await page.locator('.line').inputValue(), 'hello @Bobby ');
  await page.keyboard.type('!');
  assert.equal(await page.locator('.line').inputValue(), 'hello @Bobby !');
  bob.end();
});

test('a line over the limit is not sent, and says by how much', async () => {
  const page = await open();
  await page.locator('.line').fill(`${'x'.repeat(330)}`);
  await shows(page, '.hint', '70 characters left');
  await page.locator('.line').fill('👋'.repeat(401));
  await shows(page, '.hint', '1 character too long');
  await page.locator('.line').press('Enter');
  await shows(page, '.hint', '1 character too long to be sent');
  await page.locator('.line').fill('👋'.repeat(400));
  await page.locator('.line').press('Enter');
  await reads(page, '👋'.repeat(400));
});

test('who quits is gone, and can come back', async () => {
  const page = await open({ hash: '#door' });
  await call(page, 'Lea');
  await say(page, '/quit');
  await shows(page, '.banner-text', 'You have left.');
  await say(page, 'is anybody there?');
  await shows(page, '.hint', /Not sent: there is no connection/);
  assert.equal(await page.locator('.line').inputValue(), 'is anybody there?');
  await page.locator('.banner-now').click();
  await page.locator('.banner').waitFor({ state: 'hidden' });
  // The banner is gone as soon as the server says something; one can talk when one is where one wants to be.
  await shows(page, '.crowd', '1 person');
  await shows(page, '.you-name', 'Lea');
  await page.locator('.line').press('Enter');
  await reads(page, 'is anybody there?');
});

test('a day begins once, although the page and the server have a clock each', async () => {
  const midnight = Date.UTC(2026, 11, 24);
  const page = await openPage(browser, server, {
    hash: '#midnight',
    timezoneId: 'UTC',
    before: (midnight) => {
      Date.now = () => midnight + window.ahead;
      window.ahead = -2000;
      const Real = WebSocket;
      window.WebSocket = class extends Real {
        constructor(address) {
          super(address);
          window.socket = this;
        }
      };
    },
    argument: midnight,
  });
  pages.push(page);
  await page.evaluate((midnight) => {
    const hears = (message) => window.socket.onmessage({ data: JSON.stringify(message) });
    let seq = 0;
    const said = (after) => hears({ kind: 'said', room: 'midnight', time: midnight + after, seq: (seq += 1), said: [{ name: 'Bob', text: `at ${after}` }] });
    said(-1000);
    window.ahead = 2000;
    hears({ kind: 'unrecognized', word: '/the-page-is-ahead' });
    for (const after of [-500, 100, 3000, 86_400_000, 100]) said(after);
  }, midnight);
  await reads(page, 'at 86400000');
  await holds(page, () => document.querySelectorAll('.rule').length === 3);
  const days = await page.locator('.rule').allTextContents();
  assert.deepEqual(days, ['Thursday, December 24', 'Friday, December 25', 'Thursday, December 24']);
});

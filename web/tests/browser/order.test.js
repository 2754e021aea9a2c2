// What the page shows where order is kept: who is put out, banned or muted, a room that is locked, what is announced, and the commands for
// it. axe looks at each, on a wide screen and a narrow one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';

import { Telnet, call, openPage, say, shows, startBrowser, startServer } from '../world.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures go of what is looked at, if anywhere. */
const pictures = process.env.CHINWAG_PICTURES;

const LOOKS = {
  wide: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
};

let server;
let browser;
let pages = [];

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterEach(async () => {
  const complaints = pages.flatMap((page) => page.complaints);
  await Promise.all(pages.map((page) => page.context().close()));
  pages = [];
  assert.deepEqual(complaints, []);
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** axe has nothing to object to, nothing sticks out, and there is a picture, if pictures are wanted. */
async function looksGood(page, where) {
  if (pictures) await page.screenshot({ path: join(pictures, `${where.replace(/\W+/g, '-')}.png`) });
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('; ')}`), [], where);
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${where}: ${content} of ${screen} pixels`);
}

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
}

// The looks, in any browser: nothing sticks out, nothing is squeezed, and what is marked can be seen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test, { after, afterEach, before } from 'node:test';

import { engine } from '../browsers.js';
import { Telnet, call, closePage, openPage, reads, say, shows, startBrowser, startServer } from '../world.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server;
let browser;
let page;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterEach(() => closePage(page));
after(async () => {
  await browser.close();
  await server.stop();
});

const open = async (room, options) => {
  page = await openPage(browser, server, { hash: `#${room}`, ...options });
};

test('the messages have most of the room, however large the letters are', async () => {
  await open('letters', { viewport: { width: 1280, height: 800 } });
  await say(page, 'hello');
  await reads(page, 'hello');
  // As with zoom of the text alone, which some browsers have: the letters grow, the widths at which the lists move do not.
  for (const [percent, width] of [[100, 1280], [207, 1280], [300, 1280], [207, 800], [100, 768], [100, 1120]]) {
    await page.setViewportSize({ width, height: 800 });
    const main = await page.evaluate((percent) => {
      document.documentElement.style.fontSize = `${percent}%`;
      return document.querySelector('.main').getBoundingClientRect().width;
    }, percent);
    assert.ok(main >= width / 2, `${width} wide, letters of ${percent} %: ${main}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out');
  }
});

test('nothing sticks out to the side, and axe finds nothing to object to, wide and narrow', async () => {
  await open('fits', { viewport: { width: 1200, height: 800 } });
  const bob = await Telnet.connect(server, 'Bob');
  await bob.join('fits');
  await call(page, 'W'.repeat(20));
  await say(page, 'W'.repeat(300));
  await say(page, `https://example.org/${'path/'.repeat(50)}`);
  bob.say('漢字かな交じり文'.repeat(20));
  bob.say('שלום עולם, hello, مرحبا');
  await reads(page, 'שלום עולם, hello, مرحبا');
  await say(page, '/nonsense');
  await shows(page, '.note.bad', /nonsense/);
  await page.evaluate(axe);
  for (const width of [1200, 900, 500]) {
    await page.setViewportSize({ width, height: 700 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${width} wide`);
    const found = await page.evaluate(async () => (await window.axe.run({ resultTypes: ['violations'] })).violations
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`));
    assert.deepEqual(found, [], `${width} wide`);
  }
  bob.end();
});

test('in forced colours, what is chosen is framed', { skip: engine !== 'chromium' && 'only Chromium can be asked to force them' }, async () => {
  await open('forced', { forcedColors: 'active' });
  const frame = (selector) => page.evaluate((selector) => {
    const { outlineStyle, outlineWidth, borderTopStyle, borderTopWidth } = getComputedStyle(document.querySelector(selector));
    return outlineStyle === 'none' && borderTopStyle === 'none' ? null : [outlineWidth, borderTopWidth];
  }, selector);
  await page.locator('.line').pressSequentially('/');
  await page.locator('.line').press('Tab');
  await page.locator('.options [aria-selected=true]').waitFor();
  assert.notEqual(await frame('.options [aria-selected=true]'), null, 'the suggestion that is taken');
  assert.equal(await frame('.options [aria-selected=false]'), null);
  await page.evaluate(() => document.querySelector('.notify').setAttribute('aria-pressed', true));
  assert.notEqual(await frame('.notify'), null, 'the bell that is on');
  await page.evaluate(() => document.querySelector('.notify').setAttribute('aria-pressed', false));
  assert.equal(await frame('.notify'), null);
});

// How a page is looked at: on a wide screen and a narrow one, by axe, by a screen reader, and by whoever wants pictures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures go of what is looked at, if anywhere. */
const pictures = process.env.CHINWAG_PICTURES;

export const LOOKS = {
  wide: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
};

/** axe has nothing to object to. */
export async function findsNothing(page, where) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`);
  assert.deepEqual(found, [], where);
}

/** Nothing sticks out to the side. */
export async function fits(page, where) {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${where}: ${content} of ${screen} pixels`);
}

/** Both, and there is a picture, if pictures are wanted. */
export async function looksGood(page, where) {
  if (pictures) await page.screenshot({ path: join(pictures, `${where.replace(/\W+/g, '-')}.png`) });
  await findsNothing(page, where);
  await fits(page, where);
}

/** Has `window.read` be all that a screen reader reads by itself from now on. */
export const listens = (page) => page.evaluate(() => {
  window.read = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) window.read.push(node.textContent);
  }).observe(document.querySelector('.announcer'), { childList: true });
});

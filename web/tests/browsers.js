// The browsers that the tests can run in, as they are installed. `CHINWAG_BROWSER` says which; `CHROMIUM`, `FIREFOX` and `WEBKIT_DRIVER` name
// their programs.

import { chromium, firefox } from 'playwright-core';

import { WebKit } from './webkit.js';

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];

const BROWSERS = {
  __proto__: null,
  chromium: () => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: CHROMIUM_FLAGS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  }),
  firefox: () => firefox.launch({ executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr', channel: 'moz-firefox' }),
  webkit: (deadline) => new WebKit(deadline),
};

/** Which browser the tests run in. */
export const engine = process.env.CHINWAG_BROWSER ?? 'chromium';

/** Starts the browser. Whatever it is, it has what Playwright's browsers have, as far as the tests in `engines` need it. */
export async function startBrowser(deadline) {
  if (!BROWSERS[engine]) throw new Error(`CHINWAG_BROWSER is ${engine}, and can be ${Object.keys(BROWSERS).join(', ')}`);
  return BROWSERS[engine](deadline);
}

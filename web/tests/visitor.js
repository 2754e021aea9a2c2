// Somebody who comes by the page, for packaging/bare-debian: each line that comes in is said there, and each that the page shows is printed.
//
//   node web/tests/visitor.js https://chat.example:42080/ NAME

import { createInterface } from 'node:readline';

import { call, openPage, say, startBrowser } from './world.js';

const [url, name] = process.argv.slice(2);
const browser = await startBrowser();
const page = await openPage(browser, { url }, { ignoreHTTPSErrors: true });
await page.exposeFunction('tell', (text) => console.log(text));
await page.evaluate(() => {
  const told = new Set();
  const tell = () => {
    for (const row of document.querySelectorAll('.rows > *')) {
      if (!told.has(row)) window.tell(row.textContent.trim());
      told.add(row);
    }
  };
  new MutationObserver(tell).observe(document.querySelector('.rows'), { childList: true, subtree: true });
  tell();
});
await call(page, name);
console.log(`on ${page.url()} as ${name}`);
for await (const line of createInterface(process.stdin)) await say(page, line);
await browser.close();
process.exit(0);

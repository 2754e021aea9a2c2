// Makes the pictures of the page in ../docs: people of a small village talk about pizza, on pages and on telnet.
//
//     CHINWAG_SERVER=../target/debug/chinwag-smol npm run screenshots

import { writeFileSync } from 'node:fs';

import { Telnet, call, openPage, reads, say, shows, startBrowser, startServer } from './world.js';

/** Larger pictures would make the README slow. */
const BYTES_MAX = 150 * 1024;

/** Who is where, besides those who talk. */
const ELSEWHERE = {
  main: ['Hugo', 'Ines', 'Jonas', 'Kaspar'],
  'film-night': ['Lotte', 'Mika', 'Nuri'],
  allotments: ['Olga', 'Piet'],
  pizza: ['Rosa', 'Sven'],
};

/** Who says what; what Ann says is said on her page. */
const TALK = [
  ['Bob', 'evening all! who is hungry?'],
  ['Cleo', 'me. I have been looking at flour bags all day and now I want what they turn into'],
  ['Ann', 'always'],
  ['Marek', 'count me in, I can be there from half past seven'],
  ['Bob', 'Ann, what is the place with the stone oven called? I never remember'],
  ['Bob', 'somewhere by the water'],
  ['Ann', 'Da Nino, by the bridge. They take the wood from my uncle’s orchard'],
  ['Cleo', 'so that is why it smells like that! see you there at eight'],
  ['Zoe', 'can I bring my sister? she is here till Sunday'],
  ['Marek', 'of course, the big table seats nine'],
  ['Cleo', 'I’ll ring them, is everybody fine with sitting outside?'],
  ['Bob', 'outside is good, I’ll bring the blankets'],
];

const LOOKS = {
  light: { viewport: { width: 1200, height: 750 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 750 }, colorScheme: 'dark' },
  narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, colorScheme: 'light', isMobile: true, hasTouch: true },
};

const browser = await startBrowser();
for (const [look, options] of Object.entries(LOOKS)) {
  const server = await startServer();
  const page = await openPage(browser, server, { ...options, hash: '#allotments' });
  await call(page, 'Ann');
  const people = new Map();
  for (const [room, names] of Object.entries(ELSEWHERE)) {
    for (const name of names) {
      people.set(name, await Telnet.connect(server, name));
      if (room !== 'main') await people.get(name).join(room);
    }
  }
  await page.evaluate(() => {
    location.hash = 'pizza';
  });
  await shows(page, 'h1', 'pizza');
  people.get('Rosa').say('/topic Friday at eight: who comes, and who brings what');
  await shows(page, '.topic', /Friday at eight/);
  for (const [name, text] of TALK) {
    if (name === 'Ann') {
      await say(page, text);
    } else {
      if (!people.has(name)) {
        people.set(name, await Telnet.connect(server, name));
        await people.get(name).join('pizza');
      }
      people.get(name).say(text);
    }
    await reads(page, text);
  }
  people.get('Olga').say('the water is on again');
  people.get('Piet').say('/msg Ann shall I bring the good knife?');
  await shows(page, '.rooms a', /allotments\s*1 new/);
  await shows(page, '.talks a', /Piet\s*@ 1 new/);
  // The lists are asked for upon joining, and the others came after that.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await shows(page, '.rooms', /film-night\s*3/);
  if (look !== 'narrow') await page.locator('.line').fill('Perfect. I’ll be the one with the ');
  const picture = await page.screenshot({ caret: 'initial' });
  if (picture.length > BYTES_MAX) throw new Error(`the picture ${look} has ${picture.length} bytes`);
  writeFileSync(new URL(`../../docs/web-${look}.png`, import.meta.url), picture);
  await page.context().close();
  await server.stop();
}
await browser.close();

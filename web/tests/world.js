// What a test in a browser needs: a server that runs as its own program, people on pages, and people on plain TCP. Everything is waited
// for, up to a deadline; nothing is slept for. What a test that failed has left behind is ended, so that it keeps nobody waiting.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import * as browsers from './browsers.js';

/** How long anything may take, in ms, on a slow machine with other work to do. */
export const DEADLINE = 30_000;

/** How long all tests of a file may take, in ms: ten times as long as they do. */
const FILE_DEADLINE = 300_000;

setTimeout(() => {
  console.error(`not done after ${FILE_DEADLINE / 1000} seconds`);
  process.exit(1);
}, FILE_DEADLINE).unref();

/** Those that run. Neither they nor sockets keep a file's process alive, so whoever a failed test has left behind ends with it. */
const servers = new Set();
process.on('exit', () => servers.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Starts the server that `CHINWAG_SERVER` names; `again`, if given, is one that was stopped, whose ports it takes. */
export async function startServer({ again, flags = [] } = {}) {
  const program = process.env.CHINWAG_SERVER;
  assert.ok(program, 'CHINWAG_SERVER has to name the program of a server, for example ../target/debug/chinwag-smol');
  const ports = again ? ['--port', again.port, '--web', new URL(again.url).host] : ['--port', '0', '--web', '127.0.0.1:0'];
  const child = spawn(program, [...ports, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  servers.add(child);
  child.on('exit', () => servers.delete(child)).unref();
  const server = { port: null, url: null, stop: () => end(child, 'SIGTERM'), kill: () => end(child, 'SIGKILL') };
  for await (const line of createInterface(child.stdout)) {
    server.port ??= line.match(/ listening on .*:(\d+)$/)?.[1];
    server.url ??= line.match(/ web page at (\S+)$/)?.[1];
    if (server.port && server.url) {
      child.stdout.unref();
      return server;
    }
  }
  throw new Error(`${program} has not said where it listens`);
}

/** Ends a server: asks it to stop, or, with `SIGKILL`, without a word to anyone. */
async function end(child, signal) {
  if (!servers.has(child)) return;
  const gone = once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE) });
  child.ref();
  child.kill(signal);
  await gone;
}

export const startBrowser = () => browsers.startBrowser(DEADLINE);

/**
 * Opens the page as a person of its own, in the room of `hash`, and `waits` until one is there; with `clock` a test can let time pass for it.
 * `context` is what Playwright calls so: size, colours, …
 */
export async function openPage(browser, server, { hash = '', before, argument, clock = false, waits = true, ...context } = {}) {
  const person = await browser.newContext({ locale: 'en-GB', ...context });
  person.setDefaultTimeout(DEADLINE);
  const page = await person.newPage();
  page.complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) page.complaints.push(`a request to ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(server.url).host) page.complaints.push(`a socket to ${socket.url()}`);
  });
  if (before) await page.addInitScript(before, argument);
  if (clock) await page.clock.install();
  await page.goto(`${server.url}${hash}`);
  if (waits) await page.locator('.rows .intro').waitFor();
  return page;
}

/** Closes all pages of a test, of which the browsers must have had nothing to complain, and empties the list. */
export async function closeAll(pages) {
  const all = pages.splice(0);
  const complaints = all.flatMap((page) => page.complaints);
  await Promise.all(all.map((page) => page.context().close()));
  assert.deepEqual(complaints, []);
}

/** Closes a page, of which the browser must have nothing to complain. */
export async function closePage(page) {
  await page.evaluate(() => null); // Then all complaints are here.
  await page.context().close();
  assert.deepEqual(page.complaints, []);
}

/** Types a line as people do, and sends it. */
export async function say(page, line) {
  await page.locator('.line').fill(line);
  await page.locator('.line').press('Enter');
}

/** Takes another name, and waits until it is given. */
export async function call(page, name) {
  await say(page, `/name ${name}`);
  await shows(page, '.you-name', name);
}

/** Waits until an element has this text, or one that matches. */
export async function shows(page, selector, text) {
  const { source, flags } = typeof text === 'string' ? new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`) : text;
  try {
    await holds(page, ([selector, source, flags]) => {
      const wanted = new RegExp(source, flags);
      return [...document.querySelectorAll(selector)].some(({ textContent }) => wanted.test(textContent));
    }, [selector, source, flags]);
  } catch (error) {
    const seen = await page.evaluate((selector) => [...document.querySelectorAll(selector)].slice(-10).map((found) => found.textContent), selector);
    throw new Error(`not shown as ${selector}: ${text}, but ${JSON.stringify(seen)}`, { cause: error });
  }
}

/** Waits until somebody's text stands in the log. */
export async function reads(page, text) {
  await shows(page, '.rows .text', text);
}

/** Waits until `what`, run in the page with `argument`, returns something true. */
export async function holds(page, what, argument) {
  await page.waitForFunction(what, argument, { timeout: DEADLINE });
}

/** Lets so many frames pass: what a browser does by itself, like scrolling on, it does in frames. */
export async function frames(page, number) {
  await page.evaluate(async (number) => {
    for (let frame = 0; frame < number; frame += 1) await new Promise((done) => requestAnimationFrame(done));
  }, number);
}

/** Runs what looks after a server, and is beside it. `input` is what is typed, where something is asked for; returns what it prints. */
export function chinwag(words, input) {
  return execFileSync(join(dirname(process.env.CHINWAG_SERVER ?? ''), 'chinwag'), words, { input, encoding: 'utf8' });
}

/** Somebody on plain TCP, as with telnet or nc. */
export class Telnet {
  #socket;
  #heard = '';

  static async connect(server, name) {
    const somebody = new Telnet();
    somebody.#socket = connect(Number(server.port), '127.0.0.1');
    somebody.#socket.setEncoding('utf8').on('data', (text) => {
      somebody.#heard += text;
    });
    somebody.#socket.on('error', () => {}).unref(); // The server may be stopped under it.
    await somebody.hears(/You joined main\n/);
    if (name) {
      somebody.say(`/name ${name}`);
      await somebody.hears(new RegExp(`is now ${name}\n`));
    }
    return somebody;
  }

  say(line) {
    this.#socket.write(`${line}\n`);
  }

  /** Goes to a room, and waits until it is there. */
  async join(room) {
    this.say(`/join ${room}`);
    await this.hears(new RegExp(`You joined ${room}\n`));
  }

  /** Waits for text, and forgets it with all that was before. */
  async hears(pattern) {
    const late = AbortSignal.timeout(DEADLINE);
    for (;;) {
      const found = this.#heard.match(pattern);
      if (found) {
        this.#heard = this.#heard.slice(found.index + found[0].length);
        return found;
      }
      await once(this.#socket, 'data', { signal: late }).catch(() => {
        throw new Error(`not heard: ${pattern}, but ${JSON.stringify(this.#heard.slice(-500))}`);
      });
    }
  }

  end() {
    this.#socket.destroy();
  }
}

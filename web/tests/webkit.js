// WebKitGTK for the tests: its own driver (W3C WebDriver over HTTP) under the names that Playwright has for the same. Playwright drives
// Chromium and Firefox as they are installed, but of WebKit only a build of its own. Each page has its own browser, driver and display.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks at what tells nobody that it has changed, in ms. */
const LOOK = 20;

/** What WebDriver calls the keys that type nothing. */
const KEYS = {
  Backspace: '\uE003', Tab: '\uE004', Enter: '\uE007', Shift: '\uE008', Control: '\uE009', Alt: '\uE00A', Escape: '\uE00C', PageUp: '\uE00E',
  PageDown: '\uE00F', End: '\uE010', Home: '\uE011', ArrowLeft: '\uE012', ArrowUp: '\uE013', ArrowRight: '\uE014', ArrowDown: '\uE015',
};

/** Those that run; each is the first of its own process group, whose others end with it. */
const children = new Set();
const endGroup = ({ pid }) => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
};
process.on('exit', () => children.forEach(endGroup));

async function start(program, flags, options) {
  const child = spawn(program, flags, { detached: true, ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child, 'spawn').catch((error) => {
    children.delete(child);
    throw new Error(`${program} can't be started: ${error.message}`);
  });
  return child;
}

async function end(child) {
  if (!children.has(child)) return;
  const gone = once(child, 'exit');
  endGroup(child);
  await gone;
}

/** Waits until `look` returns something true, for as long as `child` runs. */
async function found(child, look, deadline) {
  for (const late = Date.now() + deadline; ;) {
    const what = look();
    if (what) return what;
    if (!children.has(child)) throw new Error(`${child.spawnfile} has ended`);
    if (Date.now() > late) throw new Error(`${child.spawnfile} is not there after ${deadline / 1000} seconds`);
    await pause(LOOK);
  }
}

/** The port on which a process listens; the system has chosen it, and the driver does not say. */
function portOf({ pid }) {
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1];
    } catch {
      return undefined; // It was closed since.
    }
  }));
  const rows = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1).map((row) => row.trim().split(/\s+/));
  const listener = rows.find((row) => row[3] === '0A' && sockets.has(row[9]));
  return listener && parseInt(listener[1].split(':')[1], 16);
}

export class WebKit {
  #deadline;

  constructor(deadline) {
    this.#deadline = deadline;
  }

  /** Starts a browser for one page; of what Playwright's contexts can, it can the size of the view. */
  async newContext({ viewport = { width: 1280, height: 720 } } = {}) {
    const home = mkdtempSync(join(tmpdir(), 'chinwag-webkit-'));
    process.on('exit', () => rmSync(home, { recursive: true, force: true }));
    const display = await start(process.env.XVFB ?? 'Xvfb', ['-displayfd', '1', '-screen', '0', '1920x1440x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [number] = await Promise.race([
      once(createInterface(display.stdout), 'line', { signal: AbortSignal.timeout(this.#deadline) }),
      once(display, 'exit').then(() => {
        throw new Error(`${display.spawnfile} has ended`);
      }),
    ]);
    const driver = await start(process.env.WEBKIT_DRIVER ?? 'WebKitWebDriver', ['--port=0'], {
      stdio: 'ignore',
      env: {
        ...process.env, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home,
        LC_ALL: 'C.UTF-8', NO_AT_BRIDGE: '1', GTK_A11Y: 'none', GSETTINGS_BACKEND: 'memory',
      },
    });
    const port = await found(driver, () => portOf(driver), this.#deadline);
    const context = {
      setDefaultTimeout() {},
      newPage: async () => page,
      close: async () => {
        await Promise.all([driver, display].map(end));
        rmSync(home, { recursive: true, force: true, maxRetries: 10 });
      },
    };
    const page = new Page(`http://127.0.0.1:${port}`, this.#deadline, context);
    await page.begin(viewport);
    return context;
  }

  /** Ends what a test has left open. */
  async close() {
    await Promise.all([...children].map(end));
  }
}

/** Run in the page: returns the list of what the browser has to complain of, which grows. The driver shows no console. */
function watch() {
  const complaints = [];
  addEventListener('error', ({ message }) => complaints.push(message));
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => complaints.push(`${violatedDirective}: ${blockedURI}`));
  return complaints;
}

class Page {
  #driver;
  #session = '';
  #deadline;
  #listeners = [];

  constructor(driver, deadline, context) {
    [this.#driver, this.#deadline] = [driver, deadline];
    this.context = () => context;
  }

  async begin(viewport) {
    const { sessionId } = await this.#ask('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          timeouts: { script: 2 * this.#deadline, pageLoad: this.#deadline },
          'webkitgtk:browserOptions': {
            args: ['--automation'],
          },
        },
      },
    });
    this.#session = `/session/${sessionId}`;
    await this.setViewportSize(viewport);
  }

  on(type, listener) {
    if (type === 'console') this.#listeners.push(listener);
  }

  async #ask(method, path, body) {
    const response = await fetch(`${this.#driver}${this.#session}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
      signal: AbortSignal.timeout(2 * this.#deadline), // A wait in the page takes one, and answers itself that it was in vain.
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  }

  async goto(url) {
    await this.#ask('POST', '/url', { url });
  }

  async reload() {
    await this.#ask('POST', '/refresh');
    // The answer may come before the scripts of the page have run.
    await this.waitForFunction(() => document.readyState === 'complete');
  }

  async goBack() {
    await this.#ask('POST', '/back');
  }

  async screenshot() {
    return Buffer.from(await this.#ask('GET', '/screenshot'), 'base64');
  }

  /** Makes the view so large, whatever the window has around it. */
  async setViewportSize({ width, height }) {
    const [outer, inner] = [await this.#ask('GET', '/window/rect'), await this.evaluate(() => [innerWidth, innerHeight])];
    await this.#ask('POST', '/window/rect', { width: width + outer.width - inner[0], height: height + outer.height - inner[1] });
    await this.waitForFunction(([width, height]) => innerWidth === width && innerHeight === height, [width, height]);
  }

  /** Runs a function in the page with an argument, and returns what it returns; or runs a script. */
  evaluate(what, argument) {
    return typeof what === 'string' ? this.#run(`() => { ${what} }`) : this.#run(what, argument);
  }

  async #run(what, argument) {
    const { value, error, complaints } = await this.#ask('POST', '/execute/async', {
      script: `const [argument, done] = arguments;
        window.complaints ??= (${watch})();
        const end = (result) => done({ ...result, complaints: window.complaints.splice(0) });
        (async () => (${what})(argument))().then((value) => end({ value }), (error) => end({ error: String(error) }))`,
      args: [argument ?? null],
    });
    for (const text of complaints) this.#listeners.forEach((listener) => listener({ type: () => 'error', text: () => text }));
    if (error) throw new Error(error);
    return value;
  }

  async waitForFunction(what, argument) {
    const held = await this.#run(`async ([argument, until]) => {
      for (const late = Date.now() + until; Date.now() < late; await new Promise((done) => setTimeout(done, ${LOOK}))) {
        if (await (${what})(argument)) return true;
      }
      return false;
    }`, [argument ?? null, this.#deadline]);
    if (!held) throw new Error(`does not hold: ${what} ${JSON.stringify(argument ?? null)}`);
  }

  keyboard = {
    press: async (keys) => {
      const parts = keys.split('+').map((key) => KEYS[key] ?? key);
      await this.#act('key', 'keys', [
        ...parts.map((value) => ({ type: 'keyDown', value })),
        ...parts.reverse().map((value) => ({ type: 'keyUp', value })),
      ]);
    },
    type: async (text) => {
      await this.#act('key', 'keys', [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]));
    },
  };

  mouse = {
    move: (x, y) => this.#act('pointer', 'mouse', [{ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) }]),
    down: () => this.#act('pointer', 'mouse', [{ type: 'pointerDown', button: 0 }]),
    up: () => this.#act('pointer', 'mouse', [{ type: 'pointerUp', button: 0 }]),
  };

  async #act(type, id, actions) {
    await this.#ask('POST', '/actions', { actions: [{ type, id, actions, ...(type === 'pointer' ? { parameters: { pointerType: 'mouse' } } : {}) }] });
  }

  locator(selector) {
    return new Locator(this, selector);
  }
}

/** The one element of a selector. */
class Locator {
  #page;
  #selector;

  constructor(page, selector) {
    [this.#page, this.#selector] = [page, selector];
  }

  async waitFor({ state = 'visible' } = {}) {
    await this.#page.waitForFunction(([selector, wanted]) => {
      const element = document.querySelector(selector);
      const visible = Boolean(element?.checkVisibility({ visibilityProperty: true }));
      return { visible, hidden: !visible, attached: element !== null }[wanted];
    }, [this.#selector, state]);
  }

  async focus() {
    await this.waitFor();
    await this.#page.evaluate((selector) => document.querySelector(selector).focus(), this.#selector);
  }

  async click() {
    await this.waitFor();
    const [x, y] = await this.#page.evaluate((selector) => {
      const { left, top, width, height } = document.querySelector(selector).getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    }, this.#selector);
    await this.#page.mouse.move(x, y);
    await this.#page.mouse.down();
    await this.#page.mouse.up();
  }

  /** Puts a text in, as if it was pasted over what was there. */
  async fill(text) {
    await this.focus();
    await this.#page.evaluate(([selector, text]) => {
      const element = document.querySelector(selector);
      element.value = text;
      element.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }, [this.#selector, text]);
  }

  async press(keys) {
    await this.focus();
    await this.#page.keyboard.press(keys);
  }

  async pressSequentially(text) {
    await this.focus();
    await this.#page.keyboard.type(text);
  }

  inputValue() {
    return this.#page.evaluate((selector) => document.querySelector(selector).value, this.#selector);
  }
}

// A way to a server that a test can freeze, thaw and cut.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A way to the web page of a server that can be frozen, thawed and cut. It always takes what comes, so that TCP acknowledges it. */
export class Relay {
  url;
  #server;
  #pairs = new Set();
  /** What came since it is frozen, as `[to, bytes]`; `null` if it isn't. */
  #held = null;

  static async start(server) {
    const relay = new Relay();
    const { hostname, port } = new URL(server.url);
    relay.#server = createServer((near) => relay.#carry(near, connect(Number(port), hostname)));
    relay.#server.listen(0, '127.0.0.1').unref();
    await once(relay.#server, 'listening');
    relay.url = `http://127.0.0.1:${relay.#server.address().port}/`;
    return relay;
  }

  /** Keeps back all that comes from now on, in both directions. */
  freeze() {
    this.#held ??= [];
  }

  /** Hands on what was kept back, and all that comes. */
  thaw() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const deliver of held) deliver();
  }

  /** Ends all connections for the browser, and carries new ones; the server hears nothing of it, as after a change of the network. */
  forget() {
    this.#held = null;
    for (const [near] of this.#pairs) near.removeAllListeners('close').destroy();
    this.#pairs.clear();
  }

  /** Ends all connections without a word. */
  cut() {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #carry(near, far) {
    const pair = [near, far];
    this.#pairs.add(pair);
    const deliver = (what) => (this.#held ? this.#held.push(what) : what());
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (bytes) => deliver(() => to.write(bytes)));
      from.on('close', () => deliver(() => to.destroy()));
      from.on('error', () => {}).unref();
    }
    far.on('close', () => this.#pairs.delete(pair));
  }
}

// The connection to the server: there, or coming back by itself. It knows sockets and time, nothing of chat.

/** The pauses before attempts, in seconds, as in the terminal client; the last is kept. */
const PAUSES = [1, 2, 4, 8, 15, 30];

/** A server that does not answer for so long, in ms, is gone: a cut cable closes no socket. */
const ANSWER_MAX = 30_000;

const WHY = { 1000: 'left', 1001: 'stopped', 1013: 'full' };

/** Returns the pause in ms. `random`, 0 to 1, makes it a quarter more or less: not all are to come back to a server at once. */
export function pause(failures, random) {
  return Math.round(PAUSES[Math.min(failures, PAUSES.length - 1)] * 1000 * (0.75 + random / 2));
}

export class Link {
  /** 'connecting', 'open', 'resting' between two attempts, or 'left'. */
  state = 'connecting';
  /** Why the last connection ended. */
  why = 'lost';
  /** When the next attempt is made, in ms since the epoch. */
  retryAt = 0;

  #on;
  #socket = null;
  #failures = 0;
  /** Until the next attempt; with a socket, until the server must have said something. */
  #timer = null;

  /** `on.open` makes a socket, `on.message` takes messages, `on.change` is told of each state. */
  constructor(on) {
    this.#on = on;
  }

  /** Connects, if need be now instead of later. */
  connect() {
    if (this.#socket) return;
    this.#rest();
    this.#socket = this.#on.open();
    this.#socket.onmessage = ({ data }) => this.#received(data);
    this.#socket.onclose = ({ code }) => this.#lost(code);
    this.#expect();
    this.#become('connecting');
  }

  /** Connects anew, unless one has left: a page that was put aside hears only later that its connection is gone. */
  renew() {
    if (this.state === 'left') return;
    if (this.#socket) this.#drop();
    this.connect();
  }

  send(line) {
    if (this.state !== 'open') return;
    this.#socket.send(line);
    this.#expect();
  }

  /** One has arrived. A server that throws one out before is not asked again at once. */
  settled() {
    this.#failures = 0;
  }

  #received(data) {
    this.#rest();
    if (this.state === 'connecting') this.#become('open');
    this.#on.message(JSON.parse(data));
  }

  #expect() {
    this.#timer ??= setTimeout(() => {
      this.#socket.close();
      this.#lost();
    }, ANSWER_MAX);
  }

  /** Lets go of the socket, whatever it still has to say. */
  #drop() {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #lost(code) {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = null;
    this.#rest();
    this.why = WHY[code] ?? 'lost';
    if (this.why === 'left') return this.#become('left');
    const wait = pause(this.#failures, Math.random());
    this.#failures += 1;
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#become('resting');
  }

  #become(state) {
    this.state = state;
    this.#on.change();
  }
}

// The connection to the server: there, or coming back by itself with growing pauses. It knows sockets and time, nothing of chat.

/** The pauses before the first, second … attempt to connect again, in seconds; the last is kept. As in the terminal client. */
const PAUSES = [1, 2, 4, 8, 15, 30];

/** A server that says nothing for so long, in ms, although it was asked, is gone: a cut cable closes no socket. */
const ANSWER_MAX = 30_000;

/** Why a connection ended, by its close code. */
const WHY = { 1000: 'left', 1001: 'stopped', 1013: 'full' };

/**
 * Returns how long to wait, in ms, after so many failed attempts. `random`, from 0 to 1, makes it a quarter more or less, so that not all
 * pages come back to a restarted server at one moment.
 */
export function pause(failures, random) {
  return Math.round(PAUSES[Math.min(failures, PAUSES.length - 1)] * 1000 * (0.75 + random / 2));
}

export class Link {
  /** 'connecting', 'open', 'resting' between two attempts, or 'left'. */
  state = 'connecting';
  /** Why the last connection ended: 'left', 'stopped', 'full' or 'lost'. */
  why = 'lost';
  /** When the next attempt is made, in ms since the epoch. */
  retryAt = 0;

  #on;
  #socket = null;
  #failures = 0;
  /** Until the next attempt; with a socket, until the server has to have said something. */
  #timer = null;

  /** `on.open` makes a socket, `on.message` takes what the server says, `on.change` is called when the state is another one. */
  constructor(on) {
    this.#on = on;
  }

  /** Connects: for the first time, or now instead of later. */
  connect() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket = this.#on.open();
    this.#socket.onmessage = ({ data }) => this.#received(data);
    this.#socket.onclose = ({ code }) => this.#lost(code);
    this.#expect();
    this.#become('connecting');
  }

  /** Sends a line, if there is a connection. */
  send(line) {
    if (this.state !== 'open') return;
    this.#socket.send(line);
    this.#expect();
  }

  /** Forgets the failures: one has arrived. A server that lets one in and throws one out again is not to be hurried. */
  settled() {
    this.#failures = 0;
  }

  #received(data) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.state === 'connecting') this.#become('open');
    this.#on.message(JSON.parse(data));
  }

  #expect() {
    this.#timer ??= setTimeout(() => {
      this.#socket.close();
      this.#lost(1006);
    }, ANSWER_MAX);
  }

  #lost(code) {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = null;
    clearTimeout(this.#timer);
    this.why = WHY[code] ?? 'lost';
    if (this.why !== 'left') {
      const wait = pause(this.#failures, Math.random());
      this.#failures += 1;
      this.retryAt = Date.now() + wait;
      this.#timer = setTimeout(() => this.connect(), wait);
    }
    this.#become(this.why === 'left' ? 'left' : 'resting');
  }

  #become(state) {
    this.state = state;
    this.#on.change();
  }
}

// The connection to the server: there, or coming back by itself. It knows sockets and time, nothing of chat.

/** The pauses before attempts, in seconds, as in the terminal client; the last is kept. */
const PAUSES = [1, 2, 4, 8, 15, 30];

/** How long a connection may take until the server says something, in ms. */
const CONNECT_MAX = 30_000;

/**
 * A path may be dead although no socket closes and what is sent is acknowledged: by a tunnel or a proxy, for example. So a server that has
 * said nothing for so long, in ms, is asked for something; for less after a line of the person, which mostly is answered by itself.
 */
const QUIET_MAX = 15_000;
const ECHO_MAX = 3000;

/** A server that does not answer for so long, in ms, is gone: that is noticed within half a minute in all. */
const ANSWER_MAX = 12_000;

/** Who finds a timer late by more than so much, in ms, has slept; what came meanwhile is heard within so long. */
const LATE = 2000;

/** Why a connection has ended, by the code that says so; 4001: one goes on as the same person in another connection; 4003: no right
 * password came; 4004: one was put out. */
const WHY = { 1000: 'left', 1001: 'stopped', 1013: 'full', 4001: 'elsewhere', 4003: 'outside', 4004: 'out' };

/** Why one does not come back by itself. */
const LEFT = ['left', 'elsewhere', 'outside', 'out'];

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
  /** How many attempts in a row came to no connection. */
  failures = 0;

  #on;
  #socket = null;
  /** How many pauses there were since one last arrived. */
  #pauses = 0;
  /** Until the next attempt; with a socket, until the server has to be asked for something, or must have answered. */
  #timer = null;
  /** When the timer is, in ms since the epoch. */
  #due = 0;
  /** Whether an answer is due then. */
  #asked = false;
  /** Whether the server waits for the person. */
  #held = false;

  /**
   * `on.open` makes a socket, `on.message` takes messages, `on.change` is told of each state, `on.quiet` asks the server for something.
   * The timers begin where a message comes: in a hidden tab, browsers let one that begins in another wait for a minute.
   */
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
    this.#expect(CONNECT_MAX);
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
    if (this.#held) this.#listen(QUIET_MAX);
    if (!this.#asked && Date.now() + ECHO_MAX < this.#due) this.#listen(ECHO_MAX);
  }

  /** The server waits for the person: it is asked for nothing until something is sent. */
  hold() {
    this.#rest();
    this.#held = true;
  }

  /** Finds out whether the server still answers. */
  check() {
    if (this.state === 'open' && !this.#asked && !this.#held) this.#ask();
  }

  /** One has arrived. A server that throws one out before is not asked again at once. */
  settled() {
    this.#pauses = 0;
  }

  #received(data) {
    this.#listen(QUIET_MAX);
    if (this.state === 'connecting') this.#become('open');
    this.#on.message(JSON.parse(data));
  }

  /** Waits for a word of the server; asks for one if none comes for so long. */
  #listen(wait) {
    this.#rest();
    this.#due = Date.now() + wait;
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  #ask() {
    this.#on.quiet();
    this.#expect(ANSWER_MAX);
  }

  /** Gives up if nothing comes for so long. */
  #expect(wait, slept = false) {
    this.#rest();
    this.#asked = true;
    this.#due = Date.now() + wait;
    this.#timer = setTimeout(() => {
      if (!slept && Date.now() - this.#due > LATE) return this.#expect(LATE, true);
      this.#socket.close();
      this.#lost();
    }, wait);
  }

  /** Lets go of the socket, whatever it still has to say. */
  #drop() {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #rest() {
    this.#held = false;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#asked = false;
  }

  #lost(code) {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = null;
    this.#rest();
    this.failures = this.state === 'open' ? 0 : this.failures + 1;
    this.why = WHY[code] ?? 'lost';
    if (LEFT.includes(this.why)) return this.#become('left');
    const wait = pause(this.#pauses, Math.random());
    this.#pauses += 1;
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#become('resting');
  }

  #become(state) {
    this.state = state;
    this.#on.change();
  }
}

// Where the servers are that are one chat: first the one that has given the page, then those that it names.

export class Servers {
  #all;
  /** The one it is the turn of. */
  #turn = 0;

  /** `own` is where the page is. */
  constructor(own) {
    this.#all = [own];
  }

  /** Learns where the others are, from what the server has answered: origins of pages. */
  learn(origins) {
    const own = this.#all[0];
    this.#all = [own, ...origins.filter((origin) => origin !== new URL(own).origin)];
    this.#turn %= this.#all.length;
  }

  /** The one it is the turn of lets nobody in. */
  pass() {
    this.#turn = (this.#turn + 1) % this.#all.length;
  }

  /** Where the one is that it is the turn of: an origin. */
  get origin() {
    return new URL(this.#all[this.#turn]).origin;
  }

  /** Returns where a socket is opened, to chat or to log in. */
  socket(logsIn) {
    const address = new URL(logsIn ? 'socket?login' : 'socket', this.#all[this.#turn]);
    address.protocol = address.protocol.replace('http', 'ws');
    return address;
  }
}

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';

import { Link, pause } from '../../link.js';
import { Clock } from './clock.js';

let clock;
let sockets;
let states;
let messages;
let link;

class Socket {
  sent = [];
  closed = false;

  constructor() {
    sockets.push(this);
  }

  send(line) {
    this.sent.push(line);
  }

  close() {
    this.closed = true;
  }

  says(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

beforeEach(() => {
  clock = new Clock();
  [sockets, states, messages] = [[], [], []];
  link = new Link({
    open: () => new Socket(),
    message: (message) => messages.push(message),
    change: () => states.push(link.state),
    quiet: () => link.send('/rooms'),
  });
  link.connect();
});

test('pauses grow, to half a minute, and vary by a quarter', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 100].map((failures) => pause(failures, 0.5) / 1000), [1, 2, 4, 8, 15, 30, 30, 30]);
  assert.deepEqual([0, 1].map((random) => pause(2, random)), [3000, 5000]);
});

test('a link is open when the server has said something', () => {
  link.send('too early');
  sockets[0].says({ kind: 'hello' });
  link.send('hi');
  assert.deepEqual([states, messages, sockets[0].sent], [['connecting', 'open'], [{ kind: 'hello' }], ['hi']]);
});

test('a lost link comes back by itself, after longer and longer', () => {
  let waited = 0;
  for (let failures = 0; failures < 4; failures += 1) {
    sockets.at(-1).onclose({ code: 1006 });
    assert.equal(link.state, 'resting');
    const wait = link.retryAt - Date.now();
    assert.ok(wait > waited, `${wait} after ${waited}`);
    waited = wait;
    clock.pass(wait - 1);
    assert.equal(sockets.length, failures + 1);
    clock.pass(1);
    assert.equal(sockets.length, failures + 2);
  }
});

test('pauses begin anew only when one has arrived', () => {
  for (let failures = 0; failures < 5; failures += 1) {
    sockets.at(-1).says({ kind: 'hello' });
    sockets.at(-1).onclose({ code: 1006 });
    clock.pass(link.retryAt - Date.now());
  }
  sockets.at(-1).onclose({ code: 1006 });
  assert.ok(link.retryAt - Date.now() >= 22_500);
  link.connect();
  link.settled();
  sockets.at(-1).onclose({ code: 1006 });
  assert.ok(link.retryAt - Date.now() <= 1250);
});

test('an attempt can be made now, and only one', () => {
  sockets[0].onclose({ code: 1006 });
  link.connect();
  link.connect();
  clock.pass(10_000);
  assert.equal(sockets.length, 2);
});

test('a page that was put aside connects anew at once, and does not hear of the connection that it had', () => {
  sockets[0].says({ kind: 'hello' });
  link.renew();
  assert.deepEqual([states, sockets.length], [['connecting', 'open', 'connecting'], 2]);
  assert.deepEqual([sockets[0].closed, sockets[0].onmessage, sockets[0].onclose], [true, null, null]);
  sockets[1].onclose({ code: 1006 });
  link.renew();
  assert.deepEqual([link.state, sockets.length], ['connecting', 3]);
  clock.pass(10_000);
  assert.equal(sockets.length, 3);
  sockets[2].onclose({ code: 1000 });
  link.renew();
  assert.deepEqual([link.state, sockets.length], ['left', 3]);
});

test('the close code says why, and who has left stays away', () => {
  for (const [code, why, state] of [[1001, 'stopped', 'resting'], [1013, 'full', 'resting'], [1006, 'lost', 'resting'], [1000, 'left', 'left']]) {
    sockets.at(-1).onclose({ code });
    assert.deepEqual([link.why, link.state], [why, state]);
    if (state === 'resting') link.connect();
  }
  clock.pass(100_000);
  assert.equal(link.state, 'left');
  link.connect();
  assert.equal(link.state, 'connecting');
});

/** How long it takes, in ms, until something is so. */
function until(what) {
  const start = Date.now();
  while (!what()) {
    assert.ok(Date.now() - start < 600_000, 'it never is');
    clock.pass(100);
  }
  return Date.now() - start;
}

test('a server that says nothing more is noticed within half a minute, and what it says later is not heard', () => {
  sockets[0].says({ kind: 'hello' });
  assert.ok(until(() => link.state === 'resting') <= 30_000);
  assert.deepEqual([sockets[0].sent, sockets[0].closed, sockets[0].onmessage], [['/rooms'], true, null]);
});

test('after a line that nothing comes back to, it is noticed sooner, however much more is typed', () => {
  sockets[0].says({ kind: 'hello' });
  clock.pass(9000);
  let typed = 0;
  const took = until(() => {
    if (link.state === 'open') link.send(`line ${(typed += 1)}`);
    return link.state === 'resting';
  });
  assert.ok(took <= 16_000, `${took}`);
});

test('a server that answers is kept, be it asked every few seconds', () => {
  sockets[0].says({ kind: 'hello' });
  let answered = 0;
  for (let seconds = 0; seconds < 600; seconds += 1) {
    clock.pass(1000);
    for (; answered < sockets[0].sent.length; answered += 1) sockets[0].says({ kind: 'rooms' });
  }
  assert.deepEqual([link.state, sockets.length], ['open', 1]);
  assert.ok(answered >= 36 && answered <= 40, `${answered} questions in ten minutes`);
});

test('a line that has no answer of its own, as a blank one, costs no connection', () => {
  sockets[0].says({ kind: 'hello' });
  link.send('\u200b');
  clock.pass(3000);
  assert.deepEqual(sockets[0].sent, ['\u200b', '/rooms']);
  sockets[0].says({ kind: 'rooms' });
  clock.pass(14_000);
  assert.equal(link.state, 'open');
});

test('a page that has slept hears first what came meanwhile', () => {
  sockets[0].says({ kind: 'hello' });
  clock.pass(15_000);
  clock.sleep(3_600_000);
  assert.equal(link.state, 'open', 'the answer may be here already');
  sockets[0].says({ kind: 'rooms' });
  clock.pass(14_000);
  assert.equal(link.state, 'open');
  clock.pass(1000);
  clock.sleep(3_600_000);
  clock.pass(2000);
  assert.equal(link.state, 'resting', 'nothing came');
});

test('whether the server still answers can be asked at once', () => {
  sockets[0].says({ kind: 'hello' });
  link.check();
  link.check();
  assert.deepEqual(sockets[0].sent, ['/rooms']);
  assert.ok(until(() => link.state === 'resting') <= 12_000);
});

test('who goes on elsewhere does not come back by itself', () => {
  sockets[0].says({ kind: 'hello' });
  sockets[0].onclose({ code: 4001 });
  clock.pass(100_000);
  assert.deepEqual([link.state, link.why, sockets.length], ['left', 'elsewhere', 1]);
  link.connect();
  assert.equal(sockets.length, 2);
});

test('attempts that came to no connection are counted', () => {
  const lose = () => {
    sockets.at(-1).onclose({ code: 1006 });
    return link.failures;
  };
  assert.equal(lose(), 1);
  link.connect();
  assert.equal(lose(), 2);
  link.connect();
  sockets.at(-1).says({ kind: 'hello' });
  assert.equal(lose(), 0);
});

test('a server that never says hello is given up', () => {
  clock.pass(30_000);
  assert.equal(link.state, 'resting');
});

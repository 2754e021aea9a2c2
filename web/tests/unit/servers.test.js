import assert from 'node:assert/strict';
import test from 'node:test';

import { Servers } from '../../servers.js';

test('without others, it is tried where the page is from', () => {
  const servers = new Servers('https://chat.example/talk/#pizza');
  assert.equal(servers.socket(false).href, 'wss://chat.example/talk/socket');
  servers.pass();
  assert.equal(servers.socket(true).href, 'wss://chat.example/talk/socket?login');
});

test('it goes on at each of the others in turn, and not twice at its own', () => {
  const servers = new Servers('http://a.example:8080/');
  servers.learn(['http://a.example:8080', 'https://b.example', 'http://[::1]:7']);
  const tried = Array.from({ length: 4 }, () => {
    const { href } = servers.socket(false);
    servers.pass();
    return href;
  });
  assert.deepEqual(tried, ['ws://a.example:8080/socket', 'wss://b.example/socket', 'ws://[::1]:7/socket', 'ws://a.example:8080/socket']);
  servers.learn([]);
  assert.equal(servers.socket(false).href, 'ws://a.example:8080/socket');
});

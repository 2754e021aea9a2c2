#!/usr/bin/env node
// A stand-in for the servers until they have the web door: the same ready lines, the same words on both doors.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';

const flag = (name, otherwise) => { const i = process.argv.indexOf(name); return i < 0 ? otherwise : process.argv[i + 1]; };
const port = Number(flag('--port', 0));
const web = flag('--web', '127.0.0.1:0').split(':');
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' };
const COMMANDS = [['help', null, 'prints this message'], ['name', 'name', 'change name'], ['rooms', null, 'list rooms'], ['join', 'room', 'join room'], ['users', null, 'lists users in current room'], ['quit', null, 'quits server']].map(([word, argument, what]) => ({ word, argument, what }));
const boot = randomBytes(8).toString('hex');
const people = new Set();
const seqs = new Map([['main', 0]]);
let guests = 0;
const ADJ = ['Brave', 'Mellow', 'Sunny', 'Quiet', 'Clever'], ANI = ['Otter', 'Heron', 'Badger', 'Lynx', 'Wren'];
const k = (s) => s.toLowerCase();
const members = (room) => [...people].filter((p) => p.room && k(p.room) === k(room));
const cast = (room, m, but) => members(room).forEach((p) => p !== but && p.out(m));
function line(m) {
  switch (m.kind) {
    case 'help': return ['Server commands', ...m.commands.map((c) => `  /${c.word} - ${c.what}`)].join('\n');
    case 'you': return `You are ${m.name}`;
    case 'room': return `You joined ${m.room}`;
    case 'here': return `You are in ${m.room}`;
    case 'joined': return `${m.name} joined`;
    case 'left': return `${m.name} left`;
    case 'said': return `${m.name}: ${m.text}`;
    case 'renamed': return `${m.old} is now ${m.new}`;
    case 'taken': return `${m.name} is already taken`;
    case 'rooms': return `Rooms - ${m.rooms.map((r) => `${r.room} (${r.people})`).join(', ')}`;
    case 'users': return `Users - ${m.names.join(', ')}`;
    case 'stopping': return 'Server is shutting down';
    default: return null;
  }
}
function join(p, room) {
  const there = [...people].map((q) => q.room).find((r) => r && k(r) === k(room)) ?? room;
  if (p.room) leave(p);
  if (!members(there).length && k(there) !== 'main') seqs.set(k(there), 0);
  p.room = there;
  p.out({ kind: 'room', room: there, seq: seqs.get(k(there)) ?? 0 });
  cast(there, { kind: 'joined', name: p.name }, p);
}
function leave(p) { const room = p.room; p.room = null; cast(room, { kind: 'left', name: p.name }); }
function open(out, close) {
  const p = { name: `${ADJ[guests % 5]}${ANI[Math.floor(guests / 5) % 5]}${guests > 24 ? guests : ''}`, room: null, out, close };
  guests++;
  people.add(p);
  out({ kind: 'hello', server: 'chinwag', version: '0.1.0', boot, line_chars: 400, name_chars_min: 2, name_chars_max: 20 });
  out({ kind: 'help', commands: COMMANDS });
  out({ kind: 'you', name: p.name });
  join(p, 'main');
  return p;
}
function gone(p) { if (people.delete(p) && p.room) leave(p); }
function on(p, text) {
  text = [...text].filter((c) => c >= ' ').join('');
  if (!text.trim()) return;
  if ([...text].length > 400) return p.out({ kind: 'too-long', chars: 400 });
  const [word, arg = ''] = text.startsWith('/') && !text.startsWith('//') ? [text.split(/\s/)[0], text.split(/\s/).slice(1).join(' ').trim()] : [null];
  const ok = /^[\w-]{2,20}$/.test(arg);
  if (word === null) {
    const seq = (seqs.get(k(p.room)) ?? 0) + 1;
    seqs.set(k(p.room), seq);
    return cast(p.room, { kind: 'said', room: p.room, name: p.name, text: text.replace(/^\/\//, '/'), time: Date.now(), seq });
  }
  switch (word) {
    case '/help': return p.out({ kind: 'help', commands: COMMANDS });
    case '/name': {
      if (!ok) return p.out({ kind: 'bad-name', chars_min: 2, chars_max: 20 });
      if (arg === p.name) return p.out({ kind: 'you', name: p.name });
      if ([...people].some((q) => q !== p && k(q.name) === k(arg)) || /^(you|server|rooms|users)$/i.test(arg)) return p.out({ kind: 'taken', name: arg });
      const old = p.name; p.name = arg;
      return cast(p.room, { kind: 'renamed', old, new: arg });
    }
    case '/join':
      if (!ok) return p.out({ kind: 'bad-room', chars_min: 2, chars_max: 20 });
      if (k(arg) === k(p.room)) return p.out({ kind: 'here', room: p.room });
      return join(p, arg);
    case '/rooms': {
      const rooms = new Map([['main', { room: 'main', people: 0 }]]);
      for (const q of people) { const r = rooms.get(k(q.room)) ?? { room: q.room, people: 0 }; r.people++; rooms.set(k(q.room), r); }
      return p.out({ kind: 'rooms', rooms: [...rooms.values()].sort((a, b) => b.people - a.people || (a.room < b.room ? -1 : 1)), more: 0 });
    }
    case '/users': return p.out({ kind: 'users', names: members(p.room).map((q) => q.name).sort(), more: 0 });
    case '/quit': return p.close(1000);
    default: return p.out({ kind: 'unrecognized', word });
  }
}
const tcp = createTcp((socket) => {
  socket.setEncoding('utf8');
  let rest = '';
  const p = open((m) => { const l = line(m); if (l !== null && !socket.destroyed) socket.write(`${l}\n`); }, () => socket.end());
  socket.on('data', (d) => { rest += d; const lines = rest.split('\n'); rest = lines.pop(); for (const l of lines) if (people.has(p)) on(p, l.replace(/\r$/, '')); });
  socket.on('close', () => gone(p)); socket.on('error', () => {});
});
const root = fileURLToPath(new URL('..', import.meta.url));
const http = createServer((request, response) => {
  const path = request.url === '/' ? 'index.html' : request.url.slice(1);
  if (!/^[a-z]+\.(html|css|js|svg)$/.test(path) || !existsSync(root + path)) { response.writeHead(404).end(); return; }
  response.writeHead(200, { 'content-type': TYPES[path.split('.')[1]], 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' });
  createReadStream(root + path).pipe(response);
});
http.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  const frame = (op, body) => { const n = body.length; const head = n < 126 ? Buffer.from([0x80 | op, n]) : n < 65536 ? Buffer.from([0x80 | op, 126, n >> 8, n & 255]) : Buffer.from([0x80 | op, 127, 0, 0, 0, 0, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]); if (!socket.destroyed) socket.write(Buffer.concat([head, body])); };
  const close = (code) => { frame(8, Buffer.from([code >> 8, code & 255])); socket.end(); };
  const p = open((m) => frame(1, Buffer.from(JSON.stringify(m))), close);
  let buffer = Buffer.alloc(0);
  socket.on('data', (d) => {
    buffer = Buffer.concat([buffer, d]);
    for (;;) {
      if (buffer.length < 6) return;
      let n = buffer[1] & 127, at = 2;
      if (n === 126) { n = buffer.readUInt16BE(2); at = 4; }
      if (buffer.length < at + 4 + n) return;
      const mask = buffer.subarray(at, at + 4);
      const body = Buffer.from(buffer.subarray(at + 4, at + 4 + n)).map((b, i) => b ^ mask[i % 4]);
      const op = buffer[0] & 15;
      buffer = buffer.subarray(at + 4 + n);
      if (op === 8) return socket.end();
      if (op === 1) on(p, body.toString());
    }
  });
  socket.on('close', () => gone(p)); socket.on('error', () => {});
  p.stop = () => { p.out({ kind: 'stopping' }); close(1001); };
});
process.on('SIGTERM', () => { for (const p of people) p.stop ? p.stop() : p.close(); setTimeout(() => process.exit(0), 50); });
tcp.listen(port, '127.0.0.1', () => {
  console.log(`chinwag-mock 0.1.0 listening on 127.0.0.1:${tcp.address().port}`);
  http.listen(Number(web[1]), web[0], () => console.log(`chinwag-mock 0.1.0 web page at http://127.0.0.1:${http.address().port}/`));
});

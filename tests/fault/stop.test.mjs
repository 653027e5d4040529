// Stopping, reloading, and clients that are slow, half gone or lost.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import net from 'node:net';
import { after, test } from 'node:test';
import { raw, serve as start, statuses } from '../site/binary.mjs';

// A server that a failed test left running would keep this file from ending.
const started = [];
const serve = async (...flags) => {
  const site = await start(...flags);
  started.push(site);
  return site;
};
after(() => started.forEach((site) => site.child.kill('SIGKILL')));

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const get = (path, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
const upload = '/me/registrants/new/individual';

function connect(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
    socket.got = '';
    socket.on('data', (c) => (socket.got += c.toString('latin1')));
    socket.over = new Promise((r) => socket.on('close', () => r(true)));
  });
}

// Files that the process holds open below its data folder and that have no name any more.
const nameless = (site) =>
  readdirSync(`/proc/${site.child.pid}/fd`).filter((fd) => {
    try {
      const to = readlinkSync(`/proc/${site.child.pid}/fd/${fd}`);
      return to.startsWith(site.data) && to.endsWith('(deleted)');
    } catch {
      return false;
    }
  });

test('SIGTERM: what is in flight is answered, then it exits with 0', async () => {
  // A slow answer is needed: hashing a password with much memory, one at a time.
  const site = await serve('--argon2-memory', '128M', '--argon2-ops', '3', '--argon2-parallel', '1', '--rate-factor', '1000', '--stop-timeout', '60s');
  const body = 'mobile=13800138000&password=wrong-wrong-wrong';
  const login = `POST /login HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const sockets = await Promise.all(Array.from({ length: 5 }, () => connect(site.port)));
  for (const s of sockets) s.write(login);
  await sleep(150);
  const waiting = sockets.filter((s) => !s.got).length;
  site.child.kill('SIGTERM');
  await Promise.all(sockets.map((s) => s.over));
  assert.ok(waiting > 0, 'some were in flight when the signal came');
  for (const s of sockets) {
    assert.equal(statuses(s.got).length, 1, s.got.slice(0, 300));
    assert.match(s.got, /<\/html>\s*$/, 'whole');
  }
  assert.match(sockets.at(-1).got, /\r\nConnection: close\r\n/i);
  assert.deepEqual(await site.ended, { code: 0, signal: null }, site.log().slice(-2000));
  await site.stop();
});

test('SIGTERM under load from clients that keep their connections: every answer is whole, and it ends', async () => {
  const site = await serve('--rate-factor', '1000', '--stop-timeout', '20s', '--access-log', 'off');
  let whole = 0, over = false;
  const broken = [];
  const clients = Array.from({ length: 16 }, async (_, i) => {
    const path = i % 2 ? '/rules' : `/login?next=/${i}`;
    while (!over) {
      const s = await connect(site.port).catch(() => null);
      if (!s) return;
      for (let n = 0; n < 1000 && !s.destroyed && !s.readableEnded; n++) {
        s.got = '';
        s.write(get(path));
        while (!/<\/html>\s*$/.test(s.got) && !s.destroyed && !s.readableEnded) await sleep(1);
        if (/<\/html>\s*$/.test(s.got)) whole++;
        else if (s.got) broken.push(s.got);
      }
      s.destroy();
    }
  });
  while (whole < 100) await sleep(5);
  const from = Date.now();
  site.child.kill('SIGTERM');
  const how = await site.ended;
  over = true;
  await Promise.all(clients);
  assert.deepEqual(how, { code: 0, signal: null }, site.log().slice(-2000));
  assert.ok(Date.now() - from < 15000, `ended after ${Date.now() - from} ms`);
  assert.deepEqual(broken, []);
  await site.stop();
});

test('a client that never finishes does not hold the stop beyond its limit', async () => {
  const site = await serve('--stop-timeout', '1s');
  const s = await connect(site.port);
  s.write(`POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=`);
  await sleep(200);
  const from = Date.now();
  site.child.kill('SIGTERM');
  assert.deepEqual(await site.ended, { code: 0, signal: null }, site.log().slice(-2000));
  const took = Date.now() - from;
  assert.ok(took >= 900 && took < 10000, `${took} ms`);
  s.destroy();
  await site.stop();
});

test('SIGHUP under load: reloads, and no request is lost', async () => {
  const site = await serve('--rate-factor', '1000', '--access-log', 'off');
  const url = `http://127.0.0.1:${site.port}/rules`;
  const load = Array.from({ length: 8 }, async () => {
    for (let i = 0; i < 40; i++) assert.equal((await fetch(url).then(async (r) => (await r.text(), r.status))), 200);
  });
  for (let i = 0; i < 5; i++) {
    site.child.kill('SIGHUP');
    await sleep(50);
  }
  await Promise.all(load);
  await sleep(200);
  assert.ok(site.log().split('"event":"reload"').length > 1, 'it says so');
  assert.deepEqual(await site.stop(), { code: 0, signal: null });
});

test('slow heads: cut after twenty seconds, others are served meanwhile', async () => {
  const site = await serve('--rate-factor', '1000', '--access-log', 'off');
  const from = Date.now();
  const slow = await Promise.all(Array.from({ length: 150 }, () => connect(site.port)));
  const drip = setInterval(() => slow.forEach((s) => s.writable && s.write('a')), 1000);
  for (const s of slow) {
    s.on('error', () => {});
    s.write('GET /a HTTP/1.1\r\nHost: x\r\nA: ');
  }
  for (let i = 0; i < 10; i++) {
    const t = Date.now();
    assert.equal((await fetch(`http://127.0.0.1:${site.port}/rules`)).status, 200);
    assert.ok(Date.now() - t < 3000, 'served at once');
    await sleep(100);
  }
  await Promise.race([Promise.all(slow.map((s) => s.over)), sleep(40000)]);
  clearInterval(drip);
  assert.equal(slow.filter((s) => !s.destroyed).length, 0, 'all are cut');
  assert.ok(Date.now() - from > 15000, 'not at once');
  assert.deepEqual(await site.stop(), { code: 0, signal: null });
});

test('a body that stops coming is cut after the idle time', async () => {
  const site = await serve('--idle-timeout', '2s');
  const s = await connect(site.port);
  s.write(`POST ${upload} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name="id_photo"; filename="a.pdf"\r\n\r\n%PDF`);
  await sleep(300);
  assert.equal(nameless(site).length, 1, 'the upload is under way');
  assert.ok(await Promise.race([s.over, sleep(15000)]), 'cut');
  await sleep(200);
  assert.deepEqual(nameless(site), []);
  assert.deepEqual(await site.stop(), { code: 0, signal: null });
});

test('a half-closed connection still gets its answer', async () => {
  const site = await serve();
  const { text } = await raw(site.port, get('/rules', 'Connection: close\r\n'), { linger: false, quiet: 5000 });
  assert.deepEqual(statuses(text), [200]);
  assert.match(text, /<\/html>\s*$/);
  assert.deepEqual(await site.stop(), { code: 0, signal: null });
});

test('connections lost in the middle of an upload leave nothing behind', async () => {
  // Some ends of a connection are noticed at once, the others by the idle time.
  const site = await serve('--idle-timeout', '3s');
  const kept = () => readdirSync(site.data, { recursive: true }).filter((f) => !/^log(\/|\.state|$)/.test(f)).sort(); // the log grows by itself
  const files = kept();
  for (let i = 0; i < 20; i++) {
    const s = await connect(site.port);
    s.on('error', () => {});
    s.write(`POST ${upload} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="id_photo"; filename="a.pdf"\r\n\r\n`);
    s.write(Buffer.alloc(300000 + i * 10000, 65));
    await sleep(20);
    if (i % 2) s.resetAndDestroy();
    else s.destroy();
  }
  for (let i = 0; i < 300 && nameless(site).length; i++) await sleep(50);
  assert.deepEqual(nameless(site), [], 'no open files');
  assert.deepEqual(kept(), files);
  assert.equal((await fetch(`http://127.0.0.1:${site.port}/rules`)).status, 200);
  assert.deepEqual(await site.stop(), { code: 0, signal: null });
});

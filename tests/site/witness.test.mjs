// Witnesses: real processes on loopback, one that is down, and forks that are refused: A16.2.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkSignature, readCheckpoint, readKey, readNote } from '../verify.mjs';
import { binary } from './binary.mjs';
import { startSite } from './drive.mjs';

const dir = mkdtempSync(join(tmpdir(), 'gongqi-witness-'));
const witnesses = [];
let site, key;

const freePort = () =>
  new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });

async function startWitness(name, port) {
  const at = join(dir, name);
  const child = spawn(binary(), ['witness', at, name, `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let log = '';
  child.stdout.on('data', (c) => (out += c));
  child.stderr.on('data', (c) => (log += c));
  const ended = new Promise((r) => child.on('exit', r));
  for (let i = 0; i < 200 && !(out.includes('\n') && log.includes('"serving"')); i++) await new Promise((r) => setTimeout(r, 50));
  const w = { name, at, port, url: `http://127.0.0.1:${port}`, vkey: out.trim(), key: readKey(out.trim()), log: () => log };
  w.stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return w;
}

before(async () => {
  for (const name of ['one.example', 'two.example']) witnesses.push(await startWitness(name, await freePort()));
  const down = await startWitness('down.example', await freePort());
  await down.stop();
  witnesses.push(down);
  const policy = join(dir, 'policy');
  writeFileSync(policy, ['# three witnesses, two are enough', ...witnesses.map((w) => `witness ${w.url}/ ${w.vkey}`), 'quorum 2', ''].join('\n'));
  site = await startSite('--rate-factor', '1000', '--log-witnesses', policy);
  key = readKey(await text('/log/key'));
  // The witnesses learn of the log and start again; the askers try again by themselves.
  for (let i = 0; i < 2; i++) {
    await witnesses[i].stop();
    writeFileSync(join(witnesses[i].at, 'logs'), `${await text('/log/key')}`);
    witnesses[i] = await startWitness(witnesses[i].name, witnesses[i].port);
  }
});
after(async () => {
  await site.stop();
  for (const w of witnesses) await w.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function text(path) {
  const res = await fetch(site.base + path, { headers: { 'accept-language': 'zh' } });
  return res.status === 200 ? res.text() : '';
}
async function until(what, fn) {
  for (let i = 0; i < 300; i++) {
    const got = await fn();
    if (got) return got;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}
const witnessed = (more) =>
  until(`a witnessed checkpoint over ${more}`, async () => {
    const t = await text('/log/checkpoint.witnessed');
    return t && readCheckpoint(t, key).size > more && t;
  });
const post = async (w, body) => {
  const res = await fetch(`${w.url}/add-checkpoint`, { method: 'POST', body });
  return { status: res.status, type: res.headers.get('content-type'), text: await res.text() };
};

test('the quorum cosigns though one witness is down', async () => {
  await site.person().signUp('15400000051');
  const t = await witnessed(0n);
  const note = readNote(t);
  const c = readCheckpoint(t, key);
  for (const w of witnesses.slice(0, 2)) {
    const at = Number(checkSignature(note, w.key));
    assert.ok(Math.abs(at - Date.now() / 1000) < 60, 'the cosignature carries its time');
  }
  assert.throws(() => checkSignature(note, witnesses[2].key));
  await site.person().signUp('15400000052');
  await witnessed(c.size);
});

test('the page shows who signs and who is down', async () => {
  const page = await until('a page with problems', async () => {
    const t = await text('/log');
    return t.includes('联系不上') && t;
  });
  assert.match(page, /至少 2 位联署/);
  assert.equal(page.match(/已联署/g).length, 2);
});

// A checkpoint that the log's own key signed, over another tree: what only a thief or a dishonest
// provider could make.
function forged(size, root) {
  const text = readFileSync(join(site.data, 'log.key'), 'utf8').trim();
  const seed = Buffer.from(text.slice(text.length - 44), 'base64').subarray(1);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const body = `${key.name}\n${size}\n${root.toString('base64')}\n`;
  const sig = sign(null, Buffer.from(body), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return `${body}\n— ${key.name} ${Buffer.concat([Buffer.from(key.id, 'hex'), sig]).toString('base64')}\n`;
}

test('a fork is refused, of the same size and of a larger one', async () => {
  const c = readCheckpoint(await witnessed(0n), key);
  const other = Buffer.alloc(32, 7);
  const w = witnesses[0];
  const same = await post(w, `old ${c.size}\n\n${forged(c.size, other)}`);
  assert.equal(same.status, 409);
  assert.equal(same.type, 'text/x.tlog.size');
  assert.equal(same.text, `${c.size}\n`);
  const larger = await post(w, `old ${c.size}\n${Buffer.alloc(32, 9).toString('base64')}\n\n${forged(c.size + 5n, other)}`);
  assert.equal(larger.status, 422, larger.text);
  const smaller = await post(w, `old 0\n\n${forged(1n, other)}`);
  assert.equal(smaller.status, 409);
  await w.stop();
  witnesses[0] = await startWitness(w.name, w.port);
  assert.equal(witnesses[0].vkey, w.vkey, 'it keeps its key');
  assert.equal((await post(witnesses[0], `old 0\n\n${forged(1n, other)}`)).status, 409, 'it remembers over a restart');
});

test('what it does not know, or nobody signed, is refused with the right status', async () => {
  const w = witnesses[0];
  const c = readCheckpoint(await witnessed(0n), key);
  const good = forged(c.size, c.root);
  assert.equal((await post(w, `old ${c.size}\n\n${good.replaceAll(key.name, 'other.example/log')}`)).status, 404);
  assert.equal((await post(w, `old ${c.size}\n\n${good.replace(/\n\d+\n/, '\n999\n')}`)).status, 403);
  assert.equal((await post(w, `old ${c.size + 1n}\n\n${good}`)).status, 400);
  for (const bad of ['', 'old', 'old x\n\n', `old 01\n\n${good}`, `old ${c.size}\nAAAA\n\n${good}`, `old ${c.size}\n${good}`, '\u0000'])
    assert.equal((await post(w, bad)).status, 400, JSON.stringify(bad));
  assert.equal((await post(w, `old ${c.size}\n\n${good}`)).status, 200, 'the same checkpoint again is cosigned again');
  assert.doesNotMatch(w.log(), /Sanitizer|runtime error/);
});

test('a policy that makes no sense refuses to start', () => {
  const bad = join(dir, 'bad-policy');
  for (const text of ['quorum 1\n', `witness ${witnesses[0].url} ${witnesses[0].vkey}\nquorum 2\n`, `witness ftp://x ${witnesses[0].vkey}\nquorum 1\n`, 'witness http://x nokey\nquorum 1\n']) {
    writeFileSync(bad, text);
    assert.throws(() => execFileSync(binary(), ['log', 'status', '--data', site.data, ...site.db, '--log-witnesses', bad], { stdio: 'pipe' }), /bad_policy/);
  }
});

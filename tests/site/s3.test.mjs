// Media and the record in an S3-compatible store (tests/s3/server.mjs, which checks every signature): uploaded,
// served, sealed, checked by both verifiers, backed up, and what happens while the store is away.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUCKET, KEY, REGION, SECRET, startS3 } from '../s3/server.mjs';
import { binary } from './binary.mjs';
import { openAccount, startSite } from './drive.mjs';
import { png } from './png.mjs';

let store, site, dir, flags, who;
before(async () => {
  store = await startS3();
  dir = mkdtempSync(join(tmpdir(), 'gongqi-s3-'));
  writeFileSync(join(dir, 'key'), `${KEY}\n${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(dir, 'wrong'), `${KEY}\nanother\n`, { mode: 0o600 });
  flags = ['--blobs', `s3://${BUCKET}/media`, '--log-tiles', `s3://${BUCKET}/log`, '--s3-endpoint', store.endpoint, '--s3-region', REGION];
  site = await startSite(...flags, '--s3-key-file', join(dir, 'key'));
  who = await openAccount(site);
});
after(async () => {
  await site?.stop();
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

// Not execFileSync: the store lives in this process.
const run = (...args) => new Promise((resolve) => {
  execFile(args[0], args.slice(1), { encoding: 'utf8' }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, text: stdout + stderr }));
});
const gongqi = (name, key, ...args) => run(binary(), name, ...args, '--data', site.data, ...site.db, ...flags, '--s3-key-file', join(dir, key));
const keys = (prefix) => [...store.objects.keys()].filter((k) => k.startsWith(prefix));
const text = async (path) => (await fetch(site.base + path)).text();
const size = async () => Number((await text('/log/checkpoint')).split('\n')[1]);
async function grown(atLeast) {
  for (let i = 0; i < 200; i++) {
    if ((await size()) >= atLeast) return;
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('never sealed');
}

async function upload(name, bytes) {
  const base = `/console/${who.handle}/media`;
  const csrf = (await who.operator.get(base)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  const body = new FormData();
  body.append('_csrf', csrf);
  body.append('file', new Blob([bytes]), name);
  return who.operator.send(base, { method: 'POST', body, headers: { 'X-CSRF-Token': csrf } });
}

test('an uploaded picture lies in the store by its hash, and is served from there', async () => {
  const page = await upload('山.png', png());
  assert.ok(page.status < 400, page.text);
  const list = await who.operator.get(`/console/${who.handle}/media`);
  const [path] = list.text.match(/\/media\/[0-9a-f]{64}[^"]*/);
  const media = keys('media/').filter((k) => !k.includes('leaving'));
  assert.ok(media.length > 0);
  for (const key of media) {
    const [, a, b, hash] = key.match(/^media\/(..)\/(..)\/([0-9a-f]{64})$/);
    assert.ok(hash.startsWith(a + b));
    assert.equal(createHash('sha256').update(store.objects.get(key).data).digest('hex'), hash);
  }
  assert.deepEqual(readdirSync(join(site.data, 'blobs')), ['tmp']);
  const got = await fetch(site.base + path);
  const bytes = Buffer.from(await got.arrayBuffer());
  assert.equal(got.status, 200);
  assert.ok(media.some((k) => store.objects.get(k).data.equals(bytes)));
  const part = await fetch(site.base + path, { headers: { Range: 'bytes=1-3' } });
  assert.equal(part.status, 206);
  assert.equal(Buffer.from(await part.arrayBuffer()).toString('latin1'), bytes.subarray(1, 4).toString('latin1'));
});

test('the record is sealed into the store, and both verifiers find a copy right', async () => {
  await grown(1);
  assert.ok(keys('log/tile/entries/').length > 0);
  assert.ok(!existsSync(join(site.data, 'log', 'checkpoint')));
  assert.equal(store.objects.get('log/checkpoint').data.toString(), await text('/log/checkpoint'));
  writeFileSync(join(dir, 'log.key.pub'), await text('/log/key'));
  const checked = await run(join(dirname(binary()), 'gongqi-verify'), 'log', join(dir, 'log.key.pub'), `${site.base}/log`);
  assert.equal(checked.status, 0, checked.text);
  assert.match(checked.text, /\d+ leaves and \d+ tiles are right/);
  const other = await run(process.execPath, new URL('../verify.mjs', import.meta.url).pathname, 'log', join(dir, 'log.key.pub'), `${site.base}/log`);
  assert.equal(other.status, 0, other.text);
});

test('while the store is away pages go on, an upload says so, and signing catches up', async () => {
  const was = await size();
  store.state.fault = { status: 503, count: 1e9 };
  site.command('user', 'add', '13900001111', '某人');
  site.command('user', 'roles', '13900001111', 'reviewer'); // which is a record
  assert.equal((await fetch(`${site.base}/`)).status, 200);
  const refused = await upload('水.png', png(320, 200, [9, 9, 200]));
  assert.ok(refused.status >= 500, String(refused.status));
  store.state.fault = { count: 0 };
  const taken = await upload('水.png', png(320, 200, [9, 9, 200]));
  assert.ok(taken.status < 400, taken.text);
  await grown(was + 1);
});

test('doctor tries the store, and says what is wrong with the key', async () => {
  const good = await gongqi('doctor', 'key');
  assert.match(good.text, /^ok\s+s3 /m);
  assert.match(good.text, new RegExp(`s3://${BUCKET}/log can be written`));
  const bad = await gongqi('doctor', 'wrong');
  assert.match(bad.text, /^BAD\s+s3 .*SignatureDoesNotMatch/m);
  store.state.lax = true;
  assert.match((await gongqi('doctor', 'key')).text, /^BAD\s+s3 .*If-Match/m);
  store.state.lax = false;
  assert.deepEqual(keys('media/try').concat(keys('log/try')), []);
});

test('a backup has the media and the checkpoint out of the store', async () => {
  const file = join(dir, 'backup.tar');
  writeFileSync(join(dir, 'pass'), 'a passphrase of the test\n', { mode: 0o600 });
  const made = await gongqi('backup', 'key', file, '--passphrase-file', join(dir, 'pass'));
  assert.equal(made.status, 0, made.text);
  const names = execFileSync('tar', ['tf', file], { encoding: 'utf8' }).trim().split('\n');
  assert.ok(names.includes('checkpoint'), names.join());
  assert.deepEqual(names.filter((n) => n.startsWith('blobs/')).sort(), keys('media/').filter((k) => /[0-9a-f]{64}$/.test(k) && !k.includes('leaving')).map((k) => k.replace('media/', 'blobs/')).sort());
});

test('what lies in the directory from before the move is still served', async () => {
  const [key] = keys('media/').filter((k) => !k.includes('leaving'));
  const list = await who.operator.get(`/console/${who.handle}/media`);
  const paths = [...list.text.matchAll(/\/media\/[0-9a-f]{64}[^"]*/g)].map((m) => m[0]);
  const moved = new Map(keys('media/').map((k) => [k, store.objects.get(k)]));
  for (const [k, o] of moved) {
    const at = join(site.data, 'blobs', k.replace('media/', ''));
    execFileSync('mkdir', ['-p', dirname(at)]);
    writeFileSync(at, o.data);
    store.objects.delete(k);
  }
  assert.ok(key && paths.length);
  assert.equal((await fetch(site.base + paths[0])).status, 200);
});

test('a key file that others may read, or a place that is none, stops the start', () => {
  const start = (...more) => spawnSync(binary(), ['serve', '--data', join(dir, 'none'), '--listen', '127.0.0.1:0', ...more], { encoding: 'utf8', timeout: 20000 });
  writeFileSync(join(dir, 'open'), `${KEY}\n${SECRET}\n`, { mode: 0o644 });
  assert.match(start(...flags, '--s3-key-file', join(dir, 'open')).stderr, /0600/);
  assert.match(start('--blobs', '/srv/media').stderr, /s3:\/\/BUCKET/);
});

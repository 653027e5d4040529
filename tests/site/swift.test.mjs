// Media in a real S3 service, OpenStack Swift's s3api, whose check of signatures nobody here wrote. It knows no
// conditional writes, so the record stays in the directory (tests/site/s3.test.mjs has it in a store).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUCKET, REGION, SECRET } from '../s3/server.mjs';
import { binary } from './binary.mjs';
import { openAccount, startSite } from './drive.mjs';
import { png } from './png.mjs';

let swift, site, dir, flags, who;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gongqi-swift-'));
  const script = new URL('../s3/swift_store.py', import.meta.url).pathname;
  swift = spawn('/usr/bin/python3', [script, join(dir, 'swift')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    swift.stdout.once('data', (d) => resolve(Number(d)));
    swift.once('exit', () => reject(new Error('Swift does not start')));
  });
  writeFileSync(join(dir, 'key'), `test:tester\n${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(dir, 'wrong'), 'test:tester\nanother\n', { mode: 0o600 });
  flags = ['--blobs', `s3://${BUCKET}/site/media`, '--s3-endpoint', `http://127.0.0.1:${port}`, '--s3-region', REGION];
  site = await startSite(...flags, '--s3-key-file', join(dir, 'key'));
  who = await openAccount(site);
});
after(async () => {
  await site?.stop();
  swift.stdin.end();
  await new Promise((resolve) => swift.once('exit', resolve));
  rmSync(dir, { recursive: true, force: true });
});

const gongqi = (name, key, ...args) => new Promise((resolve) => {
  execFile(binary(), [name, ...args, '--data', site.data, ...site.db, ...flags, '--s3-key-file', join(dir, key)], { encoding: 'utf8' }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, text: stdout + stderr }));
});

test('a picture goes into Swift and comes back', async () => {
  const base = `/console/${who.handle}/media`, picture = png(900, 600);
  const csrf = (await who.operator.get(base)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  const body = new FormData();
  body.append('_csrf', csrf);
  body.append('file', new Blob([picture]), '山.png');
  const page = await who.operator.send(base, { method: 'POST', body, headers: { 'X-CSRF-Token': csrf } });
  assert.ok(page.status < 400, page.text);
  const [path] = (await who.operator.get(base)).text.match(/\/media\/[0-9a-f]{64}[^"]*/);
  const got = await fetch(site.base + path);
  assert.equal(got.status, 200);
  assert.match(got.headers.get('content-type'), /^image\//);
  assert.equal((await got.arrayBuffer()).byteLength, Number(got.headers.get('content-length')));
  assert.deepEqual(readdirSync(join(site.data, 'blobs')), ['tmp']);
});

test('doctor and backup reach it; a wrong secret is refused by it', async () => {
  assert.match((await gongqi('doctor', 'key')).text, /^ok\s+s3 .*media can be written/m);
  assert.match((await gongqi('doctor', 'wrong')).text, /^BAD\s+s3 .*SignatureDoesNotMatch/m);
  const made = await gongqi('backup', 'key', join(dir, 'backup.tar'));
  assert.equal(made.status, 0, made.text);
  assert.match(made.text, /[1-9]\d* blobs/);
});

test('it is no place for the record, which doctor says', async () => {
  const said = await gongqi('doctor', 'key', '--log-tiles', `s3://${BUCKET}/log`);
  assert.match(said.text, /^BAD\s+s3 .*no conditional writes/m);
});

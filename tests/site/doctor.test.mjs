// `gongqi doctor` looks at a site that runs and at one that does not, says what to do, and its exit
// code tells the worst: 0, 1 (warnings), 2 (bad).
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { binary } from './binary.mjs';
import { openAccount, startSite } from './drive.mjs';
import { png } from './png.mjs';

let site, world, tmp;
const secret = 'a secret of the test gateway';
const doctor = (...more) => {
  const done = spawnSync(binary(), ['doctor', '--json', '--data', site.data, ...site.db, '--listen', `127.0.0.1:${site.port}`, '--public-url', `http://127.0.0.1:${site.port}`, '--argon2-memory', '19M', ...more], { encoding: 'utf8' });
  const found = done.stdout ? JSON.parse(done.stdout) : { checks: [] };
  return { code: done.status, err: done.stderr, state: found.state, of: (name) => found.checks.find((c) => c.name === name) };
};

before(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'gongqi-doctor-'));
  site = await startSite();
  world = await openAccount(site);
  const bytes = Buffer.from(await png().arrayBuffer());
  const sent = await world.operator.submit('/console/riverside/media', {}, { button: '上传', files: { 文件: ['a.png', 'image/png', bytes] } });
  assert.equal(sent.status, 303);
});
after(async () => {
  await site.stop();
  rmSync(tmp, { recursive: true, force: true });
});

test('beside a running server: what is well, what is warned of, and what to do', () => {
  const found = doctor();
  assert.equal(found.code, 1, found.err);
  assert.equal(found.state, 'warn');
  assert.match(found.of('server').detail, /^ready at/);
  for (const name of ['files', 'data', 'clock', 'sandbox', 'database', 'integrity', 'record', 'log', 'jobs', 'retention', 'blobs']) assert.equal(found.of(name).state, 'ok', `${name}: ${found.of(name).detail}`);
  assert.match(found.of('log').detail, /\d+ leaves signed/);
  assert.match(found.of('blobs').detail, /^0 of [1-9]/);
  assert.match(found.of('backup').advice, /gongqi backup/);
  assert.equal(found.of('backup').state, 'warn');
});

test('all is well: 0', { skip: process.env.GONGQI_TEST_DB === 'postgres' && 'needs pg_dump' }, () => {
  site.command('backup', join(tmp, 'a.backup'));
  const found = doctor('--sms-url', `http://127.0.0.1:${site.port}/`, '--sms-secret', secret);
  assert.deepEqual([found.code, found.state], [0, 'ok'], JSON.stringify(found.of('settings')));
  assert.match(found.of('addresses').detail, /sms_url answers/);
  const week = Date.now() / 1000 - 8 * 86400;
  utimesSync(join(site.data, 'backup.last'), week, week);
  assert.match(doctor().of('backup').detail, /8 days ago/);
});

test('unsafe settings, dead gateways and open keys: 2', () => {
  const found = doctor('--public-url', 'http://gongqi.example', '--trusted-proxies', '0.0.0.0/0', '--sms-url', 'http://127.0.0.1:9/', '--sms-secret', 'short');
  assert.equal(found.code, 2);
  assert.match(found.of('settings').detail, /not https.*trusts everybody.*sms_secret is too short/);
  assert.match(found.of('settings').advice, /proxy with TLS/);
  assert.equal(found.of('addresses').state, 'warn');
  chmodSync(join(site.data, 'vault.key'), 0o644);
  const open = doctor();
  assert.equal(open.code, 2);
  assert.match(open.of('files').detail, /vault.key has mode 0644/);
  chmodSync(join(site.data, 'vault.key'), 0o600);
});

test('a missing blob is found', () => {
  const gone = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /^[0-9a-f]{64}$/.test(f.name));
  for (const f of gone(join(site.data, 'blobs'))) writeFileSync(join(f.parentPath ?? f.path, f.name), 'x', { mode: 0o600 });
  const found = doctor();
  assert.equal(found.code, 2);
  assert.match(found.of('blobs').detail, /^[1-9]\d* of/);
});

test('without a server, and without a database', async () => {
  await site.kill('SIGTERM');
  const found = doctor();
  assert.match(found.of('server').detail, /none answers/);
  assert.equal(found.of('record').state, 'ok');
  assert.equal(found.of('log').state, 'ok');
  const nothing = spawnSync(binary(), ['doctor', '--data', join(tmp, 'none'), '--database', `sqlite:${tmp}/no/such/place.db`], { encoding: 'utf8' });
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /gongqi doctor/);
  const old = execFileSync(binary(), ['check', '--data', site.data, ...site.db], { encoding: 'utf8' });
  assert.match(old, /^ok +record/m);
});

// A whole site in one file, made while it runs, and a site made of it that is the same.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { binary, demoData, launch } from './binary.mjs';
import { startSite } from './drive.mjs';

let site, dir, file, passphrase, other;
const run = (...args) => spawnSync(binary(), args, { encoding: 'utf8' });
const get = async (base, path) => {
  const res = await fetch(base + path);
  return { status: res.status, bytes: Buffer.from(await res.arrayBuffer()) };
};
// Where a restored site is: its flags of commands.
const place = (name) => {
  const data = join(dir, name);
  if (!site.db.length) return { data, flags: ['--data', data], db: [] };
  const database = `back_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', [process.env.GONGQI_TEST_PG, '-qc', `CREATE DATABASE ${database}`]);
  const url = new URL(process.env.GONGQI_TEST_PG);
  url.pathname = `/${database}`;
  made.push(database);
  return { data, flags: ['--data', data, '--database', url.href], db: ['--database', url.href] };
};
const made = [];

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gongqi-backup-'));
  file = join(dir, 'site.tar');
  passphrase = join(dir, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery staple\n');
  site = await startSite();
  demoData(site.data, ...site.db);
});
after(async () => {
  if (other) (other.child.kill('SIGTERM'), await other.ended);
  await site.stop();
  for (const name of made) execFileSync('psql', [process.env.GONGQI_TEST_PG, '-qc', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]);
  rmSync(dir, { recursive: true, force: true });
});

test('a running site is written into one file that any tar lists, for its owner only', () => {
  const done = run('backup', file, '--passphrase-file', passphrase, '--data', site.data, ...site.db);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /blobs of \d+ bytes; read back and whole/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
  assert.equal(names.at(-1), 'manifest.json');
  assert.ok(names.includes(site.db.length ? 'database.dump' : 'database.sqlite') && names.includes('keys.box') && names.includes('checkpoint'), names.slice(0, 5).join());
  assert.ok(names.filter((n) => n.startsWith('blobs/')).length > 50);
  assert.ok(!names.some((n) => /log\.state/.test(n)), 'what was signed last never is in a backup');
  assert.deepEqual(readdirSync(dir).sort(), ['passphrase', 'site.tar'], 'nothing else is left');
  const key = readFileSync(join(site.data, 'vault.key'), 'utf8').trim();
  assert.ok(!readFileSync(file).includes(key), 'the key is not in it in clear');
});

test('a backup is never written over another', () => {
  const before = statSync(file).mtimeMs;
  const done = run('backup', file, '--data', site.data, ...site.db);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /exists/);
  assert.equal(statSync(file).mtimeMs, before);
});

test('short and wrong passphrases, and folders that are not empty, are refused; nothing is made', () => {
  const to = place('refused');
  const short = join(dir, 'short');
  writeFileSync(short, 'too short');
  assert.match(run('backup', join(dir, 'x.tar'), '--passphrase-file', short, '--data', site.data, ...site.db).stderr, /at least 12/);
  const wrong = join(dir, 'wrong');
  writeFileSync(wrong, 'another passphrase');
  assert.match(run('restore', file, '--passphrase-file', wrong, ...to.flags).stderr, /wrong_passphrase/);
  assert.match(run('restore', file, ...to.flags).stderr, /keys_missing.*--passphrase-file/);
  assert.match(run('restore', file, '--passphrase-file', passphrase, '--data', site.data, ...site.db).stderr, /is not empty/);
  const strange = join(dir, 'strange');
  mkdirSync(strange);
  writeFileSync(join(strange, 'vault.key'), '0'.repeat(64));
  copyFileSync(join(site.data, 'log.key'), join(strange, 'log.key'));
  assert.match(run('restore', file, '--keys', strange, ...to.flags).stderr, /vault_wrong_key/);
  assert.ok(!existsSync(to.data) && !existsSync(`${to.data}.restoring`) && !existsSync(join(dir, 'x.tar')));
});

test('a changed, a cut and a foreign file are refused by name', () => {
  const to = place('broken');
  const bytes = readFileSync(file);
  const broken = join(dir, 'broken.tar');
  const refused = (data, why) => {
    writeFileSync(broken, data);
    const done = run('restore', broken, '--passphrase-file', passphrase, ...to.flags);
    assert.equal(done.status, 1);
    assert.match(done.stderr, why);
    assert.ok(!existsSync(to.data) && !existsSync(`${to.data}.restoring`));
  };
  // headers stand at multiples of 512; the first byte behind one of these is changed
  const flipped = (name) => {
    const copy = Buffer.from(bytes);
    let at = 0;
    while (!copy.subarray(at, at + name.length).equals(Buffer.from(name))) at += 512;
    copy[at + 512] ^= 1;
    return copy;
  };
  refused(flipped('database.'), /database\.\w+: is not what was written/);
  refused(flipped('blobs/'), /blobs: a blob is not what it is called/);
  refused(flipped('keys.box'), /keys\.box: is not what was written/);
  refused(bytes.subarray(0, bytes.length / 2), /cut off/);
  refused(Buffer.from('no archive at all'.repeat(100)), /bad_archive/);
});

test('a site made of it shows the same, and signs after it was adopted', async () => {
  const to = place('again');
  const done = run('restore', file, '--passphrase-file', passphrase, ...to.flags);
  assert.equal(done.status, 0, done.stderr);
  assert.match(done.stdout, /records and \d+ log rows match their hashes/);
  assert.equal(statSync(join(to.data, 'vault.key')).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(to.data, 'vault.key'), 'utf8'), readFileSync(join(site.data, 'vault.key'), 'utf8'));
  assert.match(run('check', ...to.flags).stdout, /ok +record/);

  const adopted = run('log', 'adopt', ...to.flags);
  assert.equal(adopted.status, 0, adopted.stderr);
  other = await launch(to.data, to.db);
  const base = `http://127.0.0.1:${other.port}`;
  const home = (await get(site.base, '/')).bytes.toString();
  const article = home.match(/href="(\/a\/[a-z0-9-]+\/\d+)"/)[1];
  const text = (page) => page.bytes.toString().match(/<div class="body"[\s\S]*?<\/article>|<article[\s\S]*?<\/article>/)?.[0];
  const [here, there] = [await get(site.base, article), await get(base, article)];
  assert.equal(there.status, 200);
  assert.ok(text(here)?.length > 500);
  assert.equal(text(there), text(here));
  const media = home.match(/src="(\/media\/[0-9a-f]{64}[^"]*)"/)[1];
  assert.ok((await get(base, media)).bytes.equals((await get(site.base, media)).bytes), media);
  assert.equal((await get(base, '/log/key')).bytes.toString(), (await get(site.base, '/log/key')).bytes.toString());
  // the tiles are made again from the database
  const size = async (at) => Number((await get(at, '/log/checkpoint')).bytes.toString().split('\n')[1]);
  for (let i = 0; i < 100 && !((await size(base)) > 0 && (await get(base, '/log/tile/0/000')).status === 200); i++) await new Promise((r) => setTimeout(r, 100));
  const tile = await get(base, '/log/tile/0/000');
  assert.equal(tile.status, 200);
  assert.ok(tile.bytes.equals((await get(site.base, '/log/tile/0/000')).bytes));
});

test('without the keys in it, the keys come from where they were kept', () => {
  const bare = join(dir, 'bare.tar');
  assert.match(run('backup', bare, '--data', site.data, ...site.db).stdout, /keys are NOT in it/);
  const kept = join(dir, 'kept');
  mkdirSync(kept);
  // a newer key file, which still holds the older key, serves as well
  const rotated = run('vault', 'rotate', '--data', site.data, ...site.db);
  assert.equal(rotated.status, 0, rotated.stderr);
  for (const name of ['vault.key', 'log.key']) copyFileSync(join(site.data, name), join(kept, name));
  const to = place('keys');
  const done = run('restore', bare, '--keys', kept, ...to.flags);
  assert.equal(done.status, 0, done.stderr);
});

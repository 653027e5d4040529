// kill -9 under load: every write that was acknowledged is there after the restart, whole, and the
// record holds and its log only grows. So many times on SQLite (TEST_KILLS, 40 without), 20 times
// on PostgreSQL, whose server is also stopped meanwhile.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binary } from '../site/binary.mjs';
import { openAccount, startSite } from '../site/drive.mjs';
import { checkConsistency, checkLog, readCheckpoint, reader, readKey } from '../verify.mjs';

// In memory: a killed process loses nothing that it gave to the kernel, so a disk would only be slow.
if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';
// The release starts faster, and a kill has nothing to do with sanitizers.
const release = new URL('../../build/release/gongqi', import.meta.url).pathname;
if (existsSync(release)) process.env.GONGQI_TEST_BIN = release;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const path = '/accounts/riverside/articles';
const lives = Number(process.env.TEST_KILLS ?? 40);
const bodyOf = (n) => `# 第 ${n} 篇\n\n${`这是第 ${n} 篇的正文。`.repeat(20)}\n\n结尾 ${n}`;

// Clients that write until the server is gone; what was acknowledged lands in kept: no -> n.
function load(site, token, kept, clients = 6) {
  let n = kept.next ?? 0;
  const run = { stop: false, failures: [] };
  run.done = Promise.all(
    Array.from({ length: clients }, async () => {
      while (!run.stop) {
        const mine = ++n;
        kept.next = n;
        try {
          const made = await site.person().api(path, { token, json: { title: `第 ${mine} 篇`, category: 'environment', markdown: bodyOf(mine), publish: true } });
          if (made.status === 201) kept.set(made.data.no, mine);
          else run.failures.push(made);
          if (made.status !== 201) await sleep(20);
        } catch {
          await sleep(5); // the server is gone: not acknowledged
        }
      }
    }),
  );
  return run;
}

async function whole(site, no, n) {
  const page = await site.person().api(`/articles/riverside/${no}`);
  assert.equal(page.status, 200, `article ${no} is gone`);
  assert.equal(page.data.title, `第 ${n} 篇`);
  const shown = await site.person().get(`/a/riverside/${no}`);
  assert.match(shown.text, new RegExp(`结尾 ${n}<`), 'not whole');
}

// Kills it so often under load; looks after each restart at what was acknowledged since the last.
async function kills(site, token, times) {
  const kept = new Map();
  let seen = new Set();
  const key = readKey(await (await fetch(`${site.base}/log/key`)).text());
  const signed = []; // what lay there after each kill
  for (let i = 0; i < times; i++) {
    const run = load(site, token, kept);
    const before = kept.size;
    for (let t = 0; t < 200 && kept.size < before + 4; t++) await sleep(5);
    await sleep(Math.random() * 30);
    await site.kill();
    run.stop = true;
    await run.done;
    assert.deepEqual(run.failures.map((f) => f.text), []);
    signed.push(readFileSync(join(site.data, 'log', 'checkpoint'), 'utf8'));
    assert.ok(i === 0 || readCheckpoint(signed[i], key).size >= readCheckpoint(signed[i - 1], key).size, 'the log went back');
    await site.again();
    const checked = promisify(execFile)(binary(), ['check', '--data', site.data, ...site.db]);
    const fresh = [...kept].filter(([no]) => !seen.has(no));
    assert.ok(fresh.length > 0, 'something was acknowledged');
    await Promise.all(fresh.map(([no, n]) => whole(site, no, n)));
    assert.match((await checked).stdout, /^ok\s+record/m);
    seen = new Set(kept.keys());
  }
  await grown(site, key, signed);
  return kept;
}

// One leaf for each record, and every tree that was ever signed is the beginning of the last one.
async function grown(site, key, signed) {
  const text = () => readFileSync(join(site.data, 'log', 'checkpoint'), 'utf8');
  const records = () => count(site, 'SELECT count(*) FROM record');
  for (let i = 0; i < 500 && Number(readCheckpoint(text(), key).size) < records(); i++) await sleep(20);
  const files = reader(join(site.data, 'log'));
  assert.equal(Number((await checkLog(files, key)).size), records());
  for (const old of new Set(signed)) await checkConsistency(files, key, old, text());
}

const count = (site, sql) => {
  const out = site.db.length ? execFileSync('psql', [site.db[1], '-qAtc', sql]) : execFileSync('sqlite3', [join(site.data, 'gongqi.db'), sql]);
  return Number(out.toString().trim());
};
// No article without its version, no version without its article, no publication without its record.
function noHalf(site) {
  assert.equal(count(site, 'SELECT count(*) FROM article a WHERE NOT EXISTS (SELECT 1 FROM article_version v WHERE v.account_id = a.account_id AND v.no = a.no)'), 0);
  assert.equal(count(site, 'SELECT count(*) FROM article_version v WHERE NOT EXISTS (SELECT 1 FROM article a WHERE v.account_id = a.account_id AND v.no = a.no AND a.versions >= v.version)'), 0);
  assert.equal(count(site, "SELECT count(*) FROM account c WHERE c.articles <> (SELECT count(*) FROM article a WHERE a.account_id = c.id AND a.state = 'published')"), 0);
}

test(`SQLite: ${lives} kills under load lose nothing that was acknowledged`, async (t) => {
  delete process.env.GONGQI_TEST_DB;
  const site = await startSite();
  t.after(() => site.stop());
  const { token } = await openAccount(site);
  const kept = await kills(site, token, lives);
  for (const [no, n] of kept) await whole(site, no, n);
  noHalf(site);
  assert.equal(execFileSync('sqlite3', [join(site.data, 'gongqi.db'), 'PRAGMA integrity_check']).toString().trim(), 'ok');
  t.diagnostic(`${kept.size} acknowledged articles in ${lives} lives`);
});

const pg = process.env.GONGQI_TEST_PG;
test('PostgreSQL: 20 kills of gongqi under load lose nothing that was acknowledged', { skip: pg ? false : 'GONGQI_TEST_PG is not set' }, async (t) => {
  process.env.GONGQI_TEST_DB = 'postgres';
  const site = await startSite();
  t.after(() => site.stop());
  const { token } = await openAccount(site);
  const kept = await kills(site, token, 20);
  for (const [no, n] of kept) await whole(site, no, n);
  noHalf(site);
  t.diagnostic(`${kept.size} acknowledged articles in 20 lives`);
});

test('PostgreSQL stops under load and comes back: 503 meanwhile, then all is well without a restart of gongqi', { skip: pg ? false : 'GONGQI_TEST_PG is not set' }, async (t) => {
  const dir = mkdtempSync(join('/tmp', 'gongqi-pg-'));
  chmodSync(dir, 0o711);
  const tool = new URL('../../tools/pg-test-server', import.meta.url).pathname;
  const server = (verb) => new Promise((resolve, reject) => execFile(tool, [verb, join(dir, 'db')], (e, out) => (e ? reject(e) : resolve(out.trim()))));
  const shared = process.env.GONGQI_TEST_PG;
  process.env.GONGQI_TEST_PG = await server('start');
  process.env.GONGQI_TEST_DB = 'postgres';
  const site = await startSite();
  t.after(async () => {
    await site.stop();
    await server('stop');
    process.env.GONGQI_TEST_PG = shared;
  });
  const { token } = await openAccount(site);
  const kept = new Map();
  for (let round = 0; round < 3; round++) {
    const run = load(site, token, kept);
    const before = kept.size;
    for (let i = 0; i < 400 && kept.size < before + 10; i++) await sleep(10);
    await server('halt');
    for (let i = 0; i < 1000 && run.failures.length < 6; i++) await sleep(10);
    assert.equal((await site.person().get('/healthz')).status, 200);
    const page = await site.person().get('/login');
    assert.ok([200, 503].includes(page.status), String(page.status));
    await server('again');
    const down = kept.size;
    for (let i = 0; i < 2000 && kept.size < down + 10; i++) await sleep(10);
    run.stop = true;
    await run.done;
    assert.ok(kept.size >= down + 10, 'it writes again by itself');
    assert.ok(run.failures.length > 0, 'clients were told');
    for (const f of run.failures) {
      assert.equal(f.status, 503, f.text);
      assert.match(f.data.error.message, /请稍后再试/);
      assert.doesNotMatch(f.text, /postgres|libpq|SQL|connection to server/i);
    }
  }
  for (const [no, n] of kept) await whole(site, no, n);
  noHalf(site);
  assert.match(site.command('check'), /^ok\s+record/m);
});

// Two servers on one database of PostgreSQL. The one that seals is stopped in the middle of it for
// longer than its lease, the other takes over, the first goes on: the log only grows, nobody ever
// sees two trees of one size or a smaller one after a larger, and both serve the same: A16.2.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { launch } from '../site/binary.mjs';
import { startSite } from '../site/drive.mjs';
import { checkConsistency, checkLog, readCheckpoint, reader, readKey } from '../verify.mjs';

const release = new URL('../../build/release/gongqi', import.meta.url).pathname;
if (existsSync(release)) process.env.GONGQI_TEST_BIN = release;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const pg = process.env.GONGQI_TEST_PG;

// Records that wait, as acts leave them: enough that sealing them takes many steps.
const WAITING = 9000;
const pile = (from) => `
  INSERT INTO record (id, kind, account_id, subject, actor, at, salt, body, hash)
    SELECT ${from} + i, 'article_published', 1, 'article/1/' || (i % 50), 5, 1700000000000 + i, decode(repeat('07', 32), 'hex'),
      '{"data":{"version":1}}', decode(repeat('09', 32), 'hex') FROM generate_series(1, ${WAITING}) AS i;
  INSERT INTO record_pending (id) SELECT ${from} + i FROM generate_series(1, ${WAITING}) AS i;`;

// Looks at the checkpoint where people see it, and refuses what must never be.
function watch(key, places) {
  const roots = new Map();
  const w = { newest: 0n, looks: 0, stop: false, texts: new Map() };
  const look = async (place) => {
    const text = await place().catch(() => null);
    if (text === null) return 0n;
    const { size, root } = readCheckpoint(text, key);
    const known = roots.get(size) ?? root.toString('hex');
    assert.equal(root.toString('hex'), known, `two trees of ${size} leaves`);
    roots.set(size, known);
    w.texts.set(size, text);
    w.looks++;
    return size;
  };
  w.done = (async () => {
    while (!w.stop) {
      for (const place of places) {
        const least = w.newest; // what somebody saw before this look began
        const size = await look(place);
        if (size) assert.ok(size >= least, `${size} leaves after ${least}`);
        if (size > w.newest) w.newest = size;
      }
      await sleep(2);
    }
  })();
  return w;
}

test('a sealer that is stopped beyond its lease forks nothing and takes nothing back', { skip: pg ? false : 'GONGQI_TEST_PG is not set', timeout: 120000 }, async (t) => {
  process.env.GONGQI_TEST_DB = 'postgres';
  const site = await startSite();
  const second = await launch(site.data, [...site.db, '--rate-factor', '1000']);
  const nodes = [site, { child: second.child, base: `http://127.0.0.1:${second.port}` }];
  t.after(async () => {
    for (const n of nodes) n.child.kill('SIGCONT');
    second.child.kill('SIGTERM');
    await second.ended;
    await site.stop();
    rmSync(site.data, { recursive: true, force: true });
  });
  const sql = async (text) => (await promisify(execFile)('psql', [site.db[1], '-qAtc', text])).stdout.trim();
  const key = readKey(await (await fetch(`${site.base}/log/key`)).text());
  assert.equal(await (await fetch(`${nodes[1].base}/log/key`)).text(), await (await fetch(`${site.base}/log/key`)).text(), 'one key');
  const onDisk = async () => readFileSync(join(site.data, 'log', 'checkpoint'), 'utf8');
  const served = (n) => async () => (await fetch(`${n.base}/log/checkpoint`, { signal: AbortSignal.timeout(300) })).text();
  const seen = watch(key, [onDisk, served(nodes[0]), onDisk, served(nodes[1]), onDisk]);
  const until = async (what, fn, ms = 40000) => {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (await fn()) return;
    assert.fail(`never: ${what}`);
  };
  const given = async () => Number(await sql('SELECT COUNT(*) FROM record_leaf'));
  const holder = await sql("SELECT holder FROM lease WHERE name = 'sealer'");
  const first = nodes.find((n) => holder.includes(`/${n.child.pid}/`));
  assert.ok(first, `${holder} holds the lease`);
  const before = await given();
  await sql(pile(1e12));
  await until('in the middle of sealing', async () => (await given()) > before);
  first.child.kill('SIGSTOP');
  const stopped = await given();
  assert.ok(stopped < before + WAITING || BigInt(stopped) > readCheckpoint(await onDisk(), key).size, 'in the middle');
  await until('the other takes over', async () => Number(await sql('SELECT COUNT(*) FROM record_pending')) === 0);
  await until('and signs', async () => readCheckpoint(await onDisk(), key).size >= BigInt(before + WAITING));
  const other = await sql("SELECT holder FROM lease WHERE name = 'sealer'");
  assert.ok(!other.includes(`/${first.child.pid}/`), 'the lease went over');
  await sql(pile(1e12 + 1e6));
  first.child.kill('SIGCONT');
  await until('all is sealed', async () => readCheckpoint(await onDisk(), key).size >= BigInt(before + 2 * WAITING));
  await sleep(300);
  seen.stop = true;
  await seen.done;
  assert.equal(await served(nodes[0])(), await served(nodes[1])(), 'both serve the same');
  const files = reader(join(site.data, 'log'));
  assert.equal((await checkLog(files, key)).size, seen.newest);
  const texts = [...seen.texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  for (const text of texts) await checkConsistency(files, key, text, texts.at(-1));
  for (const n of nodes) assert.doesNotMatch(n === site ? site.log() : second.log(), /log_forked|log_restored/);
  t.diagnostic(`${seen.looks} looks, ${texts.length} checkpoints, ${seen.newest} leaves`);
});

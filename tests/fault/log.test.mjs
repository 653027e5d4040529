// kill -9 under load, and the public record: it only ever grows, no act is without its leaf and no
// leaf without its act, and what is on disk is always whole: A16.2.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAccount, startSite } from '../site/drive.mjs';
import { checkConsistency, checkLog, reader, readKey } from '../verify.mjs';

if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';
const release = new URL('../../build/release/gongqi', import.meta.url).pathname;
if (existsSync(release)) process.env.GONGQI_TEST_BIN = release;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const times = 6;

const count = (site, sql) => {
  const out = site.db.length ? execFileSync('psql', [site.db[1], '-qAtc', sql]) : execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(site.data, 'gongqi.db'), sql]);
  return Number(out.toString().trim());
};

async function write(site, token, until) {
  let acknowledged = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!until.stop) {
        try {
          const made = await site.person().api('/accounts/riverside/articles', { token, json: { title: '一条河', category: 'environment', markdown: '正文。', publish: true } });
          if (made.status === 201) acknowledged++;
        } catch {
          await sleep(5);
        }
      }
    }),
  );
  return acknowledged;
}

test(`the log survives ${times} kills at any moment`, { timeout: 600000 }, async (t) => {
  const site = await startSite('--rate-factor', '100000');
  t.after(() => site.stop());
  const { token } = await openAccount(site);
  const key = readKey(await (await fetch(`${site.base}/log/key`)).text());
  const files = reader(join(site.data, 'log'));
  const checkpoint = () => readFileSync(join(site.data, 'log', 'checkpoint'), 'utf8');
  let before = checkpoint();
  let published = 0;
  for (let i = 0; i < times; i++) {
    const until = { stop: false };
    const writing = write(site, token, until);
    await sleep(100 + Math.random() * 600);
    await site.kill();
    until.stop = true;
    published += await writing;
    await checkLog(files, key); // what lies there after the kill
    await checkConsistency(files, key, before, checkpoint());
    before = checkpoint();
    await site.again();
    let pending = 1;
    for (let k = 0; k < 300 && pending; k++) {
      pending = Number(/<dt>等待封存<\/dt><dd class="num">(\d+)/.exec(await (await fetch(`${site.base}/log`, { headers: { 'accept-language': 'zh' } })).text())[1]);
      if (pending) await sleep(50);
    }
    assert.equal(pending, 0, 'never sealed');
    await checkLog(files, key);
    await checkConsistency(files, key, before, checkpoint());
    before = checkpoint();
  }
  await site.kill('SIGTERM');
  const size = Number((await checkLog(files, key)).size);
  assert.equal(count(site, 'SELECT COUNT(*) FROM record'), size, 'one leaf for each record');
  assert.equal(count(site, 'SELECT COUNT(*) FROM record r JOIN record_leaf l ON l.record_id = r.id'), size);
  assert.ok(count(site, "SELECT COUNT(*) FROM record WHERE kind = 'article_published'") >= published && published > 0, `${published} acknowledged`);
});

// Gateways that are down: what is to be sent waits, is tried again after growing pauses, arrives
// when they are back, and is given up after the last try.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch } from '../site/binary.mjs';
import { citizenNumber, listen, pdf, startSite } from '../site/drive.mjs';

const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const rows = (site, sql) => {
  const out = site.db.length ? execFileSync('psql', [site.db[1], '-qAtF', '|', '-c', sql]) : execFileSync('sqlite3', ['-separator', '|', join(site.data, 'gongqi.db'), sql]);
  return out.toString().trim().split('\n').filter(Boolean).map((l) => l.split('|'));
};

test('a gateway for short messages that fails is tried again, after longer and longer pauses', async (t) => {
  const tries = [];
  let got;
  const gateway = await listen((body) => {
    tries.push(Date.now());
    if (tries.length < 4) return [503, {}];
    got = JSON.parse(body);
    return [200, {}];
  });
  const site = await startSite();
  t.after(async () => {
    gateway.close();
    await site.stop();
  });
  await site.kill('SIGTERM');
  Object.assign(site, await launch(site.data, [...site.db, '--sms-url', gateway.url, '--sms-secret', 'x'.repeat(20), '--fetch-allow', '127.0.0.1', '--rate-factor', '1000']));
  site.base = `http://127.0.0.1:${site.port}`;
  const sent = await site.person().submit('/signup', { 手机号: '15400000071', 称呼: '甲' }, { button: '发送验证码' });
  assert.equal(sent.status, 200, 'the page does not wait for the gateway');
  for (let i = 0; i < 400 && !got; i++) await sleep(100);
  assert.equal(got?.recipient, '15400000071');
  assert.match(got.text, /\d{6}/);
  const pauses = tries.slice(1).map((at, i) => at - tries[i]);
  assert.equal(tries.length, 4);
  assert.ok(pauses[0] >= 400 && pauses[1] >= 900 && pauses[2] >= 1900, `${pauses}`);
  assert.ok(pauses[2] > pauses[0], `${pauses}`);
  await sleep(300);
  assert.deepEqual(rows(site, "SELECT state FROM outbox WHERE state <> 'sent'"), []);
});

test('a verifier that stays away: five tries, then the job is dead and staff decide', async (t) => {
  let asked = 0;
  const verifier = await listen(() => (asked++, [500, {}]));
  const site = await startSite('--verifier-url', verifier.url, '--verifier-secret', 'y'.repeat(20));
  t.after(async () => {
    verifier.close();
    await site.stop();
  });
  const who = await site.person().signUp('15400000072');
  const form = '/me/registrants/new/individual';
  const page = await who.submit(form, { 真实姓名: '张三', 证件类型: '居民身份证', 证件号码: citizenNumber(3), 所在省份: '浙江', 手机号码: '15400000073' }, { button: '获取验证码' });
  const done = await who.submit(form, { 短信验证码: await site.code('15400000073') }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(done.status, 303, done.words);
  const dead = () => rows(site, "SELECT tries FROM job WHERE kind LIKE '%verify%' AND state = 'dead'");
  for (let i = 0; i < 600 && !dead().length; i++) await sleep(100);
  assert.deepEqual(dead(), [['5']]);
  assert.equal(asked, 5);
  assert.match((await who.get(done.location)).words, /核验中/);
  assert.equal(rows(site, "SELECT count(*) FROM cases WHERE kind = 'registrant' AND decided_at = 0")[0][0], '1');
});

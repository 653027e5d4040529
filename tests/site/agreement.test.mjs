// Editor-in-chief, rules, agreement, signatures, vault: A5.3, A5.9, A6.1; and an outside verifier: A6.2.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, listen, pdf, signed, staff, startSite, words } from './drive.mjs';

const key = 'the secret of the verifier';
let site, boss, chief, verifier;
const asked = [];
const answers = [];
before(async () => {
  verifier = await listen((body, headers) => {
    if (!signed(key, headers, body)) return [403, {}];
    asked.push(JSON.parse(body));
    return [200, answers.shift() ?? { verdict: 'unknown', ref: '', reason: '' }];
  });
  site = await startSite('--verifier-url', verifier.url, '--verifier-secret', key);
  boss = await admin(site);
  await boss.submit('/desk/provider', { '规则公示期（天）': '0', '协议重签期限（天）': '0', 修改理由: '测试' }, { button: '保存' });
});
after(async () => {
  verifier.close();
  await site.stop();
});

const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
const write = (who, kind, text) => who.submit(`/desk/policies/${kind}`, { 标题: '测试协议', '正文（Markdown）': text, 生效日期: today }, { button: '公布' });
let serial = 30;

async function register(who, mobile, number = citizenNumber(serial++)) {
  const path = '/me/registrants/new/individual';
  const page = await who.submit(path, { 真实姓名: '司马相如', 证件类型: '居民身份证', 证件号码: number, 所在省份: '四川', 手机号码: mobile }, { button: '获取验证码' });
  const done = await who.submit(path, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(done.status, 303, words(done));
  return done.location;
}

async function until(who, path, pattern) {
  for (let i = 0; i < 100; i++) {
    const page = await who.get(path);
    if (pattern.test(words(page))) return page;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`${pattern} never on ${path}: ${words(await who.get(path)).slice(0, 800)}`);
}

test('without an editor-in-chief nothing is published (A5.3)', async () => {
  chief = await staff(site, boss, '15400000091', ['总编辑'], '总编辑甲');
  const refused = await write(chief, 'service_agreement', '## 一\n\n1. 第一条');
  assert.equal(refused.status, 403);
  assert.match(words(refused), /职位空缺/);
  const posts = await boss.get('/desk/posts');
  assert.match(words(posts), /空缺/);
  const done = await boss.submit('/desk/posts', { 人选: '总编辑甲', 任命文件号: '〔2026〕3 号' }, { button: '任命' });
  assert.equal(done.status, 303, words(done));
  assert.match(words(await boss.get('/desk/posts')), /在任/);
  assert.equal((await write(chief, 'service_agreement', '## 一\n\n1. 第一条')).status, 303);
});

test('only a system administrator appoints', async () => {
  assert.equal((await chief.get('/desk/posts')).status, 403);
});

test('the text in force is public, and old versions stay', async () => {
  assert.equal((await write(chief, 'rules', '第一版')).status, 303);
  assert.equal((await write(chief, 'rules', '第二版')).status, 303);
  const reader = site.person();
  assert.match(words(await reader.get('/rules')), /管理规则/);
  const now = await reader.get('/rules/rules');
  assert.match(words(now), /第二版/);
  const old = await reader.get('/rules/rules/1');
  assert.match(words(old), /这不是现行版本/);
  assert.match(words(old), /第一版/);
  assert.equal((await reader.get('/rules/rules/3')).status, 404);
  assert.equal((await reader.get('/rules/nothing')).status, 404);
});

test('a preview publishes nothing', async () => {
  const page = await chief.submit('/desk/policies/privacy', { 标题: '说明', '正文（Markdown）': '**粗**', 生效日期: today }, { button: '预览' });
  assert.match(page.text, /<strong>粗<\/strong>/);
  assert.equal((await chief.get('/rules/privacy')).status, 404);
});

test('signing: version, hash, time, address and port; not a text that changed meanwhile (A5.9)', async () => {
  const who = await site.person().signUp('15400000031');
  const at = await register(who, '15400000032');
  const shown = await who.get(`${at}/agreement`);
  const hash = shown.text.match(/[0-9a-f]{64}/)[0];
  const unread = await who.submit(`${at}/agreement`, {}, { button: '签署', page: shown });
  assert.equal(unread.status, 422);
  assert.equal((await write(chief, 'service_agreement', '## 一\n\n1. 改过的一条')).status, 303);
  const late = await who.submit(`${at}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署', page: shown });
  assert.equal(late.status, 409, words(late));
  assert.match(words(late), /改过的一条/);
  const done = await who.submit(`${at}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署', page: late });
  assert.equal(done.status, 303, words(done));
  const copy = await who.get(`${at}/agreement/copy`);
  assert.match(copy.headers.get('content-disposition'), /attachment/);
  assert.match(copy.text, /改过的一条/);
  assert.match(copy.text, /127\.0\.0\.1:\d+/);
  assert.ok(!copy.text.includes(hash), 'the copy carries the hash of the new text');
  assert.match(copy.text, /[0-9a-f]{64}/);
  assert.equal((await site.person().signUp('15400000033').then((p) => p.get(`${at}/agreement/copy`))).status, 404);
});

test('an outside verifier: pass verifies, fail and unknown leave it to staff (A6.2)', async () => {
  const who = await site.person().signUp('15400000034');
  answers.length = 0;
  asked.length = 0;
  answers.push({ verdict: 'pass', ref: 'V-1', reason: '' });
  const number = citizenNumber(77);
  const good = await register(who, '15400000035', number);
  await until(who, good, /已认证/);
  assert.equal(asked[0].doc_no, number);
  assert.equal(asked[0].name, '司马相如');
  answers.push({ verdict: 'fail', ref: 'V-2', reason: '姓名与号码不一致' });
  const bad = await register(who, '15400000036');
  const page = await until(who, bad, /姓名与号码不一致/);
  assert.match(words(page), /核验中/);
  assert.doesNotMatch(words(page), /有效期至/);
});

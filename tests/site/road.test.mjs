// The main road, walked by the people involved: from a registrant's identity to a reader's eyes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { admin, staff, startSite } from './drive.mjs';
import { png } from './png.mjs';

let s, boss, officer, eic, operator;
const ID = '110199199001010010';
const picture = ['picture.png', 'image/png', Buffer.from(await png().arrayBuffer())];
const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);

// Takes the only open case and decides it.
async function decide(who, verdict) {
  const queue = await who.get('/desk/cases');
  const href = queue.text.match(/\/desk\/cases\/\d+/)?.[0];
  assert.ok(href, 'a case is waiting');
  const claimed = await who.submit(href, {}, { button: '领取' });
  assert.equal(claimed.status, 303, claimed.words);
  const shown = await who.get(href);
  const done = await who.submit(href, {}, { button: verdict });
  assert.equal(done.status, 303, done.words);
  return shown.text;
}

before(async () => {
  s = await startSite();
  boss = await admin(s, '15400000001');
  eic = await staff(s, boss, '15400000002', ['总编辑'], '总编辑');
  officer = await staff(s, boss, '15400000003', ['审核员'], '审核员');
  operator = await s.person().signUp('15400000004', '运营者');
});
after(() => s?.stop());

test('A5.3: without an editor-in-chief no policy can be published; with one it can', async () => {
  const publish = () => eic.submit('/desk/policies/service_agreement', { 标题: '服务协议', '正文（Markdown）': '## 第一条\n\n双方按本协议行事。', 生效日期: today }, { button: '公布' });
  assert.equal((await publish()).status, 403);
  const appointed = await boss.submit('/desk/posts', { 人选: '总编辑', 任命文件号: '任字1号' }, { button: '任命' });
  assert.equal(appointed.status, 303, appointed.words);
  assert.equal((await publish()).status, 303);
});

const identity = { 真实姓名: '张三', 证件类型: '居民身份证', 证件号码: ID, 所在省份: '浙江', 手机号码: '15400000014' };
const form = '/me/registrants/new/individual';

test('A6.2: a wrong check digit is refused at once, the form comes back filled in', async () => {
  const sent = await operator.submit(form, { ...identity, 证件号码: '110199199001010011', 短信验证码: '000000' }, { button: '提交认证' });
  assert.equal(sent.status, 422);
  assert.match(sent.text, /value="张三"/);
});

test('the registrant proves who they are; staff see masked data and verify', async () => {
  const page = await operator.submit(form, identity, { button: '获取验证码' });
  const sent = await operator.submit(form, { 短信验证码: await s.code('15400000014') }, { button: '提交认证', files: { 证件照片: picture }, page });
  assert.equal(sent.status, 303, sent.words);
  const mine = await operator.get('/me/registrants');
  assert.doesNotMatch(mine.text, /张三/, 'masked even for the owner');
  const seen = await decide(officer, '通过');
  assert.doesNotMatch(seen, new RegExp(ID), 'staff see no full number');
});

test('A5.9: the agreement is signed before an account can be applied for', async () => {
  const list = await operator.get('/me/registrants');
  const id = list.text.match(/\/me\/registrants\/(\d+)/)[1];
  const signed = await operator.submit(`/me/registrants/${id}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' });
  assert.equal(signed.status, 303, signed.words);
});

const apply = (name, handle) => operator.submit('/me/accounts/new', { 注册主体: registrant, 账号名称: name, 账号地址: handle, 账号介绍: '记录一条河的四季。', 环境: true, 科学: true });
let registrant;

test('the account is applied for, reviewed and labelled (A7.3)', async () => {
  const page = await operator.get('/me/accounts/new');
  registrant = page.text.match(/<option value="(\d+)"/)[1];
  const applied = await apply('河岸观察', 'riverside');
  assert.equal(applied.status, 303, applied.words);
  assert.equal((await operator.get('/a/riverside')).status, 404, 'not public before the review');
  await decide(officer, '通过');
  const shown = await s.person().get('/a/riverside');
  assert.equal(shown.status, 200);
  assert.match(shown.text, /河岸观察/);
  assert.match(shown.text, /个人/);
  assert.doesNotMatch(shown.text, /张三/);
});

test('A7.8: a second account of the same identity is over the cap', async () => {
  const again = await apply('河岸观察二号', 'riverside2');
  assert.equal(again.status, 422);
  assert.match(again.text, /上限/);
});

test('an article is written, reviewed, and read', async () => {
  const made = await operator.submit('/console/riverside/articles/new', { 标题: '春天的水位' });
  assert.equal(made.status, 303, made.words);
  const edit = made.location;
  const saved = await operator.submit(edit, { 标题: '春天的水位', 类别: '环境', 正文: '**三月以来**，水位上升了两厘米。\n\n- 上游\n- 下游' }, { button: '保存并提交' });
  assert.equal(saved.status, 303, saved.words);
  const no = edit.match(/articles\/(\d+)/)[1];
  assert.equal((await s.person().get(`/a/riverside/${no}`)).status, 404, 'held until reviewed (A5.5)');
  const seen = await decide(officer, '通过');
  assert.match(seen, /水位上升/);
  const read = await s.person().get(`/a/riverside/${no}`);
  assert.equal(read.status, 200);
  assert.match(read.text, /<strong>三月以来<\/strong>/);
  assert.match((await s.person().get('/')).text, /春天的水位/);
  assert.match((await operator.get('/me/notices')).text, /春天的水位/);
});

test('readers subscribe and find the article in their feed', async () => {
  const reader = await s.person().signUp('15400000005', '读者');
  const done = await reader.submit('/a/riverside', {}, { button: '订阅' });
  assert.equal(done.status, 303);
  assert.match((await reader.get('/me')).text, /春天的水位/);
  await reader.submit('/a/riverside', {}, { button: '取消订阅' });
  assert.doesNotMatch((await reader.get('/me')).text, /春天的水位/);
});

test('the API reads for everybody and writes with a token through the same gate (A6.3)', async () => {
  const account = (await s.person().api('/accounts/riverside')).data;
  assert.equal(account.class, 'individual');
  assert.equal(account.verified, true);
  const token = await operator.token('riverside');
  const post = (json, auth = token) => s.person().api('/accounts/riverside/articles', { token: auth, json });
  const ok = await post({ title: '夏天的水位', category: 'science', markdown: '水面平静。', publish: true });
  assert.equal(ok.status, 201, ok.text);
  assert.equal(ok.data.state, 'held');
  assert.equal((await post({ title: '', category: 'science', markdown: 'x', publish: true })).status, 422);
  assert.equal((await post({ title: 'x', category: 'sports', markdown: 'x', publish: true })).status, 403, 'category not granted');
  assert.equal((await post({ title: 'x', category: 'science', markdown: 'x' }, 'gq_wrong')).status, 401);
});

test('import goes through the same gate (A6.3)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-import-'));
  writeFileSync(join(dir, 'a.md'), 'title: 秋天的水位\ncategory: science\n\n水面**渐低**。\n');
  const out = s.command('import', 'markdown', dir, '--account', 'riverside');
  assert.match(out, /a\.md\theld\t\/a\/riverside\/\d+/);
  writeFileSync(join(dir, 'a.md'), 'title: x\ncategory: sports\n\nx\n');
  assert.throws(() => s.command('import', 'markdown', dir, '--account', 'riverside'), (e) => /category_not_granted/.test(e.stdout));
  rmSync(dir, { recursive: true });
});

test('A16.2: every step is in the record, and its hashes hold', () => {
  assert.doesNotThrow(() => s.command('check'));
});

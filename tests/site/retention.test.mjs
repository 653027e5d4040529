// Retention and legal holds through the pages: A16.3, A11.5.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, staff, startSite, words } from './drive.mjs';

let site, boss, officer;
before(async () => {
  site = await startSite('--rate-factor', '1000');
  boss = await admin(site);
  officer = await staff(site, boss, '15400000092', ['合规专员'], '合规甲');
});
after(() => site.stop());

test('five months are refused with the reason, seven are taken', async () => {
  const refused = await boss.submit('/desk/provider', { 操作日志保留月数: '5', 修改理由: '试' }, { button: '保存' });
  assert.equal(refused.status, 422, words(refused));
  assert.match(words(refused), /操作日志保留月数 数值超出允许范围。 .*法律要求不少于六个月/);
  assert.match(words(await officer.get('/desk/retention')), /操作日志6 个月（不少于 6 个月）/);
  const done = await boss.submit('/desk/provider', { 操作日志保留月数: '7', 修改理由: '多留一个月' }, { button: '保存' });
  assert.equal(done.status, 303, words(done));
  for (let i = 0; i < 50 && !/操作日志7 个月/.test(words(await officer.get('/desk/retention'))); i++) await new Promise((r) => setTimeout(r, 100));
  assert.match(words(await officer.get('/desk/retention')), /操作日志7 个月/);
  assert.match(words(await officer.get('/desk/retention')), /撤回的文章6 个月（不少于 6 个月）/);
  const content = await boss.submit('/desk/provider', { 注销账号内容保留月数: '5', 修改理由: '试' }, { button: '保存' });
  assert.equal(content.status, 422, words(content));
});

test('a hold is placed with a reason, shown, and lifted', async () => {
  const bare = await officer.submit('/desk/retention', { 对象: '账号', 对象编号: '77' }, { button: '设置保全' });
  assert.equal(bare.status, 422);
  assert.match(bare.text, /value="77"/, 'the form comes back filled in');
  const nobody = await officer.submit('/desk/retention', { 对象: '用户', 事由: '检查 1 号' }, { button: '设置保全' });
  assert.equal(nobody.status, 422);
  assert.match(words(nobody), /保全对象的编号/);
  const done = await officer.submit('/desk/retention', { 对象: '账号', 对象编号: '77', 事由: '立案〔2026〕5 号' }, { button: '设置保全' });
  assert.equal(done.status, 303, words(done));
  const page = await officer.get('/desk/retention');
  assert.match(words(page), /账号 77.*立案〔2026〕5 号/);
  const lifted = await officer.submit('/desk/retention', {}, { button: '解除' });
  assert.equal(lifted.status, 303, words(lifted));
  assert.match(words(await officer.get('/desk/retention')), /解除/);
  assert.doesNotMatch((await officer.get('/desk/retention')).text, /\/lift"/);
});

test('only compliance places holds; nobody else even looks', async () => {
  assert.equal((await boss.get('/desk/retention')).status, 403);
  const reader = await site.person().signUp('15400000093');
  assert.equal((await reader.get('/desk/retention')).status, 403);
});

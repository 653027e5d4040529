// The provider's own data and rules: who may change them, what is checked, what is kept.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, startSite, words } from './drive.mjs';

let site, boss;
before(async () => {
  site = await startSite();
  boss = await admin(site);
});
after(() => site.stop());

test('a change needs a reason, and a wrong credit code is refused', async () => {
  const none = await boss.submit('/desk/provider', { 提供者名称: '公器示例有限公司' }, { button: '保存' });
  assert.equal(none.status, 422);
  assert.match(words(none), /请写明理由/);
  assert.match(none.text, /value="公器示例有限公司"/);
  const wrong = await boss.submit('/desk/provider', { 统一社会信用代码: '91350100M000100Y44', 修改理由: '登记' }, { button: '保存' });
  assert.equal(wrong.status, 422);
  assert.match(words(wrong), /校验位不符/);
});

test('what is saved is in force at once, on every page, with who and why', async () => {
  const done = await boss.submit('/desk/provider', { 统一社会信用代码: '91350100M000100Y43', 'ICP 备案号': '示ICP备2026000001号', 修改理由: '首次登记' }, { button: '保存' });
  assert.equal(done.status, 303, words(done));
  assert.match(words(await site.person().get('/rules')), /示ICP备2026000001号/);
  const page = words(await boss.get('/desk/provider'));
  assert.match(page, /首次登记/);
  assert.match(page, /管理员/);
});

test('readers and visitors have no way in', async () => {
  const reader = await site.person().signUp('15400000051');
  assert.equal((await reader.get('/desk/provider')).status, 403);
  assert.equal((await site.person().get('/desk/provider')).status, 303);
});

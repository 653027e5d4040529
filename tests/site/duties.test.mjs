// The register of duties (A5.1): duty, post, person and facts; a vacancy shows and is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, staff, startSite, words } from './drive.mjs';

let site, boss, chief, clerk;
before(async () => {
  site = await startSite();
  boss = await admin(site);
  chief = await staff(site, boss, '15400000291', ['总编辑'], '总编辑甲');
  clerk = await staff(site, boss, '15400000292', ['合规专员'], '合规乙');
});
after(() => site.stop());

test('what nobody answers for is shown as vacant or not met', async () => {
  const page = words(await clerk.get('/desk/duties'));
  assert.match(page, /设立总编辑 A5\.3 总编辑 未落实：1 个岗位空缺/);
  assert.match(page, /公开管理规则 A5\.8 总编辑 未落实：没有生效的文本，且岗位空缺/);
  const html = (await clerk.get('/desk/duties')).text; // each chip counts the rows that begin with its word
  for (const [word, tone] of [['正常', 'ok'], ['岗位空缺', 'warn'], ['未落实', 'bad']]) assert.match(page, new RegExp(`${word} ${html.split(`class="st st-${tone}"`).length - 2}(?!\\d)`));
});

test('an appointment needs a role of the post, and mends the duty', async () => {
  const wrong = await boss.submit('/desk/posts', { 岗位: '总编辑', 人选: '合规乙', 任命文件号: '1 号' }, { button: '任命' });
  assert.equal(wrong.status, 422);
  assert.match(words(wrong), /没有这个岗位所需的角色/);
  assert.equal((await boss.submit('/desk/posts', { 岗位: '总编辑', 人选: '总编辑甲', 任命文件号: '1 号' }, { button: '任命' })).status, 303);
  assert.equal((await boss.submit('/desk/posts', { 岗位: '合规负责人', 人选: '合规乙', 任命文件号: '2 号', 代理: true, 办公联系方式: '内线 8001' }, { button: '任命' })).status, 303);
  const page = words(await chief.get('/desk/duties'));
  assert.match(page, /设立总编辑 A5\.3 总编辑：总编辑甲 正常/);
  assert.match(page, /合规负责人：合规乙（代理）/);
});

test('a duty that loses its person turns red, and staff are told', async () => {
  await new Promise((r) => setTimeout(r, 6000)); // the watch has seen it met
  const posts = await boss.get('/desk/posts');
  const end = posts.text.match(/action="(\/desk\/posts\/editor_in_chief\/\d+\/end)"/)[1];
  const csrf = posts.text.match(/name="_csrf" value="([^"]+)"/)[1];
  assert.equal((await boss.send(end, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) })).status, 303);
  assert.match(words(await clerk.get('/desk/duties')), /设立总编辑 A5\.3 总编辑 未落实：1 个岗位空缺/);
  for (let i = 0; i < 40 && !/职责（A5\.3）/.test(words(await clerk.get('/me/notices'))); i++) await new Promise((r) => setTimeout(r, 500));
  assert.match(words(await clerk.get('/me/notices')), /职责（A5\.3）没有落实/);
});

test('readers have no way in', async () => {
  assert.equal((await (await site.person().signUp('15400000293')).get('/desk/duties')).status, 403);
});

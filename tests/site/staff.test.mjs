import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { site } from './visitor.mjs';

let s;
before(async () => {
  s = await site();
});
after(() => s.stop());

const linkOf = (page) => /id="invite-link"[^>]*value="[^"]*(\/invite\/[\w-]+)"/.exec(page.html)?.[1];

test('the first administrator comes by the link that init prints, once', async () => {
  assert.equal(s.invites.length, 2);
  const v = s.visitor();
  const invited = await v.get(s.invites[0]);
  assert.match(invited.text, /系统管理员/);
  const signup = /href="(\/signup\?next=[^"]+)"/.exec(invited.html)[1];
  const sent = await (await v.get(signup)).submit('发送验证码', { 称呼: '首位', 手机号: '13500000001' });
  const back = await sent.submit('注册', { 短信验证码: s.code('13500000001'), 密码: 'morning light 5' });
  assert.equal(back.path, s.invites[0]);
  const led = await back.submit('接受邀请');
  assert.equal(led.url.pathname, '/me/security');
  await v.setUpSecondFactor();
  const desk = await v.get('/desk/staff');
  assert.equal(desk.status, 200);
  assert.match(desk.text, /首位/);
  assert.equal((await s.visitor().get(s.invites[0])).status, 404);
});

test('an existing login accepts an invitation; a second person cannot', async () => {
  const admin = await s.person('sysadmin');
  const form = await admin.get('/desk/staff/invite');
  const made = await form.submit('生成邀请链接', { 审核员: true, 备注: '夜班' });
  assert.equal(made.status, 200);
  const link = linkOf(made);
  assert.ok(link);
  const person = await s.person();
  const page = await person.get(link);
  assert.match(page.text, /审核员/);
  await page.submit('接受邀请');
  await person.setUpSecondFactor();
  const other = await s.person();
  assert.equal((await other.get(link)).status, 404);
  assert.equal((await other.post(link, [['_csrf', /name="_csrf" value="([^"]+)"/.exec((await other.get('/me/settings')).html)[1]]])).status, 404);
});

test('separation of duties: no invitation and no change joins system and security', async () => {
  const admin = await s.person('sysadmin');
  const form = await admin.get('/desk/staff/invite');
  const refused = await form.submit('生成邀请链接', { 系统管理员: true, 安全审计管理员: true, 备注: 'x' });
  assert.equal(refused.status, 422);
  assert.equal(linkOf(refused), undefined);
  const target = await s.person('security_admin', '审计甲');
  const list = await admin.get('/desk/staff');
  const href = new RegExp(`href="(/desk/staff/\\d+)">\\s*审计甲`).exec(list.html)[1];
  const page = await admin.get(href);
  assert.equal((await page.submit('保存', { 系统管理员: true })).status, 422);
  const changed = await page.submit('保存', { 安全审计管理员: false, 审核员: true });
  assert.equal(changed.status, 200);
  assert.match(changed.text, /获得角色/);
  assert.equal((await target.get('/me/security')).url.pathname, '/login');
});

test('nobody changes their own roles', async () => {
  const admin = await s.person('sysadmin', '自己');
  const list = await admin.get('/desk/staff');
  const href = new RegExp(`href="(/desk/staff/\\d+)">\\s*自己`).exec(list.html)[1];
  const page = await admin.get(href);
  assert.throws(() => page.form('保存'));
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)[1];
  const forced = await admin.post(href, [['_csrf', csrf], ['roles', 'sysadmin'], ['roles', 'reviewer']]);
  assert.equal(forced.status, 403);
  const made = await (await admin.get('/desk/staff/invite')).submit('生成邀请链接', { 审核员: true, 备注: '给自己' });
  const own = await (await admin.get(linkOf(made))).submit('接受邀请');
  assert.equal(own.status, 422);
  assert.match(own.text, /自己的角色/);
});

test('only system administrators invite', async () => {
  const reviewer = await s.person('reviewer');
  assert.equal((await reviewer.get('/desk/staff')).status, 403);
  const security = await s.person('security_admin');
  assert.equal((await security.get('/desk/staff')).status, 200);
  assert.equal((await security.get('/desk/staff/invite')).status, 403);
});

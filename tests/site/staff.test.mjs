import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './drive.mjs';

let s;
let invites;
before(async () => {
  s = await startSite();
  invites = [...s.command('init').matchAll(/\/invite\/[\w-]+/g)].map((m) => m[0]);
});
after(() => s.stop());

const linkOf = (page) => /id="invite-link"[^>]*value="[^"]*(\/invite\/[\w-]+)"/.exec(page.text)?.[1];

test('the first administrator comes by the link that init prints, once', async () => {
  assert.equal(invites.length, 2);
  const v = s.person();
  const invited = await v.visit(invites[0]);
  assert.match(invited.words, /系统管理员/);
  const signup = /href="(\/signup\?next=[^"]+)"/.exec(invited.text)[1];
  const sent = await (await v.visit(signup)).press('发送验证码', { 称呼: '首位', 手机号: '13500000001' });
  const back = await sent.press('注册', { 短信验证码: await s.code('13500000001'), 密码: 'morning light 5' });
  assert.equal(back.at, invites[0]);
  const led = await back.press('接受邀请');
  assert.equal(led.url.pathname, '/me/security');
  await v.secondFactor();
  const desk = await v.visit('/desk/staff');
  assert.equal(desk.status, 200);
  assert.match(desk.words, /首位/);
  assert.equal((await s.person().visit(invites[0])).status, 404);
});

test('an existing login accepts an invitation; a second person cannot', async () => {
  const admin = await s.member('sysadmin');
  const form = await admin.visit('/desk/staff/invite');
  const made = await form.press('生成邀请链接', { 审核员: true, 备注: '夜班' });
  assert.equal(made.status, 200);
  const link = linkOf(made);
  assert.ok(link);
  const person = await s.member();
  const page = await person.visit(link);
  assert.match(page.words, /审核员/);
  await page.press('接受邀请');
  await person.secondFactor();
  const other = await s.member();
  assert.equal((await other.visit(link)).status, 404);
  assert.equal((await other.send(link, { method: 'POST', body: new URLSearchParams([['_csrf', /name="_csrf" value="([^"]+)"/.exec((await other.visit('/me/settings')).text)[1]]]) })).status, 404);
});

test('separation of duties: no invitation and no change joins system and security', async () => {
  const admin = await s.member('sysadmin');
  const form = await admin.visit('/desk/staff/invite');
  const refused = await form.press('生成邀请链接', { 系统管理员: true, 安全审计管理员: true, 备注: 'x' });
  assert.equal(refused.status, 422);
  assert.equal(linkOf(refused), undefined);
  const target = await s.member('security_admin', '审计甲');
  const list = await admin.visit('/desk/staff');
  const href = new RegExp(`href="(/desk/staff/\\d+)">\\s*审计甲`).exec(list.text)[1];
  const page = await admin.visit(href);
  assert.equal((await page.press('保存', { 系统管理员: true })).status, 422);
  const changed = await page.press('保存', { 安全审计管理员: false, 审核员: true });
  assert.equal(changed.status, 200);
  assert.match(changed.words, /获得角色/);
  assert.equal((await target.visit('/me/security')).url.pathname, '/login');
});

test('nobody changes their own roles', async () => {
  const admin = await s.member('sysadmin', '自己');
  const list = await admin.visit('/desk/staff');
  const href = new RegExp(`href="(/desk/staff/\\d+)">\\s*自己`).exec(list.text)[1];
  const page = await admin.visit(href);
  await assert.rejects(page.press('保存'), /no form/);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)[1];
  const forced = await admin.send(href, { method: 'POST', body: new URLSearchParams([['_csrf', csrf], ['roles', 'sysadmin'], ['roles', 'reviewer']]) });
  assert.equal(forced.status, 403);
  const made = await (await admin.visit('/desk/staff/invite')).press('生成邀请链接', { 审核员: true, 备注: '给自己' });
  const own = await (await admin.visit(linkOf(made))).press('接受邀请');
  assert.equal(own.status, 422);
  assert.match(own.words, /自己的角色/);
});

test('only system administrators invite', async () => {
  const reviewer = await s.member('reviewer');
  assert.equal((await reviewer.visit('/desk/staff')).status, 403);
  const security = await s.member('security_admin');
  assert.equal((await security.visit('/desk/staff')).status, 200);
  assert.equal((await security.visit('/desk/staff/invite')).status, 403);
});

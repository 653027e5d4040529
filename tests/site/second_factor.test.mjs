import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { secretOn, startSite, totp } from './drive.mjs';

let s;
before(async () => {
  s = await startSite();
});
after(() => s.stop());

test('staff are led to the second factor before the desk', async () => {
  const person = await s.member();
  s.command('user', 'roles', person.mobile, 'sysadmin');
  await person.logIn();
  const led = await person.visit('/desk/staff');
  assert.equal(led.url.pathname, '/me/security');
  assert.match(led.words, /必须先开启/);
  const done = await person.secondFactor();
  assert.equal(done.status, 200);
  assert.equal(person.recovery.length, 10);
  assert.equal((await person.visit('/desk/staff')).status, 200);
});

test('with a second factor the password alone opens nothing', async () => {
  const person = await s.member('sysadmin');
  const v = s.person();
  Object.assign(v, { mobile: person.mobile, password: person.password });
  const asked = await v.logIn();
  assert.equal(asked.url.pathname, '/login/second-factor');
  for (const path of ['/desk/staff', '/me/security', '/me/settings'])
    assert.equal((await v.visit(path)).url.pathname, '/login/second-factor');
  const in_ = await asked.press('继续', { 动态验证码: person.totp() });
  assert.notEqual(in_.url.pathname, '/login/second-factor');
  assert.equal((await v.visit('/desk/staff')).status, 200);
});

test('a code works once, a recovery code works once', async () => {
  const person = await s.member('reviewer');
  const enter = async (code) => {
    const v = s.person();
    Object.assign(v, { mobile: person.mobile, password: person.password });
    return (await v.logIn()).press('继续', { 动态验证码: code });
  };
  const code = person.totp();
  assert.notEqual((await enter(code)).status, 422);
  assert.equal((await enter(code)).status, 422);
  assert.notEqual((await enter(person.recovery[0])).status, 422);
  assert.equal((await enter(person.recovery[0])).status, 422);
});

test('wrong codes lock, however often one logs in again', async () => {
  const person = await s.member('reviewer');
  const v = s.person();
  Object.assign(v, { mobile: person.mobile, password: person.password });
  const wrong = totp(person.secret) === '000000' ? '000001' : '000000';
  let page;
  for (let i = 0; i < 6; i++) {
    page = await v.logIn();
    page = await page.press('继续', { 动态验证码: wrong });
  }
  assert.equal(page.status, 429);
  assert.equal((await v.logIn()).status, 429);
});

test('a wrong code sets nothing up; the codes can be downloaded once shown', async () => {
  const person = await s.member();
  const shown = await person.visit('/me/security/totp');
  assert.match(shown.text, /<svg class="qr"/);
  const secret = secretOn(shown);
  const wrong = totp(secret) === '000000' ? '000001' : '000000';
  assert.equal((await shown.press('确认并开启', { 动态验证码: wrong })).status, 422);
  const done = await shown.press('确认并开启', { 动态验证码: totp(secret) });
  const file = await done.press('下载为文本文件');
  assert.match(file.headers.get('content-disposition'), /recovery-codes\.txt/);
  assert.match(file.text, /^(\d{10}\n){10}$/);
});

test('a new phone needs the password', async () => {
  const person = await s.member('reviewer');
  const page = await person.visit('/me/security/totp');
  assert.equal(secretOn(page), undefined);
  assert.equal((await page.press('开始设置', { 当前密码: 'wrong wrong' })).status, 422);
  const next = await page.press('开始设置', { 当前密码: person.password });
  assert.notEqual(secretOn(next), person.secret);
  assert.ok(secretOn(next));
});

test('after a reset the second factor is still asked', async () => {
  const person = await s.member('reviewer');
  const v = s.person();
  const sent = await (await v.visit('/reset')).press('发送验证码', { 手机号: person.mobile });
  await sent.press('设置新密码', { 短信验证码: await s.code(person.mobile), 密码: 'evening tide 3' });
  Object.assign(v, { mobile: person.mobile, password: 'evening tide 3' });
  assert.equal((await v.logIn()).url.pathname, '/login/second-factor');
});

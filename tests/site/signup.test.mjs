import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './drive.mjs';

let s;
before(async () => {
  s = await startSite();
});
after(() => s.stop());

async function askCode(v, path, mobile, more = {}) {
  const page = await v.visit(path);
  return page.press('发送验证码', { 手机号: mobile, ...more });
}

test('sign up by number and code, without scripts; what was typed comes back', async () => {
  const v = s.person();
  const sent = await askCode(v, '/signup', '138 0013 8000', { 称呼: '小满' });
  assert.equal(sent.status, 200);
  assert.match(sent.words, /已发送到 13800138000/);
  assert.match(sent.text, /name="name"[^>]*value="小满"|value="小满"[^>]*name="name"/);
  const done = await sent.press('注册', { 短信验证码: await s.code('13800138000'), 密码: 'sunny garden 7' });
  assert.equal(done.url.pathname, '/me');
  const page = await v.visit('/me/security');
  assert.match(page.words, /138\*\*\*\*8000/);
  assert.doesNotMatch(page.words, /13800138000/);
});

test('a number has one login', async () => {
  const person = await s.member();
  const v = s.person();
  const sent = await askCode(v, '/signup', person.mobile, { 称呼: '又来' });
  const refused = await sent.press('注册', { 短信验证码: await s.code(person.mobile), 密码: 'sunny garden 7' });
  assert.equal(refused.status, 422);
  assert.match(refused.words, /已经注册过/);
});

test('A6.2: five wrong codes spoil the code', async () => {
  const v = s.person();
  let page = await askCode(v, '/signup', '13700000005', { 称呼: '小暑' });
  const right = await s.code('13700000005');
  const wrong = right === '111111' ? '222222' : '111111';
  for (let i = 0; i < 5; i++) {
    page = await page.press('注册', { 短信验证码: wrong, 密码: 'sunny garden 7' });
    assert.equal(page.status, 422);
    assert.match(page.words, /验证码不对/);
  }
  page = await page.press('注册', { 短信验证码: right, 密码: 'sunny garden 7' });
  assert.equal(page.status, 422);
  assert.match(page.words, /已作废/);
});

test('one code a minute', async () => {
  const v = s.person();
  await askCode(v, '/signup', '13700000006');
  const again = await askCode(v, '/signup', '13700000006');
  assert.equal(again.status, 422);
  assert.match(again.words, /一分钟/);
});

test('bad numbers and weak passwords are refused at their fields', async () => {
  const v = s.person();
  const bad = await askCode(v, '/signup', '12345');
  assert.equal(bad.status, 422);
  assert.match(bad.words, /11 位手机号/);
  const sent = await askCode(v, '/signup', '13700000007', { 称呼: '小雪' });
  const code = await s.code('13700000007');
  for (const weak of ['short', '12345678', 'password12', 'aaaaaaaab', 'x13700000007y']) {
    const page = await sent.press('注册', { 短信验证码: code, 密码: weak });
    assert.equal(page.status, 422, weak);
    assert.match(page.words, /密码/);
  }
});

test('a new password by code logs out all devices', async () => {
  const person = await s.member();
  const v = s.person();
  const sent = await askCode(v, '/reset', person.mobile);
  assert.equal(sent.status, 200);
  const done = await sent.press('设置新密码', { 短信验证码: await s.code(person.mobile), 密码: 'evening tide 3' });
  assert.equal(done.url.pathname, '/login');
  assert.equal((await person.visit('/me/security')).url.pathname, '/login');
  assert.equal((await person.logIn('evening tide 3')).url.pathname, '/me');
});

test('reset answers alike for numbers that nobody has', async () => {
  const person = await s.member();
  const shape = (p, mobile) => [p.status, p.words.replaceAll(mobile, 'N').replace(/[0-9a-f]{8,}/g, '')];
  const a = s.person();
  const b = s.person();
  for (let i = 0; i < 2; i++) {
    const known = await askCode(a, '/reset', person.mobile);
    const unknown = await askCode(b, '/reset', '13111112222');
    assert.deepEqual(shape(unknown, '13111112222'), shape(known, person.mobile));
  }
  await s.code(person.mobile);
  assert.ok(!s.messages.some((m) => m.recipient === '13111112222'), 'nothing was sent');
});

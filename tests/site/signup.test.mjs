import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { site } from './visitor.mjs';

let s;
before(async () => {
  s = await site();
});
after(() => s.stop());

async function askCode(v, path, mobile, more = {}) {
  const page = await v.get(path);
  return page.submit('发送验证码', { 手机号: mobile, ...more });
}

test('sign up by number and code, without scripts; what was typed comes back', async () => {
  const v = s.visitor();
  const sent = await askCode(v, '/signup', '138 0013 8000', { 称呼: '小满' });
  assert.equal(sent.status, 200);
  assert.match(sent.text, /已发送到 13800138000/);
  const form = sent.form('注册');
  assert.equal(form.fields.find((f) => f.name === 'name').value, '小满');
  const done = await sent.submit('注册', { 短信验证码: s.code('13800138000'), 密码: 'sunny garden 7' });
  assert.equal(done.url.pathname, '/me');
  const page = await v.get('/me/security');
  assert.match(page.text, /138\*\*\*\*8000/);
  assert.doesNotMatch(page.text, /13800138000/);
});

test('a number has one login', async () => {
  const person = await s.person();
  const v = s.visitor();
  const sent = await askCode(v, '/signup', person.mobile, { 称呼: '又来' });
  const refused = await sent.submit('注册', { 短信验证码: s.code(person.mobile), 密码: 'sunny garden 7' });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /已经注册过/);
});

test('A6.2: five wrong codes spoil the code', async () => {
  const v = s.visitor();
  let page = await askCode(v, '/signup', '13700000005', { 称呼: '小暑' });
  const right = s.code('13700000005');
  const wrong = right === '111111' ? '222222' : '111111';
  for (let i = 0; i < 5; i++) {
    page = await page.submit('注册', { 短信验证码: wrong, 密码: 'sunny garden 7' });
    assert.equal(page.status, 422);
    assert.match(page.text, /验证码不对/);
  }
  page = await page.submit('注册', { 短信验证码: right, 密码: 'sunny garden 7' });
  assert.equal(page.status, 422);
  assert.match(page.text, /已作废/);
});

test('one code a minute', async () => {
  const v = s.visitor();
  await askCode(v, '/signup', '13700000006');
  const again = await askCode(v, '/signup', '13700000006');
  assert.equal(again.status, 422);
  assert.match(again.text, /一分钟/);
});

test('bad numbers and weak passwords are refused at their fields', async () => {
  const v = s.visitor();
  const bad = await askCode(v, '/signup', '12345');
  assert.equal(bad.status, 422);
  assert.match(bad.text, /11 位手机号/);
  const sent = await askCode(v, '/signup', '13700000007', { 称呼: '小雪' });
  const code = s.code('13700000007');
  for (const weak of ['short', '12345678', 'password12', 'aaaaaaaab', 'x13700000007y']) {
    const page = await sent.submit('注册', { 短信验证码: code, 密码: weak });
    assert.equal(page.status, 422, weak);
    assert.match(page.text, /密码/);
  }
});

test('a new password by code logs out all devices', async () => {
  const person = await s.person();
  const v = s.visitor();
  const sent = await askCode(v, '/reset', person.mobile);
  assert.equal(sent.status, 200);
  const done = await sent.submit('设置新密码', { 短信验证码: s.code(person.mobile), 密码: 'evening tide 3' });
  assert.equal(done.url.pathname, '/login');
  assert.equal((await person.get('/me/security')).url.pathname, '/login');
  assert.equal((await person.logIn('evening tide 3')).url.pathname, '/me');
});

test('reset answers alike for numbers that nobody has', async () => {
  const person = await s.person();
  const shape = (p, mobile) => [p.status, p.text.replaceAll(mobile, 'N').replace(/[0-9a-f]{8,}/g, '')];
  const a = s.visitor();
  const b = s.visitor();
  for (let i = 0; i < 2; i++) {
    const known = await askCode(a, '/reset', person.mobile);
    const unknown = await askCode(b, '/reset', '13111112222');
    assert.deepEqual(shape(unknown, '13111112222'), shape(known, person.mobile));
  }
  assert.equal(s.code('13111112222'), undefined);
});

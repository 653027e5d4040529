import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { site } from './visitor.mjs';

let s;
before(async () => {
  s = await site();
});
after(() => s.stop());

async function sixWrong(mobile) {
  const v = s.visitor();
  const answers = [];
  for (let i = 0; i < 6; i++) {
    const page = await v.get('/login');
    answers.push(await page.submit('登录', { 手机号: mobile, 密码: `wrong-${i}-wrong` }));
  }
  return answers;
}

test('A5.7: six wrong passwords lock the login, and the page says until when', async () => {
  const person = await s.person();
  const answers = await sixWrong(person.mobile);
  for (const a of answers.slice(0, 5)) {
    assert.equal(a.status, 422);
    assert.match(a.text, /手机号或密码不对/);
  }
  assert.equal(answers[5].status, 429);
  assert.match(answers[5].text, /20\d\d-\d\d-\d\d \d\d:\d\d/);
  const right = s.visitor();
  Object.assign(right, { mobile: person.mobile, password: person.password });
  const refused = await right.logIn();
  assert.equal(refused.status, 429);
  assert.equal((await right.get('/me/security')).url.pathname, '/login');
});

test('a number that nobody has is answered and locked alike', async () => {
  const person = await s.person();
  const known = await sixWrong(person.mobile);
  const unknown = await sixWrong('13012345678');
  const shape = (a) => [a.status, a.errors.join('|').replace(/\d\d:\d\d/g, 'T')];
  assert.deepEqual(unknown.map(shape), known.map(shape));
});

test('after the login one is where one wanted to go, but never on another site', async () => {
  const person = await s.person();
  const v = s.visitor();
  const door = await v.get('/me/settings');
  assert.equal(door.path, '/login?next=/me/settings');
  const there = await door.submit('登录', { 手机号: person.mobile, 密码: person.password });
  assert.equal(there.path, '/me/settings');
  for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example']) {
    const w = s.visitor();
    const page = await w.get(`/login?next=${encodeURIComponent(next)}`);
    const to = await page.submit('登录', { 手机号: person.mobile, 密码: person.password });
    assert.equal(to.url.origin, s.origin);
    assert.equal(to.url.pathname, '/me');
  }
});

test('the session is a new one after the login, and gone after logging out', async () => {
  const person = await s.person();
  const token = person.cookies.get('gongqi');
  const page = await person.get('/me/security');
  await page.submit('退出登录');
  assert.equal(person.cookies.has('gongqi'), false);
  const thief = s.visitor();
  thief.cookies.set('gongqi', token);
  assert.equal((await thief.get('/me/security')).url.pathname, '/login');
  await person.logIn();
  assert.notEqual(person.cookies.get('gongqi'), token);
});

test('a new password logs out other devices; the old one is needed', async () => {
  const person = await s.person();
  const phone = s.visitor();
  Object.assign(phone, { mobile: person.mobile, password: person.password });
  await phone.logIn();
  const form = await person.get('/me/security/password');
  const wrong = await form.submit('保存', { 当前密码: 'not-this-one', 新密码: 'correct horse 9' });
  assert.equal(wrong.status, 422);
  const weak = await form.submit('保存', { 当前密码: person.password, 新密码: 'password1' });
  assert.equal(weak.status, 422);
  const done = await form.submit('保存', { 当前密码: person.password, 新密码: 'correct horse 9' });
  assert.equal(done.path, '/me/security');
  assert.equal((await phone.get('/me/security')).url.pathname, '/login');
  assert.equal((await phone.logIn('correct horse 9')).status, 200);
});

test('sessions are listed and revoked, and the log tells of the logins', async () => {
  const person = await s.person();
  const phone = s.visitor();
  Object.assign(phone, { mobile: person.mobile, password: person.password });
  await phone.logIn();
  const page = await person.get('/me/security');
  assert.match(page.text, /当前设备/);
  assert.match(page.text, /127\.0\.0\.1:\d+/);
  const after = await page.submit('让它退出');
  assert.equal(after.path, '/me/security');
  assert.equal((await phone.get('/me/security')).url.pathname, '/login');
});

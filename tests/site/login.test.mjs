import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './drive.mjs';

let s;
before(async () => {
  s = await startSite();
});
after(() => s.stop());

async function sixWrong(mobile) {
  const v = s.person();
  const answers = [];
  for (let i = 0; i < 6; i++) {
    const page = await v.visit('/login');
    answers.push(await page.press('登录', { 手机号: mobile, 密码: `wrong-${i}-wrong` }));
  }
  return answers;
}

test('A5.7: six wrong passwords lock the login, and the page says until when', async () => {
  const person = await s.member();
  const answers = await sixWrong(person.mobile);
  for (const a of answers.slice(0, 5)) {
    assert.equal(a.status, 422);
    assert.match(a.words, /手机号或密码不对/);
  }
  assert.equal(answers[5].status, 429);
  assert.match(answers[5].words, /20\d\d-\d\d-\d\d \d\d:\d\d/);
  const right = s.person();
  Object.assign(right, { mobile: person.mobile, password: person.password });
  const refused = await right.logIn();
  assert.equal(refused.status, 429);
  assert.equal((await right.visit('/me/security')).url.pathname, '/login');
});

test('a number that nobody has is answered and locked alike', async () => {
  const person = await s.member();
  const known = await sixWrong(person.mobile);
  const unknown = await sixWrong('13012345678');
  const shape = (a) => [a.status, a.errors.join('|').replace(/\d\d:\d\d/g, 'T')];
  assert.deepEqual(unknown.map(shape), known.map(shape));
});

test('after the login one is where one wanted to go, but never on another site', async () => {
  const person = await s.member();
  const v = s.person();
  const door = await v.visit('/me/settings');
  assert.equal(door.at, '/login?next=/me/settings');
  const there = await door.press('登录', { 手机号: person.mobile, 密码: person.password });
  assert.equal(there.at, '/me/settings');
  for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example']) {
    const w = s.person();
    const page = await w.visit(`/login?next=${encodeURIComponent(next)}`);
    const to = await page.press('登录', { 手机号: person.mobile, 密码: person.password });
    assert.equal(to.url.origin, s.base);
    assert.equal(to.url.pathname, '/me');
  }
});

test('the session is a new one after the login, and gone after logging out', async () => {
  const person = await s.member();
  const token = person.cookies.get('gongqi');
  const page = await person.visit('/me/security');
  await page.press('退出登录');
  assert.equal(person.cookies.has('gongqi'), false);
  const thief = s.person();
  thief.cookies.set('gongqi', token);
  assert.equal((await thief.visit('/me/security')).url.pathname, '/login');
  await person.logIn();
  assert.notEqual(person.cookies.get('gongqi'), token);
});

test('a new password logs out other devices; the old one is needed', async () => {
  const person = await s.member();
  const phone = s.person();
  Object.assign(phone, { mobile: person.mobile, password: person.password });
  await phone.logIn();
  const form = await person.visit('/me/security/password');
  const wrong = await form.press('保存', { 当前密码: 'not-this-one', 新密码: 'correct horse 9' });
  assert.equal(wrong.status, 422);
  const weak = await form.press('保存', { 当前密码: person.password, 新密码: 'password1' });
  assert.equal(weak.status, 422);
  const done = await form.press('保存', { 当前密码: person.password, 新密码: 'correct horse 9' });
  assert.equal(done.at, '/me/security');
  assert.equal((await phone.visit('/me/security')).url.pathname, '/login');
  assert.equal((await phone.logIn('correct horse 9')).status, 200);
});

test('sessions are listed and revoked, and the log tells of the logins', async () => {
  const person = await s.member();
  const phone = s.person();
  Object.assign(phone, { mobile: person.mobile, password: person.password });
  await phone.logIn();
  const page = await person.visit('/me/security');
  assert.match(page.words, /当前设备/);
  assert.match(page.words, /127\.0\.0\.1:\d+/);
  const after = await page.press('让它退出');
  assert.equal(after.at, '/me/security');
  assert.equal((await phone.visit('/me/security')).url.pathname, '/login');
});

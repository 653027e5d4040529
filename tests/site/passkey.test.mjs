// Passkeys and known devices, as people and attackers meet them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Authenticator } from './authenticator.mjs';
import { openAccount, startSite } from './drive.mjs';

let s;
before(async () => {
  s = await startSite('--public-url', 'http://gongqi.test');
  s.origin = 'http://gongqi.test';
});
after(() => s.stop());

const fresh = (like) => Object.assign(s.person(), { mobile: like.mobile, password: like.password });
const inside = async (who) => (await who.visit('/me/security')).url.pathname === '/me/security';

for (const alg of [-7, -8])
  test(`a passkey (${alg}) is added, logs in, is the second factor, and is removed`, async () => {
    const person = await s.member();
    const key = new Authenticator(s, alg);
    assert.equal((await key.register(person, 'wrong wrong wrong')).status, 422);
    const codes = await key.register(person);
    assert.equal(codes.status, 200, codes.words);
    const recovery = [...codes.text.matchAll(/<li><code>(\d{10})<\/code>/g)].map((m) => m[1]);
    assert.equal(recovery.length, 10);
    assert.deepEqual(key.options.excludeCredentials, []);
    assert.equal(key.options.authenticatorSelection.userVerification, 'required');
    assert.equal(key.options.attestation, 'none');

    const other = fresh(person);
    assert.equal((await key.logIn(other)).status, 303);
    assert.ok(await inside(other));

    const third = fresh(person);
    const asked = await third.logIn();
    assert.equal(asked.url.pathname, '/login/second-factor');
    assert.match(asked.words, /使用通行密钥/);
    assert.ok(!(await inside(third)));
    assert.equal((await key.second(third)).status, 303);
    assert.equal(key.options.allowCredentials.length, 1);
    assert.ok(await inside(third));

    const fourth = fresh(person);
    assert.notEqual((await (await fourth.logIn()).press('继续', { 动态验证码: recovery[0] })).status, 422);

    const path = (await person.visit('/me/security/passkeys')).text.match(/\/me\/security\/passkeys\/\d+/)[0];
    assert.equal((await person.submit(path, { 名称: '旧手机' }, { button: '保存' })).status, 303);
    assert.match((await person.visit('/me/security/passkeys')).words, /旧手机/);
    assert.equal((await other.get(path)).status, 200);
    assert.equal((await (await s.member()).get(path)).status, 404);
    assert.equal((await person.submit(path, { 当前密码: 'not this one' }, { button: '删除这个通行密钥' })).status, 422);
    assert.equal((await person.submit(path, { 当前密码: person.password }, { button: '删除这个通行密钥' })).status, 303);
    const refused = await key.logIn(fresh(person));
    assert.equal(refused.status, 422);
    assert.match(refused.words, /不认识这个通行密钥/);
  });

test('what is bent, replayed or copied is refused', async () => {
  const person = await s.member();
  const key = new Authenticator(s);
  for (const bend of [{ origin: 'https://evil.test' }, { rpId: 'evil.test' }, { flags: 0x41 }]) assert.equal((await key.register(person, person.password, bend)).status, 422);
  assert.equal((await key.register(person)).status, 200);
  const cases = [
    [{ origin: 'https://evil.test' }, /别的网站地址/],
    [{ rpId: 'evil.test' }, /别的网站地址/],
    [{ flags: 1 }, /没有通过/],
    [{ count: 1 }, /可能被复制过/],
  ];
  for (const [bend, words] of cases) {
    const who = fresh(person);
    const refused = await key.logIn(who, bend);
    assert.equal(refused.status, 422);
    assert.match(refused.words, words);
    assert.ok(!(await inside(who)));
  }
  assert.match((await person.visit('/me/notices')).words, /可能被复制的通行密钥/);

  const who = fresh(person);
  const body = new URLSearchParams(await key.answer(who, await who.get('/login'), 'login'));
  assert.equal((await who.send('/login/passkey', { method: 'POST', body })).status, 303);
  const thief = fresh(person);
  const again = await thief.send('/login/passkey', { method: 'POST', body });
  assert.equal(again.status, 422);
  assert.match(again.words, /已过期或已用过/);
  assert.ok(!(await inside(thief)));

  // an answer for logging in is none for the second factor
  const half = fresh(person);
  await half.logIn();
  const wrong = await key.answer(half, await half.get('/login/second-factor'), 'login');
  assert.equal((await half.send('/login/second-factor/passkey', { method: 'POST', body: new URLSearchParams(wrong) })).status, 422);
  assert.ok(!(await inside(half)));
});

test('what is no answer at all is refused', async () => {
  for (const fields of [{}, { client_data: '!', auth_data: '*' }, { client_data: 'e30', credential: 'AA', auth_data: 'AA', signature: 'AA', handle: 'AA' }]) {
    const answer = await s.person().send('/login/passkey', { method: 'POST', body: new URLSearchParams(fields) });
    assert.equal(answer.status, 422);
  }
});

test('staff may have a passkey as their only second factor, and cannot remove it', async () => {
  const person = await s.member();
  s.command('user', 'roles', person.mobile, 'sysadmin');
  await person.logIn();
  assert.equal((await person.visit('/desk/staff')).url.pathname, '/me/security');
  const key = new Authenticator(s);
  assert.equal((await key.register(person)).status, 200);
  assert.equal((await person.visit('/desk/staff')).url.pathname, '/desk/staff');
  const path = (await person.visit('/me/security/passkeys')).text.match(/\/me\/security\/passkeys\/\d+/)[0];
  const one = await person.visit(path);
  assert.match(one.words, /最后一种两步验证方式/);
  const csrf = one.text.match(/name="_csrf" value="([^"]*)"/)[1];
  const forced = await person.send(`${path}/remove`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, password: person.password }) });
  assert.equal(forced.status, 422);
  await person.secondFactor();
  assert.equal((await person.submit(path, { 当前密码: person.password }, { button: '删除这个通行密钥' })).status, 303);
  s.command('user', 'reset', person.mobile);
});

test('a new device is told by notice and SMS, a known one is not', async () => {
  const person = await s.member();
  const alerts = () => s.messages.filter((m) => m.recipient === person.mobile && /新设备/.test(m.text)).length;
  const csrf = (await person.visit('/me')).text.match(/name="_csrf" value="([^"]*)"/)[1];
  await person.send('/logout', { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) });
  await person.logIn(); // from the same device
  assert.ok(await inside(person));
  assert.equal(alerts(), 0);
  const other = fresh(person);
  await other.logIn();
  for (let i = 0; i < 100 && alerts() === 0; i++) await new Promise((r) => setTimeout(r, 50));
  assert.equal(alerts(), 1);
  assert.match((await person.visit('/me/notices')).words, /在新设备上登录/);
  const page = await person.visit('/me/security');
  assert.equal([...page.text.matchAll(/\/me\/security\/devices\/\d+\/disown/g)].length, 1, 'only the other one can be disowned');
  await other.submit('/me/security', {}, { button: '让其他设备全部退出' });
});

test('“it was not me” ends all sessions and voids the password', async () => {
  const person = await s.member();
  const thief = fresh(person);
  await thief.logIn();
  const key = new Authenticator(s);
  assert.equal((await key.register(thief)).status, 200);
  const back = await key.second(person); // what the thief added is asked of the owner, too
  assert.equal(back.status, 303);
  const page = await person.visit('/me/security');
  const led = await page.press('这不是我');
  assert.equal(led.url.pathname, '/reset');
  for (const who of [person, thief]) assert.ok(!(await inside(who)));
  assert.equal((await fresh(person).logIn()).status, 422, 'the old password opens nothing');
  assert.equal((await key.logIn(fresh(person))).status, 422, 'nor does the key that the thief added');
  const sent = await (await person.visit('/reset')).press('发送验证码', { 手机号: person.mobile });
  await sent.press('设置新密码', { 短信验证码: await s.code(person.mobile), 密码: 'evening tide 3' });
  person.password = 'evening tide 3';
  await person.logIn();
  assert.ok(await inside(person));
});

test('A10.1: the owner is told when a member logs in from a new device, and nobody else is', async (t) => {
  const own = await startSite();
  t.after(() => own.stop());
  const anew = (like) => Object.assign(own.person(), { mobile: like.mobile, password: like.password });
  const { operator, boss, handle } = await openAccount(own);
  const page = await operator.submit(`/console/${handle}/members`, { '作者：写作和提交文章': true }, { button: '生成邀请链接' });
  const path = new URL(page.text.match(/value="([^"]*\/join\/[^"]+)"/)[1]).pathname;
  const member = await own.member('', '江小鱼');
  assert.equal((await member.submit(path, {}, { button: '接受邀请' })).status, 303);
  assert.doesNotMatch((await operator.visit('/me/notices')).words, /江小鱼从新设备登录/);
  await anew(member).logIn();
  assert.match((await operator.visit('/me/notices')).words, /账号“河岸观察”的成员江小鱼从新设备登录/);
  assert.doesNotMatch((await boss.visit('/me/notices')).words, /江小鱼/);
  await anew(operator).logIn(); // an owner's own login is told to the owner only
  assert.doesNotMatch((await member.visit('/me/notices')).words, /从新设备登录/);
});

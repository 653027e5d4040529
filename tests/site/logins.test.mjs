// The security administrator's page: failed logins, locks with unlock, anomalies, export.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from './drive.mjs';

let s, officer;
before(async () => {
  s = await startSite();
  officer = await s.member('security_admin', '安全员');
});
after(() => s.stop());

const wrong = async (mobile, n) => {
  const v = s.person();
  for (let i = 0; i < n; i++) await (await v.visit('/login')).press('登录', { 手机号: mobile, 密码: `wrong-${i}-wrong` });
};

test('only the security administrator sees the page, and it says when there is nothing', async () => {
  const page = await officer.visit('/desk/logins');
  assert.equal(page.status, 200);
  assert.match(page.words, /现在没有被锁定的账户/);
  assert.match(page.words, /这段时间没有异常/);
  assert.match(page.words, /没有符合条件的事件/);
  const other = await s.member('sysadmin');
  assert.equal((await other.visit('/desk/logins')).status, 403);
  assert.equal((await s.person().get('/desk/logins')).status, 303);
});

test('a lock is shown, and opened with a reason that is kept', async () => {
  const person = await s.member('', '被锁的人');
  await wrong(person.mobile, 6);
  const page = await officer.visit('/desk/logins');
  const path = page.text.match(/\/desk\/logins\/\d+/)[0];
  assert.match(page.words, /被锁的人/);
  const right = Object.assign(s.person(), { mobile: person.mobile, password: person.password });
  assert.equal((await right.logIn()).status, 429);
  assert.equal((await officer.submit(path, { 理由: '' }, { button: '解除锁定' })).status, 422);
  assert.equal((await officer.submit(path, { 理由: '电话核对过本人' }, { button: '解除锁定' })).status, 303);
  assert.equal((await right.logIn()).status, 200);
  const after_ = await officer.visit('/desk/logins?kind=unlocked');
  assert.match(after_.words, /安全员: 电话核对过本人/);
  assert.match((await right.visit('/me/notices')).words, /已解除你账户的登录锁定/);
  const again = await officer.visit(path);
  assert.match(again.words, /没有锁定/);
  const log = await officer.visit('/desk/log?route=/desk/logins');
  assert.match(log.words, /GET \/desk\/logins/);
  assert.match(log.words, /POST \/desk\/logins\/\d+/);
});

test('many tries at one login, and many logins from one address, stand out', async () => {
  const victim = await s.member('', '被试的人');
  await wrong(victim.mobile, 10);
  for (let i = 0; i < 4; i++) await wrong((await s.member()).mobile, 1);
  await wrong('13012345678', 1);
  const page = await officer.visit('/desk/logins');
  assert.match(page.text, /\/desk\/logins\?ip=127\.0\.0\.1/);
  const href = page.text.match(/\/desk\/logins\?user=\d+/)[0];
  const only = await officer.visit(href);
  assert.match(only.words, /被试的人/);
  assert.doesNotMatch(only.text.slice(only.text.indexOf('log-list')), /没有这个手机号/);
  assert.match((await officer.visit('/desk/logins?kind=wrong_password')).words, /没有这个手机号/);
});

test('filters by time and address, pages, and exports without formulas', async () => {
  assert.equal((await officer.visit('/desk/logins?from=2026-13-01')).status, 422);
  assert.match((await officer.visit('/desk/logins?until=2020-01-02&from=2020-01-01')).words, /没有符合条件的事件/);
  assert.match((await officer.visit('/desk/logins?ip=203.0.113.9')).words, /没有符合条件的事件/);
  await wrong('13012345679', 60);
  const first = await officer.visit('/desk/logins?kind=failed');
  const next = first.text.match(/\/desk\/logins\?kind=failed&amp;before=\d+/)[0].replace('&amp;', '&');
  const second = await officer.visit(next);
  assert.equal(second.status, 200);
  const file = await first.press('导出 CSV');
  assert.match(file.headers.get('content-type'), /text\/csv/);
  const lines = file.text.trim().split('\r\n');
  assert.match(lines[0], /"id","time","event"/);
  assert.ok(lines.length > 60);
  assert.ok(lines.slice(1).every((l) => /^"\d+","20\d\d-/.test(l) && /"(wrong_password|while_locked)"/.test(l)));
});

test('passwords that lean on the site, the person or the number are refused, long ones are taken', async () => {
  const person = await s.member('', 'Zhou Min');
  const change = (to) => person.submit('/me/security/password', { 当前密码: person.password, 新密码: to }, { button: '保存' });
  const bad = [['zhou min 88', /几乎没有别的内容/], ['gongqi2026', /太容易被猜到|几乎没有别的内容/], [`x${person.mobile}`, /不要包含手机号/], ['P@ssw0rd2026', /太容易被猜到/], ['short77', /至少要 8 个字符/], ['长'.repeat(129), /最多 128/]];
  for (const [password, words] of bad) {
    const page = await change(password);
    assert.equal(page.status, 422, password);
    assert.match(page.words, words);
  }
  const long = '江上清风 与山间之明月 '.repeat(10).slice(0, 128);
  assert.equal((await change(long)).status, 303);
  const again = Object.assign(s.person(), { mobile: person.mobile, password: long });
  assert.equal((await again.logIn()).url.pathname, '/me');
});

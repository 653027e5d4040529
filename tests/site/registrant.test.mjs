// A registrant states who it is: A6.1 (sealed), A6.2 (nobody is verified by format alone).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { citizenNumber, pdf, startSite, words } from './drive.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site.stop());

const mobile = '15400000021';
const person = (values = {}) => ({ 真实姓名: '欧阳修远', 证件类型: '居民身份证', 证件号码: citizenNumber(12), 所在省份: '浙江', 手机号码: mobile, ...values });
const path = '/me/registrants/new/individual';

async function provedForm(who, values) {
  const sent = await who.submit(path, values, { button: '获取验证码' });
  assert.equal(sent.status, 200, words(sent));
  assert.match(words(sent), /验证码已发送/);
  return { page: sent, code: await site.code(values['手机号码']) };
}

test('a visitor is sent to log in', async () => {
  const page = await site.person().get('/me/registrants');
  assert.equal(page.status, 303);
  assert.match(page.location, /^\/login/);
});

test('seven classes are offered, each with a form', async () => {
  const who = await site.person().signUp('15400000020');
  const page = await who.get('/me/registrants/new');
  const classes = [...page.text.matchAll(/href="\/me\/registrants\/new\/([a-z_]+)"/g)].map((m) => m[1]);
  assert.equal(new Set(classes).size, 7);
  for (const c of classes) assert.equal((await who.get(`/me/registrants/new/${c}`)).status, 200);
  assert.equal((await who.get('/me/registrants/new/nobody')).status, 404);
});

test('bad numbers are refused on their field, and what was typed stays', async () => {
  const who = await site.person().signUp('15400000022');
  const bad = citizenNumber(12).slice(0, 17) + (citizenNumber(12).endsWith('1') ? '2' : '1');
  const page = await who.submit(path, { ...person({ 证件号码: bad }), 短信验证码: '123456' }, { button: '提交认证', files: { 证件照片: pdf } });
  assert.equal(page.status, 422);
  assert.match(words(page), /校验位不符/);
  assert.match(page.text, /value="欧阳修远"/);
  const child = await who.submit(path, { ...person({ 证件号码: citizenNumber(12, '20150307') }), 短信验证码: '123456' }, { button: '提交认证', files: { 证件照片: pdf } });
  assert.match(words(child), /未满 18 周岁/);
});

test('a wrong code is refused; without a proof nothing is taken', async () => {
  const who = await site.person().signUp('15400000023');
  const wrong = await who.submit(path, { ...person(), 短信验证码: '000000' }, { button: '提交认证', files: { 证件照片: pdf } });
  assert.equal(wrong.status, 422);
  const none = await who.submit(path, { ...person(), 短信验证码: '123456' }, { button: '提交认证' });
  assert.equal(none.status, 422);
  assert.match(words(none), /请选择文件/);
  const html = await who.submit(path, { ...person(), 短信验证码: '123456' }, { button: '提交认证', files: { 证件照片: ['a.pdf', 'application/pdf', Buffer.from('<html>')] } });
  assert.equal(html.status, 422);
});

test('a good form waits for staff: right digits and a proved mobile verify nobody', async () => {
  const who = await site.person().signUp('15400000019');
  const { page, code } = await provedForm(who, person());
  assert.match(page.text, /value="欧阳修远"/, 'what was typed before the code stays');
  const done = await who.submit(path, { 短信验证码: code }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(done.status, 303, words(done));
  const shown = await who.get(done.location);
  assert.match(words(shown), /核验中/);
  assert.doesNotMatch(words(shown), /有效期至/);
  assert.match(words(shown), /欧\*\*\*/);
  assert.doesNotMatch(shown.text, new RegExp(`${citizenNumber(12)}|欧阳修远|${mobile}`));
  const again = await who.get(`${done.location}/edit`);
  assert.equal(again.status, 409);
  const stranger = await site.person().signUp('15400000024');
  assert.equal((await stranger.get(done.location)).status, 404);
});

// The sealer renames its files while we read; what has gone meanwhile has another name.
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch (e) {
    if (e.code === 'ENOENT') return Buffer.alloc(0);
    throw e;
  }
}

test('neither files nor a dump of the database hold a number, a name or a proof in plain text', () => {
  const secrets = [citizenNumber(12), '欧阳修远', mobile, '%PDF-1.4'];
  const files = readdirSync(site.data, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  for (const f of files) {
    const bytes = readIfThere(join(f.parentPath ?? f.path, f.name));
    for (const secret of secrets) assert.equal(bytes.includes(secret), false, `${f.name} holds ${secret}`);
  }
  assert.ok(files.length > 1);
  if (!site.db.length) return;
  const dump = execFileSync('pg_dump', [site.db[1]], { maxBuffer: 1 << 28 }).toString();
  assert.match(dump, /identity_field/);
  for (const secret of secrets) assert.ok(!dump.includes(secret) && !dump.includes(Buffer.from(secret).toString('hex')), secret);
});

// Notices out of the site: an address proved by a code, ways chosen by group, e-mail as a server hears it.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { startSite, words } from './drive.mjs';

let site;
let sink;
const heard = []; // { to, headers, text } of each message

function readMail(raw) {
  const [head, body] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n') + 4)];
  const text = Buffer.from(body, 'base64').toString();
  const subject = [...head.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map((m) => Buffer.from(m[1], 'base64').toString()).join('');
  return { to: head.match(/^To: <(.*)>/m)[1], subject, text };
}

function smtp() {
  const server = net.createServer((socket) => {
    let data = null;
    let rest = '';
    socket.on('error', () => {});
    socket.write('220 sink\r\n');
    socket.on('data', (bytes) => {
      rest += bytes;
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 2);
        if (data !== null && line === '.') {
          heard.push(readMail(data));
          data = null;
          socket.write('250 kept\r\n');
        } else if (data !== null) data += `${line}\r\n`;
        else if (line === 'DATA') {
          data = '';
          socket.write('354 go on\r\n');
        } else socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 yes\r\n');
      }
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

before(async () => {
  sink = await smtp();
  site = await startSite('--smtp-url', `smtp://127.0.0.1:${sink.address().port}`, '--smtp-from', 'notices@example.cn');
});
after(async () => {
  await site.stop();
  sink.close();
});

async function mailTo(address, pattern) {
  for (let i = 0; i < 200; i++) {
    const at = heard.findIndex((m) => m.to === address && pattern.test(m.subject + m.text));
    if (at >= 0) return heard.splice(at, 1)[0];
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error(`no mail for ${address}: ${JSON.stringify(heard)}`);
}

const path = '/me/security/email';
const settings = '/me/notices/settings';
async function prove(who, address) {
  const asked = await who.submit(path, { 邮箱: address }, { button: '发送验证码' });
  assert.equal(asked.status, 200, words(asked));
  const code = (await mailTo(address, /验证码/)).text.match(/\d{6}/)[0];
  return who.submit(path, { 邮箱: address, 验证码: code, 密码: who.password }, { button: '保存邮箱', page: asked });
}

test('an address is proved by a code to it and the password, shown masked, and can be removed', async () => {
  const who = await site.member();
  for (const bad of ['', 'a', 'a@', '名字@example.cn', `${'a'.repeat(244)}@example.cn`]) {
    assert.equal((await who.submit(path, { 邮箱: bad }, { button: '发送验证码' })).status, 422, bad);
  }
  const asked = await who.submit(path, { 邮箱: 'li@example.cn' }, { button: '发送验证码' });
  assert.match(words(asked), /验证码已发送到 li@example.cn/);
  const again = await who.submit(path, { 邮箱: 'li@example.cn' }, { button: '发送验证码' });
  assert.equal(again.status, 422, 'one code a minute');
  const code = (await mailTo('li@example.cn', /验证码/)).text.match(/\d{6}/)[0];
  const put = (fields) => who.submit(path, { 邮箱: 'li@example.cn', 验证码: code, 密码: who.password, ...fields }, { button: '保存邮箱', page: asked });
  assert.equal((await put({ 验证码: code === '000000' ? '000001' : '000000' })).status, 422);
  assert.equal((await put({ 密码: 'wrong password' })).status, 422);
  assert.equal((await put({ 邮箱: 'other@example.cn' })).status, 422, 'the code is of the other address');
  assert.equal((await put({})).status, 303);
  assert.match(words(await who.get('/me/security')), /l\*\*\*@example\.cn/);
  assert.match(words(await who.get('/me/data')), /l\*\*\*@example\.cn/);
  assert.doesNotMatch((await who.get(path)).text, /li@example\.cn/);
  assert.equal((await who.submit(settings, { '工单：邮件': true }, { button: '保存' })).status, 303);
  await (await who.visit(path)).press('移除邮箱');
  const shown = await who.get(settings);
  assert.match(words(shown), /还没有邮箱/);
  assert.doesNotMatch(shown.text, /name="support\.email"[^>]*checked/);
});

test('ways are chosen by group; what must be told stays on the site and says why', async () => {
  const who = await site.member();
  const page = await who.get(settings);
  assert.match(words(page), /站内不能关闭：登录被他人使用时/);
  assert.match(page.text, /name="security\.site"[^>]*checked[^>]*disabled/);
  assert.match(page.text, /name="articles\.email"[^>]*disabled/, 'no address yet');
  assert.doesNotMatch(page.text, /name="work\.site"/, 'no staff');
  assert.match((await (await site.member('sysadmin')).get(settings)).text, /name="work\.site"/);
  const csrf = page.text.match(/name="_csrf" value="([^"]*)"/)[1];
  const sent = await who.send(settings, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, 'articles.email': '1', 'articles.sms': '1' }) });
  assert.equal(sent.status, 303);
  const now = await who.get(settings);
  assert.match(now.text, /name="security\.site"[^>]*checked/, 'also when the form says nothing');
  assert.doesNotMatch(now.text, /name="articles\.site"[^>]*checked/);
  assert.doesNotMatch(now.text, /name="articles\.email"[^>]*checked/, 'e-mail without an address');
  assert.match(now.text, /name="articles\.sms"[^>]*checked/);
});

test('a login from a new device is told by e-mail to whoever chose it', async () => {
  const who = await site.member();
  assert.equal((await prove(who, 'wang@example.cn')).status, 303);
  assert.equal((await who.submit(settings, { '登录安全：邮件': true }, { button: '保存' })).status, 303);
  const other = Object.assign(site.person(), { mobile: who.mobile, password: who.password, name: who.name });
  await other.logIn();
  const mail = await mailTo('wang@example.cn', /新设备/);
  assert.equal(mail.subject, '[gongqi] 登录安全');
  assert.match(mail.text, /\/me\/security\n/);
  assert.match(mail.text, /\/me\/notices\/settings/);
  assert.match(words(await who.get('/me/notices')), /新设备/);
  assert.equal(heard.filter((m) => m.to === 'wang@example.cn').length, 0, 'once');
});

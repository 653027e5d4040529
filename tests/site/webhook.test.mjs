// Webhooks: signed as Standard Webhooks says, told after the act and of nothing else, tried again,
// repeated by hand, changed without a gap, switched off when an address is gone; no private addresses.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { openAccount, startSite, words } from './drive.mjs';

let s, a, anyone, server, url, href, secret;
const got = [];
let answer = 200;
const base = '/console/riverside/webhooks';
const pause = (ms) => new Promise((r) => setTimeout(r, ms));

before(async () => {
  server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (c) => (body += c));
    req.on('end', () => {
      got.push({ headers: req.headers, body, json: JSON.parse(body), status: answer });
      res.writeHead(answer, { 'Content-Type': 'text/plain' });
      res.end(`heard ${answer}`);
    });
  });
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  url = `http://127.0.0.1:${server.address().port}/hook?from=gongqi`;
  s = await startSite('--webhook-allow', '127.0.0.1');
  a = await openAccount(s);
  anyone = s.person();
});
after(async () => {
  server?.close();
  await s?.stop();
});

// The next call that fits; calls before it stay.
async function heard(fits, what) {
  for (let i = 0; i < 200; i++) {
    const at = got.findIndex(fits);
    if (at >= 0) return got.splice(at, 1)[0];
    await pause(50);
  }
  throw new Error(`nothing heard: ${what}; ${JSON.stringify(got.map((g) => g.json.type))}`);
}
const type = (name) => heard((g) => g.json.type === name, name);
const signatures = (call, key) => {
  const mac = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64')).update(`${call.headers['webhook-id']}.${call.headers['webhook-timestamp']}.${call.body}`).digest('base64');
  return { all: call.headers['webhook-signature'].split(' '), mine: `v1,${mac}` };
};
const publish = (title) => anyone.api('/accounts/riverside/articles', { token: a.token, json: { title, category: 'environment', markdown: '水面平静。', publish: true } });
const shows = async (path, pattern) => {
  let page;
  for (let i = 0; i < 100; i++) {
    page = await a.operator.get(path);
    if (pattern.test(words(page))) return page;
    await pause(100);
  }
  throw new Error(`${pattern} is not in ${words(page)}`);
};
const everything = Object.fromEntries(['文章提交', '文章发布', '文章更新', '文章撤回', '平台给账号的通知', '申请有了结果', '处置措施开始'].map((l) => [l, true]));

test('addresses that are none, plain http and users in them are refused, and the form comes back', async () => {
  for (const bad of ['http://example.com/', 'ftp://127.0.0.1/', 'https://', 'https://a@127.0.0.1/', 'http://10.0.0.1/', 'http://localhost/', 'javascript:alert(1)', `https://${'a'.repeat(600)}.cn/`]) {
    const page = await a.operator.submit(base, { 接收地址: bad }, { button: '添加回调' });
    assert.equal(page.status, 422, bad);
  }
  const page = await a.operator.submit(base, { 接收地址: 'http://example.com/' }, { button: '添加回调' });
  assert.match(page.text, /value="http:\/\/example\.com\/"/);
  assert.match(page.errors.join(), /https/);
});

test('the secret is shown once', async () => {
  assert.match(words(await a.operator.get(base)), /还没有回调/);
  const page = await a.operator.submit(base, { 接收地址: url, ...everything }, { button: '添加回调' });
  assert.equal(page.status, 200, page.words);
  secret = page.text.match(/whsec_[A-Za-z0-9+/=]+/)[0];
  href = (await a.operator.get(base)).text.match(new RegExp(`${base}/\\d+`))[0];
  assert.doesNotMatch((await a.operator.get(href)).text, /whsec_/);
});

test('a publication is told at once, signed; its body holds what is public only', async () => {
  const { data } = await publish('河水上涨');
  const call = await type('article.published');
  assert.deepEqual(call.json.data, { account: 'riverside', no: data.no, version: 1, title: '河水上涨', url: data.url, reason: '' });
  const { all, mine } = signatures(call, secret);
  assert.deepEqual(all, [mine]);
  assert.ok(Math.abs(call.headers['webhook-timestamp'] - Date.now() / 1000) < 60);
  assert.match(call.headers['webhook-id'], /^msg_\d+$/);
  assert.match(call.headers['content-type'], /^application\/json/);
  await shows(href, /article\.published .* HTTP 200 已送达/);
});

test('what was refused is not told', async () => {
  got.length = 0;
  const refused = await anyone.api('/accounts/riverside/articles', { token: a.token, json: { title: '转来', category: 'environment', markdown: '水', publish: true, declarations: { origin: 'reprint' } } });
  assert.equal(refused.status, 422);
  await pause(1500);
  assert.deepEqual(got.map((g) => g.json.type), []);
});

test('withdrawal, a decision of the review and the notice about it are told', async () => {
  const { data } = await publish('会撤回的');
  await type('article.published');
  await anyone.api(`/accounts/riverside/articles/${data.no}/withdraw`, { token: a.token, json: { reason: '数字有误' } });
  const call = await type('article.withdrawn');
  assert.equal(call.json.data.reason, '数字有误');
  await a.operator.submit('/console/riverside/profile', { 账号介绍: '记录一条河的一年。' }, { button: '提交审核' });
  const queue = await a.officer.get('/desk/cases?kind=profile');
  const at = queue.text.match(/\/desk\/cases\/\d+/)[0];
  await a.officer.submit(at, {}, { button: '领取' });
  await a.officer.submit(at, {}, { button: '通过' });
  const decided = await type('case.decided');
  assert.equal(decided.json.data.verdict, 'approve');
  const notice = await type('notice.sent');
  assert.equal(notice.json.data.account, 'riverside');
  assert.ok(notice.json.data.text.length > 3);
  assert.doesNotMatch(decided.body + notice.body, /审核员|officer/);
});

test('a failure is tried again with the same id and another signature, until it gets through', async () => {
  answer = 503;
  await publish('要重试的');
  const first = await type('article.published');
  await shows(href, /HTTP 503 等待发送/);
  answer = 204;
  const second = await heard((g) => g.status === 204 && g.headers['webhook-id'] === first.headers['webhook-id'], 'the second try');
  assert.equal(second.body, first.body);
  await shows(href, /HTTP 204 已送达/);
  assert.doesNotMatch(words(await a.operator.get(href)), /从 .* 起没有成功过/);
  answer = 200;
});

test('one call by itself, what came back, and sending it again', async () => {
  await pause(300);
  got.length = 0;
  const page = await a.operator.get(href);
  const one = [...page.text.matchAll(new RegExp(`${href}/calls/(\\d+)`, 'g'))].at(-1);
  const shown = await a.operator.get(one[0]);
  assert.match(words(shown), /heard 200/);
  assert.equal((await a.operator.submit(one[0], {}, { button: '再发一次' })).status, 303);
  const again = await heard((g) => g.headers['webhook-id'] === `msg_${one[1]}`, 'again');
  assert.equal(signatures(again, secret).all[0], signatures(again, secret).mine);
});

test('a test, and a new secret: for a day both sign', async () => {
  const page = await a.operator.submit(href, {}, { button: '更换密钥' });
  const fresh = page.text.match(/whsec_[A-Za-z0-9+/=]+/)[0];
  assert.notEqual(fresh, secret);
  assert.match(words(page), /旧密钥仍有效至/);
  assert.equal((await a.operator.submit(href, {}, { button: '发送测试' })).status, 303);
  const ping = await type('ping');
  assert.deepEqual(ping.json.data, { account: 'riverside' });
  assert.deepEqual(signatures(ping, fresh).all, [signatures(ping, fresh).mine, signatures(ping, secret).mine]);
  secret = fresh;
});

test('events that were not chosen are not told; switched off nothing is', async () => {
  await a.operator.submit(href, { 文章提交: false, 文章发布: false, 平台给账号的通知: false }, { button: '修改事件' });
  got.length = 0;
  await publish('没人听');
  await pause(1500);
  assert.deepEqual(got.map((g) => g.json.type), []);
  await a.operator.submit(href, { 文章发布: true }, { button: '修改事件' });
  await a.operator.submit(href, {}, { button: '关闭' });
  await publish('关着');
  await pause(1500);
  assert.deepEqual(got, []);
  assert.match(words(await a.operator.get(href)), /已关闭/);
  await a.operator.submit(href, {}, { button: '开启' });
  await publish('又开了');
  await type('article.published');
});

test('410 switches it off with a notice', async () => {
  answer = 410;
  await publish('没了');
  await shows(href, /因持续失败已关闭/);
  assert.match(words(await a.operator.get('/me/notices')), /回调 .*已自动关闭/);
  answer = 200;
});

test('private addresses are not called, whatever the name', async () => {
  const page = await a.operator.submit(base, { 接收地址: 'https://localhost:1/' }, { button: '添加回调' });
  assert.equal(page.status, 200, 'an address is judged when it is called');
  const at = [...(await a.operator.get(base)).text.matchAll(new RegExp(`${base}/\\d+`, 'g'))].map((m) => m[0]).find((p) => p !== href);
  await a.operator.submit(at, {}, { button: '发送测试' });
  await shows(at, /内部网络/);
  assert.equal((await a.operator.submit(at, {}, { button: '删除' })).status, 303);
  assert.equal((await a.operator.get(at)).status, 404);
});

test('only editors of the account get there', async () => {
  assert.equal((await a.boss.get(href)).status, 403);
  assert.equal((await anyone.get(href)).status, 303);
});

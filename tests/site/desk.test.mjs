// The desk: deciding case after case, lost claims, reasons; messages that failed and work that was
// given up; the operation log and its export; and who may see which (A5.5, A16.2).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, listen, pdf, signed, staff, startSite, words } from './drive.mjs';

const secret = 'the gateway of this test';
let broken = false;
let gateway, site, boss, reviewer, second, privacy, auditor;
const applicants = [];

async function applicant(n) {
  const who = await site.person().signUp(`1540000007${n}`, n === 0 ? '=SUM(A1)' : `申请人${n}`);
  const path = '/me/registrants/new/individual';
  const mobile = `1540000008${n}`;
  const page = await who.submit(path, { 真实姓名: '诸葛孔明', 证件类型: '居民身份证', 证件号码: citizenNumber(70 + n), 所在省份: '四川', 手机号码: mobile }, { button: '获取验证码' });
  const sent = await who.submit(path, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(sent.status, 303, words(sent));
  return who;
}

async function until(what) {
  for (let i = 0; i < 100; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}

const cases = (page) => [...new Set([...page.text.matchAll(/href="(\/desk\/cases\/\d+)"/g)].map((m) => m[1]))];
const claim = (who, at) => who.submit(at, {}, { button: '领取' });

before(async () => {
  gateway = await listen((body, headers) => {
    if (!signed(secret, headers, body)) return [403, {}];
    if (broken) return [400, {}];
    site.messages.push(JSON.parse(body));
    return [200, {}];
  });
  site = await startSite('--sms-url', gateway.url, '--sms-secret', secret, '--rate-factor', '100');
  boss = await admin(site);
  reviewer = await staff(site, boss, '15400000061', ['审核员'], '审核员甲');
  second = await staff(site, boss, '15400000062', ['审核员'], '审核员乙');
  privacy = await staff(site, boss, '15400000063', ['个人信息保护负责人'], '保护人');
  auditor = await staff(site, boss, '15400000064', ['安全审计管理员'], '审计员');
  for (let n = 0; n < 4; n++) applicants.push(await applicant(n));
});
after(() => {
  gateway.close();
  return site.stop();
});

test('each page is for its roles only', async () => {
  const may = { '/desk': [boss, reviewer, privacy, auditor], '/desk/outbox': [boss, privacy], '/desk/jobs': [boss], '/desk/log': [auditor] };
  for (const [path, allowed] of Object.entries(may))
    for (const who of [boss, reviewer, privacy, auditor, applicants[1]]) assert.equal((await who.get(path)).status, allowed.includes(who) ? 200 : 403, path);
  for (const path of Object.keys(may)) assert.equal((await site.person().get(path)).status, 303);
  assert.doesNotMatch((await reviewer.get('/desk')).text, /href="\/desk\/(outbox|jobs|log)"/);
  assert.match((await auditor.get('/desk')).text, /href="\/desk\/log"/);
  assert.equal((await auditor.get('/desk')).text.includes('/desk/cases/next'), false);
});

test('the first page: what is due next, then the state of the platform', async () => {
  const page = await reviewer.get('/desk');
  assert.equal(cases(page).length, 4);
  assert.match(words(page), /接下来到期.*平台状态/);
  assert.match(words(page), /今日已处理\s*0/);
});

test('a claim lost while writing: said clearly, and the text is kept', async () => {
  const [at] = cases(await reviewer.get('/desk/cases'));
  assert.equal((await claim(reviewer, at)).status, 303);
  const form = await reviewer.get(at);
  assert.match(words(await second.get(at)), /审核员甲 正在处理这件事项/);
  await reviewer.submit(at, {}, { button: '放回队列' });
  const lost = await reviewer.submit(at, { 告知对方的说明: '照片缺一角' }, { button: '退回修改', page: form });
  assert.equal(lost.status, 409);
  assert.match(words(lost), /请重新领取后再决定/);
  assert.match(words(lost), /照片缺一角/);
  const again = await reviewer.submit(at, {}, { button: '领取', page: lost });
  assert.equal(again.status, 200);
  assert.match(again.text, /<textarea[^>]*>\s*照片缺一角/);
  await reviewer.submit(at, {}, { button: '放回队列', page: again });
  assert.equal((await claim(second, at)).status, 303);
  const taken = await reviewer.submit(at, { 告知对方的说明: '照片缺一角' }, { button: '退回修改', page: form });
  assert.equal(taken.status, 409);
  assert.match(words(taken), /照片缺一角.*审核员乙 正在处理/);
  await second.submit(at, {}, { button: '放回队列' });
});

test('decide and go on; a reason without words sends the words of the reason', async () => {
  const [a, b, c] = cases(await reviewer.get('/desk/cases'));
  const first = await reviewer.submit('/desk/cases', {}, { button: '处理下一件' });
  assert.equal(first.location, a);
  const empty = await reviewer.submit(a, {}, { button: '退回修改' });
  assert.equal(empty.status, 422);
  const wrong = await reviewer.get(a);
  assert.match(wrong.text, /value="unreadable"/);
  assert.doesNotMatch(wrong.text, /value="title"/);
  const forged = await reviewer.submit(a, { 原因类别: 'title' }, { button: '退回修改' });
  assert.equal(forged.status, 422);
  assert.match(words(forged), /请从给出的原因中选择/);
  const on = await reviewer.submit(a, { 原因类别: '图片或文件看不清' }, { button: '退回修改' });
  assert.equal(on.status, 303);
  assert.equal(on.location, b);
  assert.match(words(await reviewer.get(a)), /请重新拍照或扫描/);
  const skipped = await reviewer.submit(b, {}, { button: '先看下一件' });
  assert.equal(skipped.location, c);
  const form = await reviewer.get(b);
  const stop = await reviewer.submit(b, { 处理后直接打开下一件: false }, { button: '通过' });
  assert.equal(stop.location, '/desk');
  const twice = await reviewer.submit(b, { 告知对方的说明: '改主意了' }, { button: '退回修改', page: form });
  assert.equal(twice.status, 409);
  assert.match(words(twice), /已经处理完.*改主意了/);
  assert.match(words(await reviewer.get('/desk')), /今日已处理\s*2/);
});

test('rejecting asks first; five are claimed at once', async () => {
  const bulk = await second.submit('/desk/cases', {}, { button: '领取 5 件' });
  assert.equal(bulk.location, '/desk/cases?show=mine');
  const [at] = cases(await second.get(bulk.location));
  const page = await second.get(at);
  assert.match(page.text, /popovertarget="reject"/);
  const done = await second.submit(at, { 告知对方的说明: '冒用他人身份' }, { button: '拒绝' });
  assert.equal(done.status, 303);
  assert.match(words(await second.get(at)), /拒绝.*冒用他人身份/);
});

let message, code;
test('a message that failed: masked, sealed, and sent again for real', async () => {
  broken = true;
  await site.person().submit('/signup', { 手机号: '15400000099', 称呼: '晚到' }, { button: '发送验证码' });
  const list = await until(async () => {
    const page = await boss.get('/desk/outbox?state=failed');
    return /\/desk\/outbox\/\d+/.test(page.text) && page;
  });
  assert.doesNotMatch(list.text, /15400000099/);
  assert.match(words(list), /\*\*\*\*/);
  message = list.text.match(/\/desk\/outbox\/\d+/)[0];
  const one = await boss.get(message);
  assert.doesNotMatch(words(one), /验证码是|\b\d{6}\b/);
  assert.equal((await boss.send(`${message}/read`, { method: 'POST', body: new URLSearchParams() })).status, 403);
  assert.match(words(await boss.get('/desk')), /发送失败的消息\s*1/);
  const read = await privacy.submit(message, {}, { button: '查看内容' });
  [code] = words(read).match(/\b\d{6}\b/);
  assert.ok(code);
  broken = false;
  assert.equal((await boss.submit(message, {}, { button: '重新发送', page: one })).status, 303);
  assert.equal(await site.code('15400000099'), code);
  await until(async () => /已发送/.test(words(await boss.get(message))));
  const late = await boss.submit(message, {}, { button: '重新发送', page: one });
  assert.equal(late.status, 409);
  assert.match(words(late), /没有失败/);
  assert.equal((await boss.get('/desk/outbox?state=x')).status, 422);
  assert.equal((await boss.get('/desk/outbox?before=x')).status, 422);
});

test('work that was given up: run again, or put away', async () => {
  const list = await boss.get('/desk/jobs');
  const job = list.text.match(/\/desk\/jobs\/\d+/)[0];
  const page = await boss.get(job);
  assert.match(words(page), /gateway_refused/);
  assert.equal((await boss.submit(job, {}, { button: '重新执行', page })).location, '/desk/jobs');
  await until(async () => /已完成/.test(words(await boss.get(job))));
  assert.match(words(await boss.get('/desk/jobs')), /没有失败的任务/);
  assert.equal((await boss.submit(job, {}, { button: '重新执行', page })).status, 409);
  broken = true;
  await site.person().submit('/signup', { 手机号: '15400000098', 称呼: '晚到' }, { button: '发送验证码' });
  const other = await until(async () => (await boss.get('/desk/jobs')).text.match(/\/desk\/jobs\/\d+/)?.[0]);
  broken = false;
  const dead = await boss.get(other);
  assert.match(dead.text, /popovertarget="put-away"/);
  assert.equal((await boss.submit(other, {}, { button: '不再处理', page: dead })).location, '/desk/jobs');
  assert.match(words(await boss.get('/desk/jobs')), /没有失败的任务/);
  assert.equal((await boss.submit(other, {}, { button: '不再处理', page: dead })).status, 409);
  assert.equal((await boss.get('/desk/jobs/1')).status, 404);
  assert.equal((await boss.get('/desk/jobs?state=done')).status, 422);
});

test('the operation log: filters, bad input, and no secrets', async () => {
  const one = await auditor.get(`/desk/log?user=${encodeURIComponent('保护人')}&route=${encodeURIComponent(message)}&result=ok`);
  assert.match(words(one), new RegExp(`保护人\\s*POST ${message}/read`));
  assert.doesNotMatch(words(one), /审核员甲|\/signup/);
  const refused = words(await auditor.get('/desk/log?result=refused&route=/desk/outbox'));
  assert.match(refused, /denied|csrf/);
  assert.doesNotMatch(refused, /成功 127/);
  const all = await auditor.get('/desk/log?route=/invite');
  assert.match(words(all), /POST \/invite\/:token/);
  assert.doesNotMatch(all.text, new RegExp(`15400000099|${code}`));
  assert.match(words(await auditor.get('/desk/log?until=2020-01-01')), /没有符合条件的记录/);
  const bad = await auditor.get('/desk/log?from=2026-02-30&user=x');
  assert.equal(bad.status, 422);
  assert.match(bad.text, /value="2026-02-30"/);
  assert.equal((await auditor.get('/desk/log?from=2026-02-02&until=2026-02-01')).status, 422);
  assert.equal((await auditor.get('/desk/log?before=x')).status, 422);
  assert.equal((await auditor.get(`/desk/log?route=${'x'.repeat(101)}`)).status, 422);
});

test('the operation log by address; each search is in it', async () => {
  assert.match(words(await auditor.get('/desk/log?address=127.0.0.')), /127\.0\.0\.1:\d+/);
  assert.match(words(await auditor.get('/desk/log?address=203.0.113.')), /没有符合条件的记录/);
  assert.match(words(await auditor.get('/desk/log?route=/desk/log')), /审计员\s*GET \/desk\/log\?address=203\.0\.113\./);
});

test('the operation log in pages, by key, without a gap', async () => {
  const seen = [];
  let at = '/desk/log?route=/';
  for (let i = 0; at && i < 20; i++) {
    const page = await auditor.get(at);
    seen.push(...[...page.text.matchAll(/<td[^>]*data-label="时间">\s*([^<]+?)\s*<\/td>/g)].map((m) => m[1]));
    at = page.text.match(/rel="next" href="([^"]+)"/)?.[1].replace(/&amp;/g, '&');
  }
  assert.ok(seen.length > 50, `${seen.length} rows`);
  assert.deepEqual(seen, [...seen].sort().reverse());
});

test('an export is a file of the same rows, and is itself in the log', async () => {
  const csv = await auditor.submit('/desk/log?route=/signup', {}, { button: '导出 CSV' });
  assert.equal(csv.status, 200);
  assert.match(csv.headers.get('content-type'), /^text\/csv/);
  assert.match(csv.headers.get('content-disposition'), /attachment/);
  assert.ok(csv.headers.get('content-disposition').includes(createHash('sha256').update(csv.bytes).digest('hex')), 'its name is its hash, which is in the record');
  assert.deepEqual([...csv.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const lines = csv.bytes.subarray(3).toString().trim().split('\r\n');
  assert.match(lines[0], /^"id","time","user_id"/);
  assert.ok(lines.length > 5);
  for (const line of lines.slice(1)) assert.match(line, /"POST","\/signup","\/signup"/);
  const whole = await auditor.submit('/desk/log', {}, { button: '导出 CSV' });
  assert.match(whole.text, /"'=SUM\(A1\)"/);
  assert.match(words(await auditor.get('/desk/log?route=/desk/log/export')), /审计员\s*POST \/desk\/log\/export/);
});

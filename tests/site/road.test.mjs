// The main road, walked by the people involved: from a registrant's identity to a reader's eyes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { png } from './png.mjs';
import { site } from './site.mjs';

let s, admin, officer, eic, operator;
const ID = '110199199001010010';
const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);

// What a refused form says.
const errors = (page) => (page.text.match(/class="form-errors"[\s\S]*?<\/div>/) ?? page.text.match(/role="alert"[\s\S]{0,600}/) ?? [page.text.slice(0, 800)])[0];

// Takes the only open case of a kind and decides it.
async function decide(who, verdict, reason = '') {
  const queue = await who.get('/desk/cases');
  const href = queue.text.match(/\/desk\/cases\/\d+/)?.[0];
  assert.ok(href, 'a case is waiting');
  const claimed = await who.send(href, {}, { action: `${href}/claim` });
  assert.equal(claimed.status, 303, errors(claimed));
  const shown = await who.get(href);
  const done = await who.send(href, { verdict, reason }, { action: `${href}/decide` });
  assert.equal(done.status, 303, errors(done));
  return shown.text;
}

before(async () => {
  s = await site();
  const invites = [...s.command('init').matchAll(/\/invite\/(\S+)/g)].map((m) => m[0]);
  admin = await s.person().signUp('15400000001', '系统管理员');
  await admin.send(invites[0]);
  await admin.secondFactor();
  const join = async (mobile, name, roles) => {
    const page = await admin.send('/desk/staff/invite', { roles, note: name });
    const who = await s.person().signUp(mobile, name);
    assert.equal((await who.send(page.text.match(/\/invite\/[\w-]+/)[0])).status, 303);
    return who.secondFactor();
  };
  eic = await join('15400000002', '总编辑', ['editor_in_chief']);
  officer = await join('15400000003', '审核员', ['reviewer']);
  operator = await s.person().signUp('15400000004', '运营者');
});
after(() => s?.stop());

test('A5.3: without an editor-in-chief no policy can be published; with one it can', async () => {
  const text = { title: '服务协议', text: '## 第一条\n\n双方按本协议行事。', effective: today, act: 'publish' };
  const refused = await eic.send('/desk/policies/service_agreement', text);
  assert.notEqual(refused.status, 303);
  const posts = await admin.get('/desk/posts');
  const user = posts.text.match(/<option value="(\d+)"[^>]*>[^<]*总编辑/)[1];
  const appointed = await admin.send('/desk/posts', { user, letter: '任字1号', from: today });
  assert.equal(appointed.status, 303, errors(appointed));
  const published = await eic.send('/desk/policies/service_agreement', text);
  assert.ok(published.status < 400, errors(published));
});

test('A6.2: a wrong check digit is refused at once, the form comes back filled in', async () => {
  const sent = await operator.send('/me/registrants/new/individual', { name: '张三', doc_type: 'citizen_id', doc_no: '110199199001010011', province: '33', mobile: '15400000004', code: '000000' });
  assert.equal(sent.status, 422);
  assert.match(sent.text, /value="张三"/);
});

test('the registrant proves who they are; staff see masked data and verify', async () => {
  const form = { name: '张三', doc_type: 'citizen_id', doc_no: ID, province: '33', mobile: '15400000014' };
  const code = await operator.send('/me/registrants/new/individual', { ...form, act: 'code' });
  assert.ok(code.status < 500, errors(code));
  const sent = await operator.send('/me/registrants/new/individual', { ...form, code: operator.code() }, { files: { id_photo: png() } });
  assert.equal(sent.status, 303, errors(sent));
  const mine = await operator.get('/me/registrants');
  assert.doesNotMatch(mine.text, /张三/, 'masked even for the owner');
  const seen = await decide(officer, 'approve');
  assert.doesNotMatch(seen, new RegExp(ID), 'staff see no full number');
});

test('A5.9: the agreement is signed before an account can be applied for', async () => {
  const list = await operator.get('/me/registrants');
  const id = list.text.match(/\/me\/registrants\/(\d+)/)[1];
  const signed = await operator.send(`/me/registrants/${id}/agreement`, { agree: '1' });
  assert.equal(signed.status, 303, errors(signed));
});

test('the account is applied for, reviewed and labelled (A7.3)', async () => {
  const page = await operator.get('/me/accounts/new');
  const registrant = page.text.match(/<option value="(\d+)"/)[1];
  const form = { registrant, name: '河岸观察', handle: 'riverside', intro: '记录一条河的四季。', categories: ['environment', 'science'] };
  const applied = await operator.send('/me/accounts/new', form);
  assert.equal(applied.status, 303, errors(applied));
  assert.equal((await operator.get('/a/riverside')).status, 404, 'not public before the review');
  await decide(officer, 'approve');
  const shown = await s.person().get('/a/riverside');
  assert.equal(shown.status, 200);
  assert.match(shown.text, /河岸观察/);
  assert.match(shown.text, /个人/);
  assert.doesNotMatch(shown.text, /张三/);
});

test('A7.8: a second account of the same identity is over the cap', async () => {
  const page = await operator.get('/me/accounts/new');
  const registrant = page.text.match(/<option value="(\d+)"/)[1];
  const again = await operator.send('/me/accounts/new', { registrant, name: '河岸观察二号', handle: 'riverside2', intro: '第二个。', categories: ['science'] });
  assert.equal(again.status, 429 === again.status ? 429 : 422);
  assert.match(again.text, /上限/);
});

test('an article is written, reviewed, and read', async () => {
  const made = await operator.send('/console/riverside/articles/new', { title: '春天的水位' });
  assert.equal(made.status, 303, errors(made));
  const edit = made.location;
  const saved = await operator.send(edit, { title: '春天的水位', category: 'environment', body: '**三月以来**，水位上升了两厘米。\n\n- 上游\n- 下游', act: 'submit' });
  assert.equal(saved.status, 303, errors(saved));
  const no = edit.match(/articles\/(\d+)/)[1];
  assert.equal((await s.person().get(`/a/riverside/${no}`)).status, 404, 'held until reviewed (A5.5)');
  const seen = await decide(officer, 'approve');
  assert.match(seen, /水位上升/);
  const read = await s.person().get(`/a/riverside/${no}`);
  assert.equal(read.status, 200);
  assert.match(read.text, /<strong>三月以来<\/strong>/);
  assert.match((await s.person().get('/')).text, /春天的水位/);
  assert.match((await operator.get('/me/notices')).text, /春天的水位/);
});

test('readers subscribe and find the article in their feed', async () => {
  const reader = await s.person().signUp('15400000005', '读者');
  const done = await reader.send('/a/riverside', {}, { action: '/a/riverside/subscribe' });
  assert.equal(done.status, 303);
  assert.match((await reader.get('/me')).text, /春天的水位/);
  await reader.send('/a/riverside', {}, { action: '/a/riverside/unsubscribe' });
  assert.doesNotMatch((await reader.get('/me')).text, /春天的水位/);
});

test('the API reads for everybody and writes with a token through the same gate (A6.3)', async () => {
  const account = JSON.parse((await s.person().get('/api/v1/accounts/riverside')).text);
  assert.equal(account.class, 'individual');
  assert.equal(account.verified, true);
  const page = await operator.send('/console/riverside/tokens', { name: '脚本', days: '30' });
  const token = page.text.match(/gq_[\w-]+/)[0];
  const post = (body, auth = token) => s.person().request('/api/v1/accounts/riverside/articles', { method: 'POST', headers: { authorization: `Bearer ${auth}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const ok = await post({ title: '夏天的水位', category: 'science', markdown: '水面平静。', publish: true });
  assert.equal(ok.status, 201, ok.text);
  assert.equal(JSON.parse(ok.text).state, 'held');
  assert.equal((await post({ title: '', category: 'science', markdown: 'x', publish: true })).status, 422);
  assert.equal((await post({ title: 'x', category: 'sports', markdown: 'x', publish: true })).status, 403, 'category not granted');
  assert.equal((await post({ title: 'x', category: 'science', markdown: 'x' }, 'gq_wrong')).status, 401);
});

test('import goes through the same gate (A6.3)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-import-'));
  writeFileSync(join(dir, 'a.md'), 'title: 秋天的水位\ncategory: science\n\n水面**渐低**。\n');
  const out = s.command('import', 'markdown', dir, '--account', 'riverside');
  assert.match(out, /a\.md\theld\t\/a\/riverside\/\d+/);
  writeFileSync(join(dir, 'a.md'), 'title: x\ncategory: sports\n\nx\n');
  assert.throws(() => s.command('import', 'markdown', dir, '--account', 'riverside'), (e) => /category_not_granted/.test(e.stdout));
  rmSync(dir, { recursive: true });
});

test('A16.2: every step is in the record, and its hashes hold', () => {
  assert.doesNotThrow(() => s.command('check'));
});

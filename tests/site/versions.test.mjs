// Versions of an article: what changed, taking one up again, and that a rejected one stays hidden.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site, writer, reviewer, console, article;
const demo = (...args) => demoData(site.data, ...site.db, ...args);

async function login(role, nth = 0) {
  const row = demo('--show').split('\n').filter((l) => l.startsWith(role))[nth].split(/\s+/);
  const who = site.person();
  const first = await who.submit('/login', { 手机号: row[1], 密码: row[2] });
  if (row[3] !== '-') await who.submit(first.location, { 动态验证码: row[3] });
  return who;
}

before(async () => {
  site = await startSite();
  demo();
  writer = await login('operator');
  reviewer = await login('reviewer');
  // Of this operator's accounts the one with some of its daily quota left; in another a second member comes first.
  console = '/console/ribao-health';
});
after(() => site.stop());

// Writes a version and has it decided.
async function version(text, verdict) {
  const edit = await writer.get(`${article}/edit`);
  const sent = await writer.submit(`${article}/edit`, { 正文: text }, { button: '保存并提交', page: edit });
  assert.equal(sent.status, 303, words(sent).slice(0, 800));
  const queue = await reviewer.get('/desk/cases?kind=article');
  const title = queue.text.match(/href="(\/desk\/cases\/\d+)"[^>]*>\s*版本试验/);
  assert.ok(title, 'the article waits');
  assert.equal((await reviewer.submit(title[1], {}, { button: '领取' })).status, 303);
  const shown = await reviewer.get(title[1]);
  const done = await reviewer.submit(title[1], { 告知对方的说明: '说明' }, { button: verdict });
  assert.equal(done.status, 303, words(done));
  return shown;
}

test('three versions, the second rejected', async () => {
  const made = await writer.submit(`${console}/articles/new`, { 标题: '版本试验' }, { button: '写文章' });
  article = made.location.replace(/\/edit$/, '');
  await version('河水在春天上涨。\n\n这一段不变。', '通过');
  const seen = await version('这一版不该公开。\n\n这一段不变。', '拒绝');
  assert.match(seen.text, /class="diff"/);
  await version('河水在夏天上涨。\n\n这一段不变。', '通过');
});

test('readers see the public versions and what changed between them, never the rejected one', async () => {
  const at = article.replace('/console/', '/a/').replace('/articles/', '/');
  const reader = site.person();
  const history = words(await reader.get(`${at}/versions`));
  assert.match(history, /第 3 版/);
  assert.doesNotMatch(history, /第 2 版/);
  assert.equal((await reader.get(`${at}/v/2`)).status, 404);
  assert.equal((await reader.get(`${at}/v/2/diff`)).status, 404);
  const diff = await reader.get(`${at}/v/3/diff`);
  assert.match(diff.text, /<del>春<\/del>/);
  assert.match(diff.text, /<ins>夏<\/ins>/);
  assert.doesNotMatch(diff.text, /不该公开/);
  assert.equal((await reader.get(`${at}/v/1/diff`)).status, 404);
});

test('writers see all versions and take one up again; a draft written meanwhile is not lost', async () => {
  const list = words(await writer.get(`${article}/versions`));
  for (const n of [1, 2, 3]) assert.match(list, new RegExp(`第 ${n} 版`));
  const one = await writer.get(`${article}/versions/1`);
  assert.match(one.text, /春天/);
  assert.equal((await writer.submit(`${article}/edit`, { 正文: '另一个草稿' }, { button: '保存' })).status, 303);
  const late = await writer.submit(`${article}/versions/1`, {}, { button: '恢复到这一版', page: one });
  assert.equal(late.status, 409);
  assert.match((await writer.get(`${article}/edit`)).text, /另一个草稿/);
  const again = await writer.submit(`${article}/versions/1`, {}, { button: '恢复到这一版' });
  assert.equal(again.status, 303);
  assert.match((await writer.get(`${article}/edit`)).text, /河水在春天上涨/);
  assert.equal((await writer.get(`${article}/versions/9`)).status, 404);
  assert.equal((await site.person().get(`${article}/versions`)).status, 303);
  assert.equal((await (await login('operator', 5)).get(`${article}/versions`)).status, 403);
});

// What articles declare (A10.2, 2.10, 2.11): in the form, by API and import; seen by readers, staff and
// programs; and reprints within the platform.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openAccount, startSite } from './drive.mjs';

let s, a, anyone, post;

before(async () => {
  s = await startSite();
  a = await openAccount(s);
  anyone = s.person();
  post = (json, token = a.token, handle = a.handle) => anyone.api(`/accounts/${handle}/articles`, { token, json: { title: '水位', category: 'environment', markdown: '水面平静。', publish: true, ...json } });
});
after(() => s?.stop());

const write = async (title, values, button = '保存并提交') => {
  const made = await a.operator.submit('/console/riverside/articles/new', { 标题: title });
  const sent = await a.operator.submit(made.location, { 标题: title, 类别: '环境', 正文: '水面平静。', ...values }, { button });
  return { sent, edit: made.location, no: made.location.match(/articles\/(\d+)/)[1] };
};
const refused = (answer, reason, field) => {
  assert.equal(answer.status, 422, answer.text);
  assert.equal(answer.data.error.reason, reason, answer.text);
  if (field) assert.equal(answer.data.error.field, field);
};

test('A10.2: a reprint without source is refused in the form, which comes back filled in', async () => {
  const { sent } = await write('转来的一篇', { 原创或转载: '转载', 原文作者: '某人' });
  assert.equal(sent.status, 422);
  assert.match(sent.errors.join(), /转载必须写明来源/);
  assert.match(sent.text, /value="某人"/);
});

test('… by the API and by import', async () => {
  refused(await post({ declarations: { origin: 'reprint' } }), 'source_required', 'source');
  refused(await post({ declarations: { origin: 'stolen' } }), 'unknown_choice', 'origin');
  refused(await post({ declarations: { orgin: 'reprint' } }), 'unknown_member', 'orgin');
  refused(await post({ declarations: { origin: 'reprint', source: '某刊', source_url: 'javascript:alert(1)' } }), 'declaration_url', 'source_url');
  refused(await post({ declarations: { source: '某刊' } }), 'source_without_reprint', 'origin');
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-declare-'));
  writeFileSync(join(dir, 'a.md'), 'title: 转来\ncategory: environment\norigin: reprint\n\n正文\n');
  assert.throws(() => s.command('import', 'markdown', dir, '--account', 'riverside'), (e) => /source_required/.test(e.stdout + e.stderr));
  writeFileSync(join(dir, 'a.md'), 'title: 转来\ncategory: environment\norigin: reprint\nsource: 山海周刊\nad: yes\n\n正文\n');
  const path = s.command('import', 'markdown', dir, '--account', 'riverside').match(/\/a\/riverside\/\d+/)[0];
  rmSync(dir, { recursive: true });
  assert.deepEqual((await anyone.api(path.replace('/a/', '/articles/'))).data.declarations, { origin: 'reprint', source: '山海周刊', ad: true });
});

test('readers see labels with their meaning, in lists the loud ones; programs see them everywhere', async () => {
  const { sent, no } = await write('河边的机器', {
    原创或转载: '转载', 来源名称: '湿地通讯', 原文网址: 'https://wetland.example.org/1', 原文作者: '编辑部', 使用人工智能: '生成合成', 含有广告: true, 虚构或演绎: true, 发生地点: '杭州', 发生时间: '2026-11-20 08:30',
  });
  assert.equal(sent.status, 303, sent.words);
  const page = await anyone.get(`/a/riverside/${no}`);
  for (const label of ['转载自 湿地通讯', '可能为 AI 生成', '广告', '虚构', '杭州 · 2026-11-20 08:30']) assert.match(page.text, new RegExp(`<summary[^>]*>${label}</summary>`), label);
  assert.match(page.text, /href="https:\/\/wetland\.example\.org\/1"/);
  const home = await anyone.get('/');
  assert.match(home.text, /class="label loud">广告/);
  assert.match(home.text, /class="label loud">可能为 AI 生成/);
  const told = JSON.parse(page.text.match(/<script type="application\/ld\+json">([\s\S]*?)<\/script>/)[1]);
  assert.equal(told['@type'], 'AdvertiserContentArticle');
  assert.equal(told.isBasedOn.url, 'https://wetland.example.org/1');
  assert.match(told.digitalSourceType, /TrainedAlgorithmicMedia/);
  assert.equal(told.contentLocation, '杭州');
  const api = (await anyone.api(`/articles/riverside/${no}`)).data.declarations;
  assert.deepEqual(api, { origin: 'reprint', source: '湿地通讯', source_url: 'https://wetland.example.org/1', source_author: '编辑部', ai: 'generated', ad: true, fiction: true, place: '杭州', happened: '2026-11-20 08:30' });
  const feed = JSON.parse((await anyone.get('/a/riverside/feed.json')).text).items.find((i) => i.title === '河边的机器');
  assert.deepEqual(feed._gongqi.declarations, api);
  const atom = (await anyone.get('/a/riverside/atom.xml')).text;
  assert.match(atom, /term="ai"/);
  assert.match(atom, /rel="via" href="https:\/\/wetland/);
  const queue = await a.officer.get('/desk/cases');
  const cases = [...queue.text.matchAll(/href="(\/desk\/cases\/\d+)"[^>]*>\s*河边的机器/g)];
  const seen = await a.officer.get(cases[0][1]);
  assert.match(seen.words, /使用人工智能 生成合成/);
});

test('each version keeps what it declared; a draft keeps it too, also over the autosave', async () => {
  const { edit, no } = await write('有两版', { 含有广告: true });
  const again = await a.operator.submit(edit, { 含有广告: false, 使用人工智能: '辅助创作' }, { button: '保存并提交' });
  assert.equal(again.status, 303, again.words);
  const [first, now] = await Promise.all([anyone.get(`/a/riverside/${no}/v/1`), anyone.get(`/a/riverside/${no}`)]);
  assert.match(first.text, />广告<\/summary>/);
  assert.doesNotMatch(now.text, />广告<\/summary>/);
  assert.match(now.text, />AI 辅助创作<\/summary>/);
  const { edit: drafted } = await write('草稿', { 虚构或演绎: true }, '保存');
  const shown = await a.operator.get(drafted);
  assert.match(shown.text, /name="fiction" value="1" checked/);
  const rev = Number(shown.text.match(/name="rev" value="(\d+)"/)[1]);
  const saved = await a.operator.send(drafted.replace('/edit', '/draft'), {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-csrf-token': shown.text.match(/name="_csrf" value="([^"]*)"/)[1] },
    body: JSON.stringify({ rev, title: '草稿', digest: '', cover: '', category: 'environment', doc: { type: 'doc', content: [{ type: 'paragraph' }] }, origin: 'reprint', source: '山海周刊', fiction: '' }),
  });
  assert.equal(saved.status, 200, saved.text);
  const after = await a.operator.get(drafted);
  assert.doesNotMatch(after.text, /name="fiction" value="1" checked/);
  assert.match(after.text, /value="山海周刊"/);
});

test('2.10: the prompt for minors comes with the rules after 2017, stands before the text and keeps off the front page', async () => {
  const kept = await post({ title: '没有提示', declarations: { minors: 'conduct' } });
  assert.deepEqual((await anyone.api(`/articles/riverside/${kept.data.no}`)).data.declarations, {});
  assert.doesNotMatch((await a.operator.get(`/console/riverside/articles/${kept.data.no}/edit`)).text, /可能影响未成年人/);
  await a.boss.submit('/desk/provider', { 适用规定: '2017+', 修改理由: '测试' }, { button: '保存' });
  const made = await post({ title: '下坡要慢', declarations: { minors: 'conduct' } });
  const page = (await anyone.get(`/a/riverside/${made.data.no}`)).text;
  assert.ok(page.indexOf('class="prompt"') > 0 && page.indexOf('class="prompt"') < page.indexOf('class="body"'));
  assert.doesNotMatch((await anyone.get('/')).text, /下坡要慢/);
  assert.match((await anyone.get('/c/environment')).text, /下坡要慢/);
  await a.boss.submit('/desk/provider', { 适用规定: '2017', 修改理由: '测试' }, { button: '保存' });
});

// Minors (obligations 2.10): a child needs a guardian's consent to subscribe and apply; minors' mode hides
// what carries a prompt for minors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, startSite, words } from './drive.mjs';

let site, boss, officer, operator, handle, token, child, at, path, all;
const year = new Date().getFullYear();
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);

before(async () => {
  site = await startSite();
  ({ boss, officer, operator, handle, token } = await openAccount(site));
  must(await boss.submit('/desk/provider', { 未成年人提示: 'on', 修改理由: '测试' }, { button: '保存' }));
  child = await site.person().signUp('15400000296', '孩子');
});
after(() => site.stop());

const publish = async (title, declared) => (await site.person().api(`/accounts/${handle}/articles`, { token, json: { title, category: 'environment', markdown: '一切如常。', publish: true, ...declared } })).data;

test('a child can read and report, but needs a guardian to subscribe and to apply', async () => {
  must(await child.submit(`/a/${handle}`, {}, { button: '订阅' }));
  must(await child.submit(`/a/${handle}`, {}, { button: '取消订阅' }));
  assert.match(words(must(await child.submit('/me/minors', { 出生年份: String(year + 1) }, { button: '保存' }), 422)), /不可能是出生年份/);
  must(await child.submit('/me/minors', { 出生年份: String(year - 10) }, { button: '保存' }));
  assert.match(words(await child.get('/me/minors')), /不满十四周岁.*监护人 ?尚未同意/);
  assert.match(words(must(await child.submit(`/a/${handle}`, {}, { button: '订阅' }), 403)), /请先取得监护人同意/);
  assert.equal((await child.get(`/a/${handle}/report`)).status, 200);
  assert.match(words(must(await child.submit('/me/minors', { 出生年份: String(year - 30) }, { button: '保存' }), 422)), /不能改到更大的年龄段/);
});

test('a guardian consents by a code to their own number', async () => {
  const form = '/me/minors/guardian';
  assert.match(words(must(await child.submit(form, { 监护人手机号: '15400000296' }, { button: '发送验证码' }), 422)), /这是您自己的号码/);
  must(await child.submit(form, { 监护人手机号: '15400000295' }, { button: '发送验证码' }), 200);
  must(await child.submit(form, { 监护人手机号: '15400000295', 监护人收到的验证码: '000000' }, { button: '监护人同意' }), 422);
  const code = await site.code('15400000295');
  must(await child.submit(form, { 监护人手机号: '15400000295', 监护人收到的验证码: code }, { button: '监护人同意' }));
  assert.match(words(await child.get('/me/minors')), /154\*\*\*\*0295/);
  must(await child.submit(`/a/${handle}`, {}, { button: '订阅' }));
  must(await child.submit('/me/minors', {}, { button: '撤回监护人的同意' }));
  must(await child.submit(`/a/${handle}`, {}, { button: '取消订阅' }));
  must(await child.submit(`/a/${handle}`, {}, { button: '订阅' }), 403);
});

test('minors\' mode hides what carries a prompt, in lists and on its page', async () => {
  const one = await publish('会带来提示的文章', { declarations: { minors: 'conduct' } });
  assert.equal(one.state, 'published', JSON.stringify(one));
  all = await publish('给大家的文章', {});
  path = `/a/${handle}/${one.no}`;
  assert.equal((await operator.get(path)).status, 200);
  assert.match(words(await operator.get(`/a/${handle}`)), /会带来提示的文章/);
  const list = words(await child.get(`/a/${handle}`));
  assert.match(list, /给大家的文章/);
  assert.doesNotMatch(list, /会带来提示的文章/);
  const hidden = must(await child.get(path), 403);
  assert.match(words(hidden), /未成年人模式下不显示/);
  assert.doesNotMatch(hidden.text, /一切如常/);
  must(await child.submit('/me/minors', {}, { button: '关闭模式' }), 403);
  must(await operator.submit(path, {}, { button: '稍后读' }));
  assert.match(words(await operator.get('/me/saved')), /会带来提示的文章/);
  must(await operator.submit('/me/minors', {}, { button: '开启模式' }));
  must(await operator.get(path), 403);
  assert.doesNotMatch(words(await operator.get('/me/saved')), /会带来提示的文章/);
  must(await operator.submit('/me/minors', {}, { button: '关闭模式' }));
  must(await operator.get(path), 200);
});

test("minors' mode leaves the neighbour in a series out too", async () => {
  const made = must(await operator.submit(`/console/${handle}/series`, { 名称: '三篇', 介绍: '前后各一篇。' }, { button: '提交审核' }));
  const csrf = (await operator.get(made.location)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  for (const no of [path.match(/\d+$/)[0], all.no]) must(await operator.send(made.location, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, act: 'add', article: no }) }));
  const href = (await officer.get('/desk/cases?kind=profile')).text.match(/\/desk\/cases\/\d+/)[0];
  must(await officer.submit(href, {}, { button: '领取' }));
  must(await officer.submit(href, {}, { button: '通过' }));
  const page = `/a/${handle}/${all.no}`;
  assert.match(words(await operator.get(page)), /合集“三篇”.*会带来提示的文章/);
  const seen = words(await child.get(page));
  assert.match(seen, /合集“三篇”/);
  assert.doesNotMatch(seen, /会带来提示的文章/);
});

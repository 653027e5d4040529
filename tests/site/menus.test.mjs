// The menu of an account's page (A7.1): composed, scanned, reviewed, shown, taken away. And issues:
// several articles that become public at one moment or not at all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';

let s, a, anyone, second, first;
const menu = '/console/riverside/menu';
const issues = '/console/riverside/issues';

before(async () => {
  s = await startSite();
  a = await openAccount(s);
  anyone = await s.member(); // logged in: pages come fresh, not from the cache
  second = await staff(s, a.boss, '15400000191', ['合规专员'], '合规乙');
  first = (await post({ title: '河岸第一篇' })).data.no;
});
after(() => s?.stop());

const post = (json) => s.person().api('/accounts/riverside/articles', { token: a.token, json: { category: 'environment', markdown: '水面平静。', publish: true, ...json } });
// Presses a button that only names an act.
async function act(who, path, fields) {
  const csrf = (await who.get(path)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  return who.send(path, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) });
}
const rev = async () => (await a.operator.get(menu)).text.match(/name="rev" value="(\d+)"/)[1];
const add = async (fields) => act(a.operator, menu, { act: 'add', rev: await rev(), label: '', under: '', article: '', series: '', topic: '', link: '', text: '', ...fields });
const move = async (what, no) => act(a.operator, menu, { act: what, rev: await rev(), no });
const send = async () => act(a.operator, menu, { act: 'send', rev: await rev() });
async function decide(button, values = {}, kind = 'menu') {
  const href = (await a.officer.get(`/desk/cases?kind=${kind}`)).text.match(/\/desk\/cases\/\d+/)[0];
  await a.officer.submit(href, {}, { button: '领取' });
  const page = await a.officer.get(href);
  const done = await a.officer.submit(href, values, { button });
  assert.equal(done.status, 303, words(done).slice(0, 500));
  return page;
}
const must = (page, status = 303) => (assert.equal(page.status, status, words(page).slice(0, 500)), page);

test('a menu is composed; what is wrong is refused where it was written', async () => {
  assert.match(words(await a.operator.get(menu)), /还没有菜单项/);
  const wrong = async (fields, text) => {
    const page = must(await add({ label: '名称', kind: 'text', text: '一段话', ...fields }), 422);
    assert.match(page.errors?.join() || words(page), text);
    return page;
  };
  await wrong({ label: '五个汉字了' }, /最多 4 个汉字/);
  await wrong({ kind: 'link', link: 'http://example.org' }, /https/);
  assert.match((await wrong({ kind: 'link', link: 'javascript:alert(1)' }, /https/)).text, /value="javascript:alert\(1\)"/, 'comes back filled in');
  await wrong({ text: '' }, /1 到 600 字/);
  must(await add({ label: '看河', kind: 'group' }));
  must(await add({ label: '关于我们', kind: 'text', text: '河边的人写河。' }));
  must(await add({ label: '第一篇文章在这', kind: 'article', article: first, under: '1' }));
  must(await add({ label: '外面的资料', kind: 'link', link: 'https://water.example.org/a?b=1', under: '1' }));
  assert.match(words(await a.operator.get(menu)), /看河.*第一篇文章在这.*外面的资料.*关于我们/);
  must(await move('up', 3));
  must(await move('down', 1));
  assert.match(words(await a.operator.get(menu)), /关于我们.*看河.*外面的资料.*第一篇文章在这/);
  assert.match((await a.operator.get(menu)).text, /class="phone"/);
  const stale = await act(a.operator, menu, { act: 'up', rev: '0', no: '2' });
  assert.match(words(must(stale, 422)), /别人在你打开这页以后改过菜单/);
});

test('an entry is changed and removed on its own page', async () => {
  must(await add({ label: '多余', kind: 'topic', topic: '湿地' }));
  const changed = await a.operator.submit(`${menu}/5`, { 名称: '不要了' }, { button: '保存' });
  must(changed);
  assert.match(words(await a.operator.get(menu)), /不要了/);
  must(await act(a.operator, `${menu}/5`, { act: 'drop', rev: await rev() }));
  assert.doesNotMatch(words(await a.operator.get(menu)), /不要了/);
  must(await a.operator.get(`${menu}/9`), 404);
});

test('it is public after its review only, and then leads where it says', async () => {
  must(await send());
  assert.match(words(await a.operator.get(menu)), /审核中/);
  assert.match(words(must(await send(), 422)), /相同/);
  assert.doesNotMatch((await anyone.get('/a/riverside')).text, /account-menu/);
  const seen = await decide('通过');
  assert.match(words(seen), /https:\/\/water\.example\.org\/a\?b=1/);
  assert.match(words(seen), /河边的人写河/);
  const page = (await anyone.get('/a/riverside')).text;
  assert.match(page, new RegExp(`<a href="/a/riverside/${first}">第一篇文章在这</a>`));
  assert.match(page, /<a href="https:\/\/water\.example\.org\/a\?b=1" rel="nofollow noopener ugc">外面的资料<small>water\.example\.org<\/small><\/a>/);
  const text = page.match(/href="(\/a\/riverside\/menu\/\d+)"/)[1];
  assert.match(words(await anyone.get(text)), /关于我们.*河边的人写河/);
  must(await anyone.get('/a/riverside/menu/2'), 404);
});

test('a refused menu leaves the public one; a rule of the scan refuses before any review', async () => {
  must(await a.operator.submit(`${menu}/1`, { 文字: '加微信领彩票' }, { button: '保存' }));
  const made = must(await a.officer.submit('/desk/scan/new', { 名称: '彩票', 类别: '赌博', 为什么: '测试', 命中后: '拒绝提交', 词表: '领彩票' }, { button: '保存为草稿' }));
  must(await a.officer.submit(made.location, {}, { button: '回测' }));
  for (let i = 0; i < 100 && /\/cancel\/\d+/.test((await a.officer.get(made.location)).text); i++) await new Promise((r) => setTimeout(r, 100));
  for (const step of ['进入影子运行', '进入灰度', '批准生效']) if ((await second.get(made.location)).text.includes(step)) await second.submit(made.location, {}, { button: step });
  assert.match(words(await second.get(made.location)), /生效/);
  const refused = must(await send(), 422);
  assert.match(words(refused), /触犯平台规则/);
  must(await a.operator.submit(`${menu}/1`, { 文字: '只写这一句。' }, { button: '保存' }));
  must(await send());
  await decide('拒绝', { 告知对方的说明: '请写得清楚一些' });
  assert.match(words(await a.operator.get(menu)), /请写得清楚一些/);
  assert.match(words(await anyone.get('/a/riverside/menu/1')), /河边的人写河/);
});

test('what leads to a withdrawn article is not shown; the menu is taken down at once', async () => {
  must(await a.operator.submit(`/console/riverside/articles/${first}`, { 原因: '写错了' }, { button: '撤下文章' }));
  const page = (await anyone.get('/a/riverside')).text;
  assert.doesNotMatch(page, /第一篇文章在这/);
  assert.match(page, /外面的资料/);
  assert.match(words(must(await send(), 422)), /没有公开/);
  must(await act(a.operator, menu, { act: 'clear', rev: await rev() }));
  assert.doesNotMatch((await anyone.get('/a/riverside')).text, /account-menu/);
});

test('readers and strangers have no business in the editor', async () => {
  for (const path of [menu, issues]) must(await anyone.get(path), 403);
});

/* ---- issues ---- */

async function draft(title, values = {}) {
  const made = must(await a.operator.submit('/console/riverside/articles/new', { 标题: title }));
  must(await a.operator.submit(made.location, { 标题: title, 类别: '环境', 正文: '水面平静。', ...values }, { button: '保存' }));
  return Number(made.location.match(/articles\/(\d+)/)[1]);
}
async function issueOf(...nos) {
  const { location } = must(await act(a.operator, issues, {}));
  for (const no of nos) must(await act(a.operator, location, { act: 'add', article: no }));
  return location;
}
const sendIssue = (at, publish_at = '') => act(a.operator, at, { act: 'send', publish_at });

test('an issue is put together, published at once, and read as one', async () => {
  const nos = [await draft('头条的事'), await draft('第二件事'), await draft('第三件事')];
  const at = await issueOf(...nos);
  assert.match(words(must(await act(a.operator, at, { act: 'add', article: nos[0] }), 422)), /已经在一期里/);
  must(await act(a.operator, at, { act: 'up', article: nos[2] }));
  assert.match(words(await a.operator.get(at)), /头条的事.*第三件事.*第二件事/);
  for (const no of nos) must(await anyone.get(`/a/riverside/${no}`), 404);
  must(await sendIssue(at));
  for (const no of nos) must(await anyone.get(`/a/riverside/${no}`), 200);
  const shown = at.replace('/console', '/a');
  assert.match(words(must(await anyone.get(shown), 200)), /河岸观察.*3 篇.*头条的事.*第三件事.*第二件事/);
  assert.match((await anyone.get('/a/riverside')).text, new RegExp(`href="${shown}"`));
  const beside = words(await anyone.get(`/a/riverside/${nos[0]}`));
  assert.match(beside, /同期文章.*第三件事.*第二件事/);
  must(await a.operator.submit(`/console/riverside/articles/${nos[0]}`, { 原因: '写错了' }, { button: '撤下文章' }));
  const rest = words(await anyone.get(shown));
  assert.doesNotMatch(rest, /头条的事/);
  assert.match(rest, /2 篇.*第三件事/);
});

test('one that cannot pass keeps all of them, and the page says which and why', async () => {
  const nos = [await draft('好的一篇'), await draft('没有正文的一篇', { 正文: '' })];
  const at = await issueOf(...nos);
  assert.match(words(must(await sendIssue(at), 422)), /没有正文的一篇: /);
  must(await anyone.get(`/a/riverside/${nos[0]}`), 404);
  must(await sendIssue(await issueOf(await draft('只有一篇'))), 422);
  must(await sendIssue(at, '2020-01-01 08:00'), 422);
  must(await act(a.operator, at, { act: 'end' }));
  must(await a.operator.get(at), 404);
});

test('while a review is open nothing of it is public; then all of it is', async () => {
  must(await a.boss.submit('/desk/provider', { 审核方式: 'pre', 修改理由: '测试' }, { button: '保存' }));
  const nos = [await draft('先审的甲'), await draft('先审的乙')];
  const at = await issueOf(...nos);
  must(await sendIssue(at));
  assert.match(words(await a.operator.get(at)), /还在等.*先审的甲.*先审的乙/);
  const pass = async (title) => {
    const list = await a.officer.get('/desk/cases?kind=article');
    const href = [...list.text.matchAll(/href="(\/desk\/cases\/\d+)"[\s\S]*?<\/tr>/g)].find((m) => m[0].includes(title))[1];
    await a.officer.submit(href, {}, { button: '领取' });
    must(await a.officer.submit(href, {}, { button: '通过' }));
  };
  await pass('先审的甲');
  must(await anyone.get(`/a/riverside/${nos[0]}`), 404);
  assert.match(words(await a.operator.get(at)), /还在等： 先审的乙/);
  await pass('先审的乙');
  for (let i = 0; i < 150 && (await anyone.get(`/a/riverside/${nos[0]}`)).status !== 200; i++) await new Promise((r) => setTimeout(r, 100));
  for (const no of nos) must(await anyone.get(`/a/riverside/${no}`), 200);
  assert.match(words(await a.operator.get(at)), /已公开/);
});

test('an issue that waits is taken back whole', async () => {
  const nos = [await draft('撤回的甲'), await draft('撤回的乙')];
  const at = await issueOf(...nos);
  must(await sendIssue(at, '2099-01-01 08:00'));
  must(await act(a.operator, at, { act: 'recall' }));
  assert.match(words(await a.operator.get(at)), /编排中/);
  for (const no of nos) assert.match(words(await a.operator.get(`/console/riverside/articles/${no}`)), /草稿/);
});

// Around articles: topics, series, pinned articles, links to drafts, the copy for WeChat, what to read
// next. Through pages, the API and the command line.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openAccount, plain, staff, startSite, words } from './drive.mjs';

let s, a, anyone, post;
const at = (no) => `/a/riverside/${no}`;
const inConsole = (no) => `/console/riverside/articles/${no}`;
const topic = (tag) => anyone.get(`/t/${encodeURIComponent(tag)}`);

before(async () => {
  s = await startSite();
  a = await openAccount(s);
  anyone = s.person();
  post = (json) => anyone.api('/accounts/riverside/articles', { token: a.token, json: { title: '水位', category: 'environment', markdown: '水面平静。', publish: true, ...json } });
});
after(() => s?.stop());

const write = async (title, values = {}, button = '保存并提交') => {
  const made = await a.operator.submit('/console/riverside/articles/new', { 标题: title });
  const sent = await a.operator.submit(made.location, { 标题: title, 类别: '环境', 正文: '水面平静。', ...values }, { button });
  return { sent, no: Number(made.location.match(/articles\/(\d+)/)[1]) };
};
// Presses a button that only names an act.
async function act(path, to, fields) {
  const csrf = (await a.operator.get(path)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  return a.operator.send(to, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) });
}

test('a tag is written in the form, shown below the article, and has a page and feeds', async () => {
  const { sent, no } = await write('湿地的早晨', { 话题: '#湿地 #候鸟，AI' });
  assert.equal(sent.status, 303, sent.words);
  const page = await anyone.get(at(no));
  assert.match(page.text, /<nav class="tags"[^>]*>\s*<a href="\/t\/%E6%B9%BF%E5%9C%B0">#湿地<\/a>/);
  assert.match(page.text, /"keywords":"湿地,候鸟,AI"/);
  const shown = await topic('湿地');
  assert.equal(shown.status, 200);
  assert.match(shown.text, /湿地的早晨/);
  assert.match(words(shown), /#湿地/);
  assert.match((await topic('ａｉ')).text, /湿地的早晨/, 'whatever the spelling');
  const feed = JSON.parse((await anyone.get('/t/AI/feed.json')).text);
  assert.equal(feed.items[0].title, '湿地的早晨');
  assert.deepEqual(feed.items[0].tags, ['环境', '湿地', '候鸟', 'AI']);
  assert.match((await anyone.get('/t/AI/atom.xml')).text, /<category scheme="[^"]*\/t\/" term="候鸟"\/>/);
  for (const path of ['/t/nothing-here', '/t/%E2%80%A6', '/t/nothing-here/atom.xml', '/t/nothing-here/feed.json']) assert.equal((await anyone.get(path)).status, 404, path);
});

test('too many, too long and odd tags are refused where they were written; the form comes back', async () => {
  const { sent } = await write('太多', { 话题: '一,二,三,四,五,六' });
  assert.equal(sent.status, 422);
  assert.match(sent.errors.join(), /话题太多/);
  assert.match(sent.text, /value="一,二,三,四,五,六"/);
  const bad = async (tags, reason) => {
    const answer = await post({ tags });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.data.error.reason, reason);
    assert.equal(answer.data.error.field, 'tags');
  };
  await bad(['一二三四五六七八九十一二三四五六七八九十一'], 'tag_too_long');
  await bad(['a/b'], 'tag_characters');
  await bad('水', 'wrong_type');
  await bad([1], 'wrong_type');
});

test('by the API and by import; a topic lists a page at a time', async () => {
  for (let i = 0; i < 21; i++) assert.equal((await post({ title: `潮汐 ${i}`, tags: ['潮汐', '潮 汐'] })).status, 201);
  const first = await topic('潮汐');
  assert.equal(first.text.match(/潮汐 \d+/g).length, 20);
  const next = await anyone.get(plain(first.text.match(/href="([^"]*\?before=[^"]*)"/)[1]));
  assert.match(next.text, /潮汐 0</);
  assert.doesNotMatch(next.text, /潮汐 1</);
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-tags-'));
  writeFileSync(join(dir, 'a.md'), '---\ntitle: 导入的\ncategory: environment\ntags: [芦苇, 水鸟]\n---\n\n正文\n');
  const path = s.command('import', 'markdown', dir, '--account', 'riverside').match(/\/a\/riverside\/\d+/)[0];
  rmSync(dir, { recursive: true });
  const told = (await anyone.api(path.replace('/a/', '/articles/'))).data;
  assert.deepEqual(told.tags, ['芦苇', '水鸟']);
  assert.deepEqual(told.declarations, {});
});

test('a withdrawn article leaves its topics at once, and a topic without articles is no page', async () => {
  const { data } = await post({ title: '只有这一篇', tags: ['孤岛'] });
  assert.equal((await topic('孤岛')).status, 200);
  await a.operator.submit(inConsole(data.no), { 原因: '写错了' }, { button: '撤下文章' });
  assert.equal((await topic('孤岛')).status, 404);
  assert.equal((await anyone.get('/t/%E5%AD%A4%E5%B2%9B/feed.json')).status, 404);
});

test('a new version with other tags moves the article, and the difference shows it', async () => {
  const { data } = await post({ title: '会变的', tags: ['从前'] });
  const again = await anyone.api(`/accounts/riverside/articles/${data.no}`, { token: a.token, json: { title: '会变的', category: 'environment', markdown: '水面平静。', tags: ['后来'] } });
  assert.equal(again.status, 200, again.text);
  assert.equal((await topic('从前')).status, 404);
  assert.match((await topic('后来')).text, /会变的/);
  assert.match((await anyone.get(`${at(data.no)}/v/2/diff`)).text, /从前/);
});

test('words of tags are found by the search', async () => {
  await post({ title: '找得到吗', tags: ['蒹葭苍苍'] });
  for (let i = 0; i < 50; i++) {
    if (/找得到吗/.test((await anyone.get(`/search?q=${encodeURIComponent('蒹葭')}`)).text)) return;
    await new Promise((r) => setTimeout(r, 200));
  }
  assert.fail('not found within 10 s');
});

let series;
test('a series is made, reviewed, filled and ordered by hand; readers walk through it', async () => {
  const nos = [];
  for (const title of ['春', '夏', '秋']) nos.push((await post({ title })).data.no);
  const made = await a.operator.submit('/console/riverside/series', { 名称: '四季', 介绍: '一条河的四季。' }, { button: '提交审核' });
  assert.equal(made.status, 303, made.words);
  series = made.location;
  const no = series.match(/\d+$/)[0];
  assert.equal((await anyone.get(`/a/riverside/series/${no}`)).status, 404, 'not before its review');
  for (const n of nos) assert.equal((await act(series, series, { act: 'add', article: n })).status, 303);
  assert.equal((await act(series, series, { act: 'add', article: nos[0] })).status, 422, 'twice');
  const href = (await a.officer.get('/desk/cases?kind=profile')).text.match(/\/desk\/cases\/\d+/)[0];
  await a.officer.submit(href, {}, { button: '领取' });
  assert.match(words(await a.officer.get(href)), /四季/);
  await a.officer.submit(href, {}, { button: '通过' });
  const shown = await anyone.get(`/a/riverside/series/${no}`);
  assert.equal(shown.status, 200);
  assert.match(words(shown), /四季.*一条河的四季.*春.*夏.*秋/);
  assert.equal((await act(series, series, { act: 'up', article: nos[2] })).status, 303);
  assert.match(words(await anyone.get(`/a/riverside/series/${no}`)), /春.*秋.*夏/);
  const middle = await anyone.get(at(nos[2]));
  assert.match(words(middle), /合集“四季” · 第 2 篇，共 3 篇/);
  assert.match(middle.text, new RegExp(`rel="prev" href="${at(nos[0])}"`));
  assert.match(middle.text, new RegExp(`rel="next" href="${at(nos[1])}"`));
  assert.match((await anyone.get('/a/riverside')).text, new RegExp(`href="/a/riverside/series/${no}"`));
  await a.operator.submit(inConsole(nos[0]), { 原因: '写错了' }, { button: '撤下文章' });
  assert.match(words(await anyone.get(at(nos[2]))), /第 1 篇，共 2 篇/);
});

test('series: the form comes back filled in, the limits hold, an end is an end', async () => {
  const long = await a.operator.submit('/console/riverside/series', { 名称: '名'.repeat(31), 介绍: '留着' }, { button: '提交审核' });
  assert.equal(long.status, 422);
  assert.match(long.text, />\s*留着<\/textarea>/);
  assert.equal((await act(series, series, { act: 'end' })).status, 303);
  assert.equal((await a.operator.get(series)).status, 404);
  assert.equal((await anyone.get(`/a/riverside/series/${series.match(/\d+$/)[0]}`)).status, 404);
  for (const path of ['/a/riverside/series/0', '/a/riverside/series/x', '/a/riverside/series/99']) assert.equal((await anyone.get(path)).status, 404, path);
  assert.equal((await anyone.get('/console/riverside/series')).status, 303, 'members only');
});

test('three articles at most stand on top of the account’s page, and come down again', async () => {
  const nos = [];
  for (let i = 0; i < 4; i++) nos.push((await post({ title: `置顶试验 ${i}` })).data.no);
  const pin = (n, what) => act(inConsole(n), `${inConsole(n)}/pin`, { act: what });
  for (const n of nos.slice(0, 3)) assert.equal((await pin(n, 'pin')).status, 303);
  assert.equal((await pin(nos[3], 'pin')).status, 429);
  const page = (await anyone.get('/a/riverside')).text;
  const top = page.slice(page.indexOf('id="pinned"'));
  assert.match(top.slice(0, top.indexOf('</section>')), /置顶试验 2[\s\S]*置顶试验 1[\s\S]*置顶试验 0/);
  assert.equal(page.match(/>置顶试验 0</g).length, 1, 'not told twice');
  assert.equal((await pin(nos[0], 'unpin')).status, 303);
  const after = (await anyone.get('/a/riverside')).text;
  assert.doesNotMatch(after.slice(after.indexOf('id="pinned"'), after.indexOf('</section>', after.indexOf('id="pinned"'))), /置顶试验 0/);
});

test('a secret link shows the draft to anybody, is counted, and ends when it is revoked', async () => {
  const { no } = await write('给律师看的草稿', { 正文: '第一稿。', 话题: '草稿话题' }, '保存');
  const made = await a.operator.submit(`${inConsole(no)}/links`, { 有效期: '3 天' }, { button: '生成链接' });
  assert.equal(made.status, 200);
  const path = new URL(plain(made.text.match(/value="([^"]*\/preview\/[^"]+)"/)[1])).pathname;
  const seen = await anyone.get(path);
  assert.equal(seen.status, 200);
  assert.match(words(seen), /这是草稿，尚未发布/);
  assert.match(seen.text, /第一稿。/);
  assert.match(seen.text, /<meta name="robots" content="noindex/);
  assert.equal(seen.headers.get('x-robots-tag'), 'noindex, nofollow');
  assert.match(seen.headers.get('cache-control'), /no-store/);
  await a.operator.submit(`${inConsole(no)}/edit`, { 正文: '第二稿。' }, { button: '保存' });
  assert.match((await anyone.get(path)).text, /第二稿。/);
  assert.equal((await anyone.get(at(no))).status, 404);
  assert.equal((await topic('草稿话题')).status, 404);
  const list = await a.operator.get(`${inConsole(no)}/links`);
  assert.match(words(list), /有效.*2/);
  assert.ok(!list.text.includes(path), 'shown once');
  const gone = await a.operator.submit(`${inConsole(no)}/links`, {}, { button: '撤销 运营者 的链接（打开 2 次）' });
  assert.equal(gone.status, 303, gone.words);
  const over = await anyone.get(path);
  assert.equal(over.status, 404);
  assert.match(words(over), /已经失效/);
  assert.equal((await anyone.get('/preview/guess')).status, 404);
  assert.equal((await anyone.get(`${inConsole(no)}/links`)).status, 303, 'members only');
});

test('the operation log names the route of a link, not its address', async () => {
  const { no } = await write('日志里没有', {}, '保存');
  const made = await a.operator.submit(`${inConsole(no)}/links`, { 有效期: '1 天' }, { button: '生成链接' });
  const token = made.text.match(/\/preview\/([^"]+)"/)[1];
  await anyone.get(`/preview/${token}`);
  const guard = await staff(s, a.boss, '15400000193', ['安全审计管理员'], '安全');
  const log = (await guard.get('/desk/log')).text;
  assert.match(log, /\/preview\/:token/);
  assert.ok(!log.includes(token));
});

test('the copy for WeChat has inline styles only', async () => {
  const { no } = await write('带走的一篇', { 正文: '## 小节\n\n**粗**\n\n> 引用' }, '保存');
  const page = await a.operator.get(`${inConsole(no)}/wechat`);
  const html = plain(page.text.match(/<textarea[^>]*id="wechat"[^>]*>([\s\S]*?)<\/textarea>/)[1].replace(/&#34;/g, '"'));
  assert.match(html, /^<h2 style="[^"]+">小节<\/h2>/);
  assert.match(html, /<strong>粗<\/strong>/);
  assert.doesNotMatch(html, /class=|<script/);
  assert.match(page.text, /data-copy-html="wechat"/);
});

test('below an article stands what to read next: the same topic first', async () => {
  const one = (await post({ title: '江豚一', tags: ['江豚'] })).data.no;
  for (let i = 0; i < 6; i++) await post({ title: `别的 ${i}` });
  const two = (await post({ title: '江豚二', tags: ['江豚'] })).data.no;
  const page = (await anyone.get(at(two))).text;
  const next = page.slice(page.indexOf('id="related"'));
  assert.match(next, /江豚一[\s\S]*别的 5/);
  assert.doesNotMatch(next, /江豚二/);
  await a.operator.submit(inConsole(one), { 原因: '写错了' }, { button: '撤下文章' });
  const later = (await anyone.get(at(two))).text;
  assert.doesNotMatch(later.slice(later.indexOf('id="related"')), /江豚一/);
});

test('the calendar shows what is planned, moves it and takes it off', async () => {
  const china = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 16).replace('T', ' ');
  const soon = china(Date.now() + 3600e3);
  const { sent, no } = await write('排定的一篇', { 定时发布: soon });
  assert.equal(sent.status, 303, sent.words);
  const page = await a.operator.get(`/console/riverside/schedule?month=${soon.slice(0, 7)}`);
  assert.match(words(page), new RegExp(`${soon.slice(0, 10)}.*${soon.slice(11)} 排定的一篇`));
  const move = (time) => act(`/console/riverside/schedule?month=${soon.slice(0, 7)}`, `/console/riverside/schedule?month=${soon.slice(0, 7)}`, { no, publish_at: time });
  const past = await move('2020-01-01 00:00');
  assert.equal(past.status, 422);
  assert.match(words(past), /这个时间已经过去/);
  assert.match(past.text, /value="2020-01-01 00:00"/);
  assert.match(words(await move('明天')), /请按 2026-11-24 08:30 的格式/);
  const later = china(Date.now() + 40 * 86400e3);
  const moved = await move(later);
  assert.equal(moved.status, 303);
  assert.equal(moved.location, `/console/riverside/schedule?month=${later.slice(0, 7)}`);
  assert.doesNotMatch(words(await a.operator.get(`/console/riverside/schedule?month=${soon.slice(0, 7)}`)), /排定的一篇/);
  assert.match(words(await a.operator.get(moved.location)), /排定的一篇/);
  await a.operator.submit(moved.location, {}, { button: '取消排期' });
  assert.match(words(await a.operator.get(moved.location)), /这个月没有排定的文章/);
  assert.equal((await move(later)).status, 409, 'it is a draft again');
  assert.equal((await a.operator.get('/console/riverside/schedule?month=nonsense')).status, 200);
});

test('members write notes to each other, are told, and settle them; nobody else sees them', async () => {
  const { no } = await write('要商量的一篇', {}, '保存');
  const notes = `${inConsole(no)}/notes`;
  const invited = await a.operator.submit('/console/riverside/members', { '编辑：写作、提交、撤回文章，修改账号资料': true }, { button: '生成邀请链接' });
  const colleague = await s.member('', '同事');
  await colleague.submit(new URL(plain(invited.text.match(/value="([^"]*\/join\/[^"]+)"/)[1])).pathname, {}, { button: '接受邀请' });
  const empty = await a.operator.submit(notes, { 批注: '' }, { button: '发送' });
  assert.equal(empty.status, 422);
  assert.equal((await a.operator.submit(notes, { 批注: '第二段的数字要核对' }, { button: '发送' })).status, 303);
  assert.match(words(await colleague.get('/me/notices')), /“要商量的一篇”有新的批注：第二段的数字要核对/);
  assert.doesNotMatch(words(await a.operator.get('/me/notices')), /新的批注/, 'not the one who wrote');
  const page = await colleague.get(notes);
  const thread = page.text.match(/name="thread" value="(\d+)"/)[1];
  const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1];
  const send = (fields) => colleague.send(notes, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) });
  assert.equal((await send({ thread, body: '已核对' })).status, 303);
  assert.match(words(await a.operator.get(notes)), /运营者.*第二段的数字要核对.*同事.*已核对/);
  assert.match(words(await a.operator.get(inConsole(no))), /批注（1）/);
  assert.equal((await send({ thread, act: 'done' })).status, 303);
  assert.match(words(await a.operator.get(notes)), /已解决/);
  assert.match(words(await a.operator.get(inConsole(no))), /批注（0）/);
  assert.equal((await send({ thread: '12345', body: 'x' })).status, 404);
  assert.equal((await send({ thread, body: '字'.repeat(501) })).status, 422);
  assert.equal((await anyone.get(notes)).status, 303);
});

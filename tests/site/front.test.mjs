// What editors choose for the front page (A4.1), and the directory of public bodies (A4.2).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site, chief, visitor;
before(async () => {
  site = await startSite();
  demoData(site.data, ...site.db);
  chief = await site.member('editor_in_chief', '总编辑乙');
  visitor = site.person();
});
after(() => site.stop());

const csrfOf = (page, action) => page.text.match(new RegExp(`action="${action}"[^>]*><input type="hidden" name="_csrf" value="([^"]*)"`))[1];
const chosen = (page) => [...page.text.split('id="chosen"')[1].split('</section>')[0].matchAll(/href="(\/a\/[a-z-]+\/\d+)"/g)].map((m) => m[1]);

test('what an editor chooses stands above the latest, with a reason on record, and is not told twice', async () => {
  const articles = [...(await visitor.get('/c/food')).text.matchAll(/href="(\/a\/[a-z-]+\/\d+)"/g)].map((m) => m[1]);
  const before = chosen(await visitor.get('/'));
  const wrong = await chief.submit('/desk/home', { 文章地址: '/a/nobody/1', 推荐理由: '试试' }, { button: '放上首页' });
  assert.equal(wrong.status, 422);
  assert.match(words(wrong), /没有找到这篇文章/);
  assert.match(wrong.text, /value="\/a\/nobody\/1"/);
  const values = { 文章地址: `${site.base}${articles[3]}`, 推荐理由: '应季' };
  assert.equal((await chief.submit('/desk/home', values, { button: '放上首页' })).status, 303);
  assert.match(words(await chief.submit('/desk/home', values, { button: '放上首页' })), /已经在推荐里/);
  const home = await visitor.get('/');
  assert.deepEqual(chosen(home), [...before, articles[3]]);
  assert.equal(home.text.split(`<a href="${articles[3]}"`).length, 2);
});

test('choices are ordered, and taken down with a reason that stays in the history', async () => {
  const before = chosen(await visitor.get('/'));
  const desk = await chief.get('/desk/home');
  const moves = [...desk.text.matchAll(/action="(\/desk\/home\/\d+\/move)"/g)].map((m) => m[1]);
  const up = await chief.send(moves[1], { method: 'POST', body: new URLSearchParams({ _csrf: csrfOf(desk, moves[1]), to: 'up' }) });
  assert.equal(up.status, 303);
  assert.deepEqual(chosen(await visitor.get('/')).slice(0, 2), [before[1], before[0]]);
  const remove = moves[1].replace('move', 'remove');
  const csrf = csrfOf(desk, remove);
  assert.equal((await chief.send(remove, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, reason: ' ' }) })).status, 422);
  assert.equal((await chief.send(remove, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, reason: '数据有误' }) })).status, 303);
  assert.ok(!chosen(await visitor.get('/')).includes(before[1]));
  assert.match(words(await chief.get('/desk/home/history')), /撤下：数据有误（总编辑乙）/);
  assert.equal((await chief.send(remove, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, reason: '再来' }) })).status, 409);
});

test('the directory finds public bodies by region, field and word; others are not in it', async () => {
  const all = await visitor.get('/directory');
  assert.match(words(all), /云溪出行/);
  assert.doesNotMatch(words(all), /一餐一饭/);
  assert.match(words(all), /最新政务与公共服务信息/);
  assert.match(words(await visitor.get('/directory?kind=public_service&field=health&province=33')), /云溪一院健康课/);
  assert.match(words(await visitor.get('/directory?province=11')), /没有找到账号/);
  const found = words(await visitor.get(`/directory?q=${encodeURIComponent('图书')}`));
  assert.match(found, /云溪图书馆/);
  assert.doesNotMatch(found, /云溪普法/);
  assert.match(words(await visitor.get('/')), /政务与公共服务 查看全部/);
});

test('staff confirm who belongs there, and take out with a reason', async () => {
  const desk = await chief.get('/desk/directory');
  const [, entry] = desk.text.match(/href="(\/desk\/directory\/\d+)">[\s\S]*?云溪少儿图书馆/) ?? [];
  const at = [...desk.text.matchAll(/<a class="row-link" href="(\/desk\/directory\/\d+)">\s*([^<]+)</g)].find((m) => m[2].trim() === '云溪少儿图书馆')?.[1] ?? entry;
  assert.equal((await chief.submit(at, { 类型: '公共服务', 领域: '教育', 地区: '浙江', 依据: '' }, { button: '列入目录' })).status, 422);
  assert.equal((await chief.submit(at, { 类型: '公共服务', 领域: '教育', 地区: '浙江', 依据: '授权书 3 号' }, { button: '列入目录' })).status, 303);
  assert.match(words(await visitor.get('/directory?field=education')), /云溪少儿图书馆/);
  assert.equal((await chief.submit(at, { 原因: '授权到期' }, { button: '移出目录' })).status, 303);
  assert.doesNotMatch(words(await visitor.get('/directory?field=education')), /云溪少儿图书馆/);
});

test('readers have no way to the desk', async () => {
  const reader = await site.member();
  for (const path of ['/desk/home', '/desk/home/history', '/desk/directory', '/desk/tickets']) assert.equal((await reader.get(path)).status, 403, path);
});

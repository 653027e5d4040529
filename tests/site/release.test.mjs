// Two-person publishing: the author can't release; a second member reads, releases or sends back; by
// page and API; only two together switch it off (A10.1, A4.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, startSite, words } from './drive.mjs';

let site, world, second, third;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);
const send = (json, path = '') => site.person().api(`/accounts/riverside/articles${path}`, { token: world.token, json: { title: '春汛', category: 'environment', markdown: '水位涨了两米。', publish: true, ...json } });
const rule = (who, button) => who.submit('/console/riverside/releases', {}, { button });

async function join(who, role) {
  const page = await world.operator.submit('/console/riverside/members', { [role]: true }, { button: '生成邀请链接' });
  const link = page.text.match(/value="([^"]*\/join\/[^"]+)"/)[1];
  must(await who.submit(new URL(link).pathname, {}, { button: '接受邀请' }));
}

before(async () => {
  site = await startSite();
  world = await openAccount(site);
  second = await site.member('', '李编辑');
  third = await site.member('', '王作者');
});
after(() => site?.stop());

test('nobody switches it on alone; an author sees nothing of it', async () => {
  must(await rule(world.operator, '开启双人发布'), 409);
  await join(second, '编辑：写作、提交、撤回文章，修改账号资料');
  await join(third, '作者：写作和提交文章');
  must(await third.get('/console/riverside/releases'), 403);
  must(await rule(world.operator, '开启双人发布'));
  assert.match(words(await second.get('/me/notices')), /河岸观察”开启了双人发布/);
});

test('by API it waits with a reason, is not public, and its author can not release it', async () => {
  const made = await send({});
  assert.equal(made.status, 201, made.text);
  assert.equal(made.data.state, 'held');
  assert.equal(made.data.waits_for, 'second_person_required');
  const { no } = made.data;
  must(await site.person().get(`/a/riverside/${no}`), 404);
  assert.doesNotMatch(words(await world.officer.get('/desk/cases')), /春汛/);
  const status = await site.person().api(`/accounts/riverside/articles/${no}/status`, { token: world.token });
  assert.equal(status.data.waits_for, 'second_person_required');
  const at = `/console/riverside/releases/${no}`;
  const own = must(await world.operator.get(at), 200);
  assert.doesNotMatch(own.text, /value="release"/);
  const csrf = own.text.match(/name="_csrf" value="([^"]+)"/)[1];
  must(await world.operator.send(at, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, act: 'release', version: '1' }) }), 403);
  assert.match(words(await second.get('/me/notices')), /春汛》等你读过后放行/);
  assert.match(words(await second.get('/console/riverside/releases')), /春汛 1 运营者/);
  must(await second.submit(at, {}, { button: '退回' }), 422);
  must(await second.submit(at, { 原因: '写明哪条河' }, { button: '退回' }));
  assert.match(words(await world.operator.get('/me/notices')), /被第二位成员退回：写明哪条河/);
  assert.match(words(await world.operator.get(`/console/riverside/articles/${no}`)), /写明哪条河/);
  const again = await send({ markdown: '钱塘江水位涨了两米。' }, `/${no}`);
  assert.equal(again.data.waits_for, 'second_person_required');
  must(await second.submit(at, {}, { button: '放行' }));
  assert.match((await site.person().get(`/a/riverside/${no}`)).text, /钱塘江/);
  assert.match(words(await world.officer.get('/desk/cases')), /春汛/);
  const change = await send({ markdown: '钱塘江水位涨了三米。' }, `/${no}`);
  assert.equal(change.data.waits_for, 'second_person_required');
  const page = await second.get(at);
  assert.match(page.text, /<(del|ins)/);
  assert.match((await site.person().get(`/a/riverside/${no}`)).text, /涨了两米/);
});

test('the page says that it waits; with nobody else left the gate says so', async () => {
  const made = await second.submit('/console/riverside/articles/new', { 标题: '秋水' });
  const sent = await second.follow(must(await second.submit(made.location, { 标题: '秋水', 类别: '环境', 正文: '水面平静。' }, { button: '保存并提交' })));
  assert.match(words(sent), /等另一位所有者或编辑放行/);
  const no = made.location.match(/articles\/(\d+)/)[1];
  must(await world.operator.submit(`/console/riverside/releases/${no}`, {}, { button: '放行' }));
  assert.match((await site.person().get(`/a/riverside/${no}`)).text, /水面平静/);
});

test('to switch it off takes two, and not while something waits', async () => {
  must(await rule(world.operator, '请求关闭双人发布'), 409);
  const waiting = (await second.get('/console/riverside/releases')).text.match(/\/console\/riverside\/releases\/\d+/)[0];
  must(await second.submit(waiting, {}, { button: '放行' }));
  must(await rule(world.operator, '请求关闭双人发布'));
  assert.doesNotMatch((await world.operator.get('/console/riverside/releases')).text, /同意关闭/);
  assert.equal((await send({ title: '仍然等待' })).data.waits_for, 'second_person_required');
  const path = (await second.get('/console/riverside/releases')).text.match(/\/console\/riverside\/releases\/\d+/)[0];
  must(await second.submit(path, {}, { button: '放行' }));
  must(await rule(second, '同意关闭'));
  const free = await send({ title: '独自发布' });
  assert.equal(free.data.state, 'published');
  assert.equal(free.data.waits_for, null);
});

test('the provider asks it of news, whatever the account says', async () => {
  must(await world.boss.submit('/desk/provider', { 新闻信息须双人发布: true, 修改理由: '测试' }, { button: '保存' }));
  assert.equal((await send({ title: '不是新闻' })).data.state, 'published');
});

// Emergencies (A5.6): plans, drills and a roster; two officers declare; publishing, review and the front
// page follow at once; ended, reviewed, exported.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './binary.mjs';
import { openAccount, staff, startSite, words } from './drive.mjs';

let site, chief, compliance, reviewer, operator, handle, token, plan;
const two = (n) => String(n).padStart(2, '0');
const stamp = (ms) => ((d) => `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`)(new Date(ms + 8 * 3600e3));
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);

before(async () => {
  site = await startSite();
  let boss;
  ({ boss, chief, officer: reviewer, operator, handle, token } = await openAccount(site));
  compliance = await staff(site, boss, '15400000096', ['合规专员'], '合规');
});
after(() => site.stop());

const post = (title, markdown, base = site) => base.person().api(`/accounts/${handle}/articles`, { token, json: { title, category: 'environment', markdown, publish: true } });
const propose = async (who, fields) => must(await who.submit('/desk/emergency/new', { 预案: `${plan}（较大）`, 事件: '测试事件', 已知情况: '网上有不实信息。', ...fields }, { button: '提出，等待启动' })).location;
const act = (who, at, button) => who.submit(at, {}, { button });

test('a plan has versions; drills and the roster are kept', async () => {
  plan = '停发';
  const fields = { 名称: plan, 级别: '较大', 暂停发布: true, 停止推荐: true, '时长（小时）': '25', 分工和步骤: '先核实。' };
  const wrong = must(await compliance.submit('/desk/emergency/plans/new', fields, { button: '写成新的一版' }), 422);
  assert.match(wrong.text, /先核实。<\/textarea>/);
  must(await compliance.submit('/desk/emergency/plans/new', { ...fields, '时长（小时）': '24' }, { button: '写成新的一版' }));
  const list = await compliance.get('/desk/emergency/plans');
  const [, href] = list.text.match(/href="(\/desk\/emergency\/plans\/\d+)"/);
  must(await chief.submit(href, { 分工和步骤: '先核实，再上报。' }, { button: '写成新的一版' }));
  const shown = words(await reviewer.get(href));
  assert.match(shown, /先核实，再上报。.*先核实。/);
  must(await compliance.submit('/desk/emergency/drills', { 预案: plan, 演练时间: stamp(Date.now() + 864e5), 参加人: '全体', 结果和问题: '顺利' }, { button: '记一次演练' }), 422);
  must(await compliance.submit('/desk/emergency/drills', { 预案: plan, 演练时间: stamp(Date.now() - 864e5), 参加人: '全体', 结果和问题: '九分钟' }, { button: '记一次演练' }));
  assert.match(words(await reviewer.get('/desk/emergency/drills')), /停发（第 2 版）.*九分钟/);
  assert.equal((await reviewer.get('/desk/emergency/plans/new')).status, 403);
});

test('one officer alone changes nothing; a second one freezes it at once, here and on every node', async () => {
  assert.equal((await post('冻结之前', '一切如常。')).data.state, 'published');
  const at = await propose(compliance, {});
  assert.equal((await post('还没启动', '一切如常。')).data.state, 'published');
  const page = await compliance.get(at);
  assert.doesNotMatch(page.text, /id="declare"/);
  const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1];
  assert.equal((await compliance.send(at, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, act: 'declare' }) })).status, 403, 'not by who proposed it');
  assert.equal((await post('还是没启动', '一切如常。')).data.state, 'published');
  const front = words(await site.person().get('/'));
  must(await act(chief, at, '启动'));
  const before = Date.now();
  const refused = await post('启动之后', '一切如常。');
  assert.equal(refused.status, 403);
  assert.equal(refused.data.error.reason, 'emergency_freeze');
  assert.ok(Date.now() - before < 1000);
  const quiet = words(await site.person().get('/'));
  assert.match(front, /冻结之前/);
  assert.doesNotMatch(quiet, /冻结之前/, 'the front page recommends nothing of it');
  const edit = await operator.visit((await operator.submit(`/console/${handle}/articles/new`, { 标题: '急稿' })).location);
  const sent = await edit.press('保存并提交', { 标题: '急稿', 正文: '请看。' });
  assert.match(words(sent), /平台正在应急处置，这一范围暂停发布。.*应急结束后/);
  if (process.env.GONGQI_TEST_DB === 'postgres') {
    const other = await launch(site.data, [...site.db, '--rate-factor', '1000', '--fetch-allow', '127.0.0.1']);
    const node = { ...site, base: `http://127.0.0.1:${other.port}` };
    node.person = () => Object.assign(site.person(), { site: node });
    assert.equal((await post('另一节点', '一切如常。', node)).data.error.reason, 'emergency_freeze');
    other.child.kill('SIGTERM');
    await other.ended;
  }
  must(await chief.submit(at, { 结束的理由: '已核实。' }, { button: '结束应急' }));
  assert.equal((await post('结束之后', '一切如常。')).data.state, 'published');
  assert.match(words(await site.person().get('/')), /冻结之前/);
});

test('what ended owes a review, and the register of duties says so until it is written', async () => {
  const [, at] = (await chief.get('/desk/emergency')).text.match(/href="(\/desk\/emergency\/\d+)"/);
  assert.match(words(await chief.get(at)), /还没有复盘/);
  assert.match(words(await compliance.get('/desk/duties')), /应急之后都有复盘 A5\.6 .*?1 项待处理/);
  must(await chief.submit(`${at}/review`, { 影响: '三篇暂缓' }, { button: '写下复盘' }), 422);
  must(await chief.submit(`${at}/review`, { 影响: '三篇暂缓', 涉及的数据: '无', 原因: '谣言', 采取的措施: '停发', 趋势: '平息', 教训和改进: '更快核实' }, { button: '写下复盘' }));
  assert.doesNotMatch(words(await compliance.get('/desk/duties')), /应急之后都有复盘 A5\.6 [^。]*?1 项待处理/);
  const got = await compliance.get(`${at}/package.json`);
  const json = JSON.parse(got.text);
  assert.deepEqual(json.timeline.map((e) => e.what), ['proposed', 'declared', 'ended', 'reviewed']);
  assert.equal(json.level, 'larger');
  assert.equal(json.effects.freeze_publishing, true);
  assert.equal(json.review.cause, '谣言');
  assert.equal(json.officers.length, 2);
  assert.match(words(await reviewer.get(`${at}/package`)), /事件报告|谣言/);
});

test('only its topics, only in its scope; renewal takes two officers again', async () => {
  plan = '先审';
  must(await compliance.submit('/desk/emergency/plans/new', { 名称: plan, 级别: '较大', 先审后发: true, '时长（小时）': '2', 分工和步骤: '先审。' }, { button: '写成新的一版' }));
  const at = await propose(reviewer, { 涉及的话题: '溃坝，停水' });
  must(await act(compliance, at, '启动'));
  assert.equal((await post('城里 溃 坝 了吗', '没有。')).data.state, 'held');
  assert.equal((await post('平常的一天', '没有事情。')).data.state, 'published');
  must(await act(chief, at, '续期'));
  assert.match(words(await chief.get(at)), /须由另一名工作人员同意/);
  assert.doesNotMatch((await chief.get(at)).text, /id="renew"/);
  must(await act(reviewer, at, '续期'));
  assert.match(words(await chief.get(at)), /续期.*申请续期/);
  must(await chief.submit(at, { 结束的理由: '' }, { button: '结束应急' }), 422);
  must(await chief.submit(at, { 结束的理由: '平息' }, { button: '结束应急' }));
  assert.equal((await post('又问 溃坝', '没有。')).data.state, 'published');
});

test('an account outside the group goes on', async () => {
  plan = '停发';
  const at = await propose(compliance, { 一组账号: 'somebody-else' });
  must(await act(chief, at, '启动'));
  assert.equal((await post('不在范围里', '照常。')).data.state, 'published');
  const racing = [await propose(compliance, { 一组账号: 'nobody' }), await propose(compliance, { 一组账号: 'nobody2' })];
  const done = await Promise.all([act(chief, racing[0], '启动'), act(reviewer, racing[0], '启动')]);
  assert.deepEqual(done.map((p) => p.status).sort(), [303, 409], 'two officers at once declare it once');
  must(await act(compliance, racing[1], '撤回提议'));
});

test('staff only, and proposing only for those who answer for content', async () => {
  assert.equal((await operator.get('/desk/emergency')).status, 403);
  assert.equal((await site.person().get('/desk/emergency')).status, 303);
});

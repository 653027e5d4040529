// Staff fit for the scale (A5.2): skills, training that lapses, shifts, figures and alarms.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';

let site, boss, chief, reviewer, compliance, handle, token;
const day = (n) => new Date(Date.now() + 8 * 3600e3 + n * 864e5).toISOString().slice(0, 10);
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);

before(async () => {
  site = await startSite();
  ({ boss, chief, officer: reviewer, handle, token } = await openAccount(site));
  compliance = await staff(site, boss, '15400000096', ['合规专员'], '合规');
});
after(() => site.stop());

const person = async (name) => {
  const rows = [...(await compliance.get('/desk/staffing')).text.matchAll(/href="(\/desk\/staffing\/\d+)"[^>]*>([^<]*)</g)];
  return rows.find(([, , text]) => text.includes(name))[1];
};
const setting = async (values) => must(await boss.submit('/desk/provider', { ...values, 修改理由: '测试' }, { button: '保存' }));
const held = () => site.person().api(`/accounts/${handle}/articles`, { token, json: { title: '一篇等待审核的文章', category: 'environment', markdown: '一切如常。', publish: true } });

test('skills and training are written by those who answer for the staff, and read back', async () => {
  const at = await person('审核员');
  assert.match(words(await compliance.get(at)), /欠缺的培训 内容审核, 个人信息保护/);
  must(await compliance.submit(at, { 语言: '普通话，粤语', '诈骗': true }, { button: '保存' }));
  const wrong = must(await compliance.submit(at, { 课程: '内容审核', 培训日期: day(1), 有效期至: day(40), 证明: '证书 7 号' }, { button: '登记' }), 422);
  assert.match(wrong.text, /证书 7 号/, 'the form comes back filled in');
  must(await compliance.submit(at, { 课程: '内容审核', 培训日期: day(-30), 有效期至: day(40), 证明: '证书 7 号' }, { button: '登记' }));
  must(await compliance.submit(at, { 课程: '个人信息保护', 培训日期: day(-400), 有效期至: day(-35), 证明: '旧证书' }, { button: '登记' }));
  const page = words(await compliance.get(at));
  assert.match(page, /欠缺的培训 个人信息保护/);
  assert.match(page, /个人信息保护 .*旧证书 已过期.*内容审核 .*证书 7 号 有效/);
  assert.match(words(await chief.get('/desk/staffing')), /审核员 审核员 诈骗 普通话，粤语 已过期/);
  assert.match(words(await boss.get(at)), /没有权限|无权/);
});

test('who lacks a training is warned, and by the setting cannot claim until it is renewed', async () => {
  await setting({ 审核方式: 'pre' });
  assert.match((await held()).data.state, /held|review/);
  assert.match(words(await reviewer.get('/desk')), /培训没有参加或已过期，请尽快补上/);
  const href = (await reviewer.get('/desk/cases')).text.match(/\/desk\/cases\/\d+/)[0];
  must(await reviewer.submit(href, {}, { button: '领取' }));
  must(await reviewer.submit(href, {}, { button: '放回队列' }));
  await setting({ 培训过期: 'stop' });
  const no = must(await reviewer.submit(href, {}, { button: '领取' }), 403);
  assert.match(words(no), /补上之后才能领取待办/);
  assert.equal((await reviewer.submit('/desk/cases', {}, { button: '处理下一件' })).status, 403);
  assert.match(words(await reviewer.get('/desk/staffing')), /个人信息保护 已过期/);
  const at = await person('审核员');
  must(await compliance.submit(at, { 课程: '个人信息保护', 培训日期: day(0), 有效期至: day(300), 证明: '证书 8 号' }, { button: '登记' }));
  assert.doesNotMatch(words(await reviewer.get('/desk')), /培训没有参加/);
  must(await reviewer.submit(href, {}, { button: '领取' }));
  const strike = (await compliance.get(at)).text.match(/action="([^"]+\/strike)"/)[1];
  const csrf = (await compliance.get(at)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  must(await compliance.send(strike, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) }));
  assert.match(words(await compliance.get(at)), /证书 8 号 已划去/);
});

test('shifts are planned in a row, do not overlap, are marked and handed over', async () => {
  const fields = { 人员: '审核员', 日期: day(0), 上班时间: '00:00', 下班时间: '23:59', 连续天数: '2' };
  assert.equal((await reviewer.get('/desk/staffing/shifts')).text.includes('连续天数'), false);
  assert.match(words(must(await compliance.submit('/desk/staffing/shifts', { ...fields, 上班时间: '25:00' }, { button: '排班' }), 422)), /请写时和分/);
  must(await compliance.submit('/desk/staffing/shifts', fields, { button: '排班' }));
  assert.match(words(must(await compliance.submit('/desk/staffing/shifts', fields, { button: '排班' }), 422)), /此人那时已有别的班/);
  must(await reviewer.submit('/desk/staffing/shifts', { 交给下一班: '一件申诉明天到期。' }, { button: '交班' }));
  assert.match(words(await chief.get('/desk/staffing/shifts')), /前面班次的交接 .*一件申诉明天到期.*到岗/);
  must(await chief.submit('/desk/staffing/shifts', {}, { button: '记为缺勤' }));
  assert.match(words(await chief.get(`/desk/staffing/shifts?week=${day(0)}`)), /缺勤/);
  must(await chief.submit('/desk/staffing/shifts', {}, { button: '记为到岗' }));
  assert.match(words(await chief.get('/desk/staffing')), /当班至/);
  assert.equal((await reviewer.send((await chief.get('/desk/staffing/shifts')).text.match(/action="([^"]+\/mark)"/)[1], { method: 'POST', body: new URLSearchParams({ state: 'absent' }) })).status, 403);
});

test('an alarm says its numbers, and the CSV has the people', async () => {
  await setting({ '报警：待办件数': '1' });
  for (let i = 0; i < 3; i++) await held();
  const page = words(await chief.get('/desk/staffing'));
  assert.match(page, /待办积压 \d+ 件，超过界限 1 件/);
  assert.match(page, /每千篇文章审核员数/);
  const csv = await compliance.get('/desk/staffing.csv');
  assert.match(csv.headers.get('content-type'), /text\/csv/);
  assert.match(csv.text, /人员,|"人员"/);
  assert.match(csv.text, /普通话，粤语/);
  assert.equal((await (await site.person().signUp('15400000298')).get('/desk/staffing')).status, 403);
});

test('a person sees what is noted about them', async () => {
  const own = words(await reviewer.get('/me/data'));
  assert.match(own, /工作培训/);
  assert.match(own, /工作班次/);
});

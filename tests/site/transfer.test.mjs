// Accounts over the cap (A7.8) and transfer of an account (obligations 3.14): refusals with reasons,
// two officers, cooling that either side stops, the public trace, subscribers told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { citizenNumber, openAccount, pdf, staff, startSite, words } from './drive.mjs';

const REASON = '告知对方的说明';
let site, world, officer2, receiver, reader, registrant, link;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);

async function until(what) {
  for (let i = 0; i < 300; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}
async function take(officer, kind = '') {
  const list = await officer.get('/desk/cases');
  const href = (kind ? list.text.split('<tr').slice(1).find((row) => row.includes(kind)) : list.text).match(/\/desk\/cases\/\d+/)[0];
  must(await officer.submit(href, {}, { button: '领取' }));
  return href;
}
const verdict = async (officer, href, button, fields = {}) => must(await officer.submit(href, fields, { button }));
async function register(who, serial, mobile) {
  const form = '/me/registrants/new/individual';
  const page = await who.submit(form, { 真实姓名: '李四', 证件类型: '居民身份证', 证件号码: citizenNumber(serial), 所在省份: '浙江', 手机号码: mobile }, { button: '获取验证码' });
  const at = must(await who.submit(form, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page })).location;
  await verdict(world.officer, await take(world.officer, '主体认证'), '通过');
  return at;
}
const setting = async (fields) => must(await world.boss.submit('/desk/provider', { ...fields, 修改理由: '测试' }, { button: '保存' }));
const offer = (fields = {}) => world.operator.submit('/console/riverside/transfer', { 原因: '工作室合并，由同事接手。', 登录密码: world.operator.password, ...fields }, { button: '申请转让', files: { 转让材料: pdf } });
const accept = (who, fields = {}) => who.submit(new URL(link).pathname, { 注册主体: who.chosen, '我已核对账号和理由，接受后由我方承担这个账号的责任': true, 登录密码: who.password, ...fields }, { button: '接受转让' });

before(async () => {
  site = await startSite();
  world = await openAccount(site);
  officer2 = await staff(site, world.boss, '15400000093', ['审核员'], '审核员二');
  receiver = await site.person().signUp('15400000201', '接手人');
  reader = await site.person().signUp('15400000202', '读者');
  await reader.submit('/a/riverside', {}, { button: '订阅' });
  registrant = (await world.operator.get('/me/registrants')).text.match(/\/me\/registrants\/\d+/)[0];
});
after(() => site?.stop());

const apply = async (name, handle) => {
  const chosen = (await world.operator.get('/me/accounts/new')).text.match(/<option value="(\d+)"/)[1];
  return world.operator.submit('/me/accounts/new', { 注册主体: chosen, 账号名称: name, 账号地址: handle, 账号介绍: '第二个账号。', 环境: true }, { button: '申请公众账号' });
};

test('A7.8: at the cap one asks with a reason; two officers decide alike; it counts, for a time', async () => {
  const full = must(await apply('河岸夜话', 'rivernight'), 422);
  assert.match(words(full), /已到上限/);
  const at = `${registrant}/exemption`;
  assert.match(words(await world.operator.get(at)), /已用 1 个，上限 1 个/);
  must(await reader.get(at), 404);
  must(await world.operator.submit(at, { 超限账号数: '1', '期限（月）': '六个月' }, { button: '申请超限' }), 422);
  must(await world.operator.submit(at, { 超限账号数: '1', '期限（月）': '六个月', 原因: '夜间栏目要单独运营。' }, { button: '申请超限' }));
  assert.match(words(await world.operator.get(at)), /正在审核，由两位工作人员决定/);
  const href = await take(world.officer, '超限申请');
  assert.match(words(await world.officer.get(href)), /夜间栏目要单独运营.*两位工作人员/);
  await verdict(world.officer, href, '通过');
  must(await apply('河岸夜话', 'rivernight'), 422);
  const own = await world.officer.get(href);
  const csrf = own.text.match(/name="_csrf" value="([^"]+)"/)[1];
  const again = await world.officer.send(`${href}/claim`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) });
  assert.equal(again.status, 403, 'nobody decides on their own proposal');
  must(await officer2.submit(href, {}, { button: '领取' }));
  assert.match(words(await officer2.get(href)), /审核员 提议：通过/);
  await verdict(officer2, href, '通过');
  assert.match(words(await world.operator.get('/me/notices')), /可另外开设 1 个账号/);
  assert.match(words(await world.operator.get(at)), /另有批准的超限 1 个.*已批准/);
  must(await apply('河岸夜话', 'rivernight'));
  const third = must(await apply('河岸第三', 'riverthird'), 422);
  assert.match(words(third), /已到上限/);
  await verdict(world.officer, await take(world.officer, '河岸夜话'), '通过');
});

test('A7.8: sent back by one officer with a reason', async () => {
  const at = `${registrant}/exemption`;
  must(await world.operator.submit(at, { 超限账号数: '5', '期限（月）': '三个月', 原因: '还想要。' }, { button: '申请超限' }));
  const href = await take(world.officer, '超限申请');
  await verdict(world.officer, href, '退回修改', { [REASON]: '请写明用途。' });
  assert.match(words(await world.operator.get('/me/notices')), /未获批准：请写明用途/);
});

test('the owner asks with documents and the password; an open finding stands against it', async () => {
  assert.match(words(await world.operator.get('/console/riverside/transfer')), /7 天冷静期/);
  must(await offer({ 登录密码: 'wrong password' }), 422);
  must(await world.operator.submit('/console/riverside/transfer', { 原因: '没有材料', 登录密码: world.operator.password }, { button: '申请转让' }), 422);
  const raised = must(await world.officer.submit('/desk/raise/riverside', { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' }));
  assert.match(words(await world.operator.get('/console/riverside/transfer')), /现在还不能转让.*违规线索/);
  must(await officer2.submit(raised.location, {}, { button: '领取' }));
  must(await officer2.submit(raised.location, { 处置措施: '未发现问题', 理由: '没有问题。' }, { button: '作出决定' }));
  const made = must(await offer(), 200);
  link = made.text.match(/value="([^"]*\/transfer\/[^"]+)"/)[1];
  assert.doesNotMatch((await world.operator.get('/console/riverside/transfer')).text, new RegExp(link.split('/').pop()), 'the link is shown once');
});

test('a receiver without room is told why; then accepts, and either side can stop it', async () => {
  must(await receiver.get('/transfer/nobody'), 404);
  assert.match(words(await receiver.get(new URL(link).pathname)), /河岸观察.*工作室合并/);
  const path = await register(receiver, 2, '15400000203');
  receiver.chosen = path.match(/\d+/)[0];
  const unsigned = must(await accept(receiver), 409);
  assert.match(words(unsigned), /签署现行的服务协议/);
  must(await receiver.submit(`${path}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' }));
  world.operator.chosen = registrant.match(/\d+/)[0];
  assert.match(words(must(await accept(world.operator), 409)), /同一身份/);
  const done = must(await accept(receiver));
  assert.match(words(await receiver.get(done.location)), /平台审核中/);
  must(await reader.get(done.location), 404);
  must(await receiver.submit(done.location, {}, { button: '叫停转让' }));
  assert.match(words(await world.operator.get('/me/notices')), /转让已叫停/);
  assert.doesNotMatch((await world.officer.get('/desk/cases')).text, /<td[^>]*>账号转让/);
});

test('accepted, reviewed and cooled it is handed over: members, class, trace, articles, subscribers', async () => {
  const sent = await site.person().api('/accounts/riverside/articles', { token: world.token, json: { title: '旧文', category: 'environment', markdown: '从前的文章。', publish: true } });
  const { no } = sent.data;
  await setting({ '账号转让冷静期（天）': '0' });
  link = must(await offer(), 200).text.match(/value="([^"]*\/transfer\/[^"]+)"/)[1];
  const at = must(await accept(receiver)).location;
  const href = await take(world.officer, '账号转让');
  const page = await world.officer.get(href);
  assert.match(words(page), /工作室合并/);
  assert.match(page.text, /\/desk\/evidence\/\d+\/\d+/);
  await verdict(world.officer, href, '通过');
  await until(async () => /状态 已完成/.test(words(await receiver.get(at))));
  must(await world.operator.get('/console/riverside'), 403);
  must(await receiver.get('/console/riverside'), 200);
  assert.equal((await site.person().api('/accounts/riverside/articles', { token: world.token, json: { title: '再来', category: 'environment', markdown: '文' } })).status, 401);
  assert.match(words(await site.person().get('/a/riverside')), /账号转让：由个人转为个人/);
  assert.doesNotMatch((await site.person().get('/a/riverside')).text, /张三|李四/, 'chosen names only');
  assert.match(words(await site.person().get(`/a/riverside/${no}`)), /本文发布时，账号的注册主体是个人/);
  await until(async () => /你订阅的公众账号“河岸观察”已转让/.test(words(await reader.get('/me/notices'))));
  const token = await receiver.token('riverside');
  const fresh = await site.person().api('/accounts/riverside/articles', { token, json: { title: '新文', category: 'environment', markdown: '现在的文章。', publish: true } });
  assert.equal(fresh.data.state, 'published', fresh.text);
  assert.doesNotMatch(words(await site.person().get(`/a/riverside/${fresh.data.no}`)), /本文发布时/);
});

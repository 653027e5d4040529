// An owner closes an account: told first, cooled, taken back, blocked by a case, closed; then the
// tombstone, the kept name, restricted storage with a logged look, and the receipt (A9.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';

let site, world, compliance, security, closing;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);
const password = () => world.operator.password;

async function until(what) {
  for (let i = 0; i < 250; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}
const ask = (fields) => world.operator.submit('/console/riverside/close', { '我已了解后果，确认注销这个账号': true, ...fields }, { button: '申请注销' });
const cooling = async (days) => must(await world.boss.submit('/desk/provider', { '注销冷静期，订阅不足一万（天）': String(days), 修改理由: '测试' }, { button: '保存' }));
const published = async () => (await site.person().api('/accounts/riverside/articles')).data?.articles ?? [];

before(async () => {
  site = await startSite();
  world = await openAccount(site);
  compliance = await staff(site, world.boss, '15400000096', ['合规专员'], '合规');
  security = await staff(site, world.boss, '15400000097', ['安全审计管理员'], '安全');
  const sent = await site.person().api('/accounts/riverside/articles', { token: world.token, json: { title: '春汛', category: 'environment', markdown: '水位涨了两米。', publish: true } });
  assert.ok(sent.status < 300, JSON.stringify(sent.data));
});
after(() => site.stop());

test('the owner is told what happens, proves who it is, and can take it back while it cools', async () => {
  const page = must(await world.operator.get('/console/riverside/close'), 200);
  assert.match(words(page), /冷静期为 7 天.*名称和地址继续保留.*限制存储/);
  must(await ask({ 登录密码: 'wrong password' }), 422);
  must(await world.operator.submit('/console/riverside/close', { 登录密码: password() }, { button: '申请注销' }), 422);
  const asked = must(await ask({ 登录密码: password() }));
  assert.match(asked.location, /^\/me\/closings\/\d+$/);
  assert.match(words(await world.operator.get(asked.location)), /冷静期/);
  assert.match(words(await world.operator.get('/me/notices')), /已申请注销/);
  assert.equal((await published()).length, 1, 'readers go on reading');
  must(await world.operator.submit('/console/riverside/close', {}, { button: '撤回注销' }));
  assert.match(words(await world.operator.get(asked.location)), /已撤回/);
  assert.match(words(await world.operator.get('/console/riverside')), /正常/);
});

test('an open case stands against it, and the owner is told', async () => {
  const sent = must(await compliance.submit('/desk/raise/riverside', { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' }));
  assert.match(words(await world.operator.get('/console/riverside/close')), /现在还不能注销.*1 件涉及本账号的违规线索/);
  must(await world.officer.submit(sent.location, {}, { button: '领取' }));
  must(await world.officer.submit(sent.location, { 处置措施: '未发现问题', 理由: '没有问题。' }, { button: '作出决定' }));
  assert.doesNotMatch(words(await world.operator.get('/console/riverside/close')), /现在还不能注销/);
});

test('after the cooling it is gone everywhere, its name stays taken, and the receipt can be had', async () => {
  const [{ no }] = await published();
  const at = `/a/riverside/${no}`;
  must(await site.person().get(at), 200);
  await cooling(0);
  closing = must(await ask({ 登录密码: password() })).location;
  const stone = await until(async () => {
    const page = await site.person().get('/a/riverside');
    return page.status === 410 && page;
  });
  assert.match(words(stone), /账号所有者已注销账号/);
  const gone = must(await site.person().get(at), 410);
  assert.doesNotMatch(gone.text, /水位/);
  assert.equal((await site.person().api('/accounts/riverside')).status, 404);
  assert.equal((await site.person().api(`/articles/riverside/${no}`)).status, 404);
  for (const path of ['/', '/c/environment', '/atom.xml', `/search?q=${encodeURIComponent('春汛')}`]) assert.doesNotMatch((await site.person().get(path)).text, new RegExp(`${at}(?![0-9])`), path);
  must(await world.operator.get('/console/riverside'), 403);
  must(await world.operator.get('/console/riverside/articles'), 403);
  must(await world.officer.get(at), 410);
  const token = await site.person().api('/accounts/riverside/articles', { token: world.token, json: { title: '再来', category: 'environment', markdown: '文' } });
  assert.equal(token.status, 403);
  assert.doesNotMatch((await world.operator.get('/me/accounts')).text, /console\/riverside/);
  assert.match(words(await world.operator.get('/me/notices')), /已注销，回执可以下载/);
  const receipt = await until(async () => {
    const got = await world.operator.get(`${closing}/receipt`);
    return got.status === 200 && got;
  });
  assert.match(receipt.text, /^c2sp\.org\/tlog-proof@v1/);
  const chosen = (await world.operator.get('/me/accounts/new')).text.match(/<option value="(\d+)"/)[1];
  const apply = (name, handle) => world.operator.submit('/me/accounts/new', { 注册主体: chosen, 账号名称: name, 账号地址: handle, 账号介绍: '记录一条河的四季。', 环境: true }, { button: '申请公众账号' });
  must(await apply('河岸观察', 'riverbank'), 422);
  must(await apply('新的河岸', 'riverside'), 422);
});

test('restricted storage opens with a number only, and each look stands in the log', async () => {
  must(await world.officer.get('/desk/restricted'), 403);
  must(await world.operator.get('/desk/restricted'), 403);
  const list = must(await compliance.get('/desk/restricted'), 200);
  const at = list.text.match(/\/desk\/restricted\/\d+/)[0];
  assert.doesNotMatch((await compliance.get(at)).text, /春汛/);
  const look = (who, fields) => who.submit(at, fields, { button: '查看并记录' });
  must(await look(compliance, { 依据: '检查', 查看理由: '检查' }), 422);
  must(await look(compliance, { 依据: '案件', 编号: '12', 查看理由: '核对' }), 422);
  const titles = must(await look(compliance, { 依据: '检查', 编号: '网检 7 号', 查看理由: '检查' }), 200);
  assert.match(words(titles), /春汛/);
  const one = must(await look(security, { 依据: '检查', 编号: '网检 7 号', 查看理由: '检查正文', 文章编号: '1' }), 200);
  assert.match(words(one), /水位涨了两米/);
  const log = words(await compliance.get(at));
  assert.match(log, /第 1 号文章.*检查 网检 7 号: 检查正文.*文章标题.*检查 网检 7 号: 检查/);
  assert.doesNotMatch(words(await world.operator.get(closing)), /网检/, 'an inspection may be confidential');
});

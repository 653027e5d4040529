// Complaints of rights holders (A10.2): without login, what is missing, forwarded, decided with reasons to
// both, countered, restored or kept by a suit; who complains without ground is limited; public figures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, pdf, staff, startSite, words } from './drive.mjs';

let site, world, compliance, holder, at, number;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);
const path = (no) => `/a/${world.handle}/${no}`;
const publish = async (title) => (await site.person().api(`/accounts/${world.handle}/articles`, { token: world.token, json: { title, category: 'environment', markdown: '水位涨了两米。', publish: true } })).data.no;
const wait = async (days) => must(await world.boss.submit('/desk/provider', { '反通知后的等待期（天）': String(days), 修改理由: '测试' }, { button: '保存' }));
const full = { 著作权: true, 姓名或名称: '影像工作室', 权利人: true, 地址和联系方式: '某路 9 号', 什么权利: '摄影作品', 侵权的事实和理由: '第二幅图未经许可。', 删除: true, '我保证以上属实，并对不实的投诉承担责任': true };
const counter = { 姓名或名称: '张三', 联系方式: '河边 1 号', 为什么没有侵权: '是我拍的。', '我保证以上属实，并承担相应责任': true };

async function until(what) {
  for (let i = 0; i < 150; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}

async function begin(mobile) {
  const who = site.person();
  const page = await who.submit('/rights/new', { 手机号: mobile }, { button: '发送验证码' });
  const wrong = must(await who.submit('/rights/new', { 短信验证码: '000000' }, { button: '开始', page }), 422);
  const sent = must(await who.submit('/rights/new', { 短信验证码: await site.code(mobile) }, { button: '开始', page: wrong }));
  assert.match(sent.location, /^\/rights\/c\/[\w-]{32}$/);
  return [who, sent.location];
}

// A complaint about these articles by a new number, complete at once.
async function complain(mobile, ...numbers) {
  const [who, where] = await begin(mobile);
  must(await who.submit(where, { ...full, 文章地址: numbers.map(path).join('\n') }, { button: '提交', files: { 证明: pdf } }));
  return [who, where];
}

async function rule(title, measure, more = {}) {
  const queue = await world.officer.get('/desk/cases?kind=finding');
  const [, href] = queue.text.match(new RegExp(`href="(/desk/cases/\\d+)"[^>]*>[^<]*${title}`));
  must(await world.officer.submit(href, {}, { button: '领取' }));
  must(await world.officer.submit(href, { 处置措施: measure, 理由: `关于${title}的理由`, ...more }, { button: '作出决定' }));
  return href;
}
const facts = { 依据: '平台管理规则', 严重程度: '不良', 事实: '同一幅图。' };

before(async () => {
  site = await startSite();
  world = await openAccount(site);
  compliance = await staff(site, world.boss, '15400000096', ['合规专员'], '合规');
});
after(() => site.stop());

test('anybody with a proved number complains; what is missing is said until it is complete', async () => {
  const no = await publish('桥上的雨');
  [holder, at] = await begin('15400000101');
  assert.match(words(await site.person().get(path(no) + '/report')), /走权利人投诉/);
  must(await holder.submit(at, { 著作权: true, 文章地址: `https://elsewhere.example${path(no)}`, 什么权利: '摄影作品' }, { button: '提交' }));
  const page = await holder.get(at);
  number = words(page).match(/投诉编号 (\d{12})/)[1];
  assert.match(words(page), /还缺： 权利人的姓名或名称 地址和联系方式 文章地址.*侵权的事实和理由 初步证明 对真实性的保证/);
  assert.match(page.text, /摄影作品<\/textarea>/, 'the form comes back filled in');
  assert.doesNotMatch(words(await world.operator.get(`/console/${world.handle}/rights`)), /桥上的雨/);
  const bad = must(await holder.submit(at, full, { button: '提交', files: { 证明: ['x.png', 'image/png', Buffer.from('no picture')] } }), 422);
  assert.match(bad.text, /field-error/);
  must(await holder.submit(at, { ...full, 文章地址: site.base + path(no) }, { button: '提交', files: { 证明: pdf } }));
  assert.match(words(await holder.get(at)), /已受理.*桥上的雨.*等待审理/);
  assert.equal((await site.person().get('/rights/c/abcdefghijklmnopqrstuvwxyzabcdef')).status, 404);
});

test('the operator gets it with the name and the proof, and not the address', async () => {
  assert.match(words(await world.operator.get('/me/notices')), /有权利人投诉“桥上的雨”/);
  const list = await world.operator.get(`/console/${world.handle}/rights`);
  const [, one] = list.text.match(/href="(\/console\/[^"]+\/rights\/\d+)"/);
  const page = await world.operator.get(one);
  assert.match(words(page), /影像工作室.*第二幅图未经许可/);
  assert.doesNotMatch(page.text, /某路 9 号/);
  const [file] = page.text.match(new RegExp(`${one}/file/\\d+`));
  assert.equal((await world.operator.get(file)).bytes.toString(), pdf[2].toString());
  assert.equal((await world.operator.get(one.replace(/\d+$/, '77'))).status, 404);
  assert.equal((await compliance.get(one)).status, 403, 'not a member');
});

test('removed, told to both with reasons; countered, forwarded back; the time passes: restored', async () => {
  const href = await rule('桥上的雨', '移除文章', facts);
  assert.match(words(await world.officer.get(href)), /第二幅图未经许可/, 'the case shows what the complaint says');
  await until(() => site.messages.some((m) => m.recipient === '15400000101' && m.text.includes(number)));
  assert.match(words(await holder.get(at)), /已采取措施：移除文章.*关于桥上的雨的理由/);
  const one = (await world.operator.get(`/console/${world.handle}/rights`)).text.match(/href="(\/console\/[^"]+\/rights\/\d+)"/)[1];
  const no = (await world.operator.get(one)).text.match(new RegExp(`/a/${world.handle}/(\\d+)`))[1];
  assert.equal((await site.person().get(path(no))).status, 410);
  await wait(0);
  must(await world.operator.submit(one, { ...counter, 为什么没有侵权: '' }, { button: '提交反通知', files: { 证明: pdf } }), 422);
  must(await world.operator.submit(one, counter, { button: '提交反通知', files: { 证明: pdf } }));
  const page = await holder.get(at);
  assert.match(words(page), /是我拍的。.*张三.*河边 1 号/);
  await until(async () => (await site.person().get(path(no))).status === 200);
  assert.match(words(await holder.get(at)), /等待期满，已恢复/);
  await until(async () => /“桥上的雨”等待期满，已恢复/.test(words(await world.operator.get('/me/notices'))));
  await wait(15);
});

test('a suit within the waiting time keeps it down', async () => {
  const no = await publish('山里的雪');
  const [who, where] = await complain('15400000102', no);
  await rule('山里的雪', '移除文章', facts);
  assert.doesNotMatch(words(await who.get(where)), /已经起诉或向主管部门投诉/);
  const one = (await world.operator.get(`/console/${world.handle}/rights`)).text.match(/href="(\/console\/[^"]+\/rights\/\d+)"[^>]*>\s*山里的雪/)[1];
  must(await world.operator.submit(one, counter, { button: '提交反通知', files: { 证明: pdf } }));
  const suit = { 哪一篇: '山里的雪', '哪个法院或部门，什么案号': '某法院（2026）1 号' };
  must(await who.submit(where, suit, { button: '提交证明' }), 422);
  must(await who.submit(where, suit, { button: '提交证明', files: { 证明: pdf } }));
  assert.match(words(await who.get(where)), /已起诉或投诉，措施维持/);
  assert.match(words(await world.operator.get(one)), /某法院（2026）1 号/);
  assert.equal((await site.person().get(path(no))).status, 410);
  const desk = (await compliance.get('/desk/rights')).text.match(/href="(\/desk\/rights\/\d+)"/)[1];
  assert.match(words(await compliance.get(desk)), /影像工作室.*某路 9 号.*是我拍的/, 'both sides next to each other');
});

test('unfounded ones are cleared with reasons, and who makes them is limited', async () => {
  const no = await publish('湖面的风');
  const [who, where] = await complain('15400000103', no);
  await rule('湖面的风', '未发现问题');
  await until(async () => /未采取措施.*关于湖面的风的理由/.test(words(await who.get(where))));
  const one = (await world.operator.get(`/console/${world.handle}/rights`)).text.match(/href="(\/console\/[^"]+\/rights\/\d+)"[^>]*>\s*湖面的风/)[1];
  assert.doesNotMatch(words(await world.operator.get(one)), /提交反通知/);
  const desk = (await compliance.get('/desk/rights')).text.match(/href="(\/desk\/rights\/\d+)"/)[1];
  assert.equal((await world.operator.get(desk)).status, 403);
  must(await compliance.submit(desk, { 天数: '30', 理由: '' }, { button: '限制' }), 422);
  must(await compliance.submit(desk, { 天数: '30', 理由: '多次无根据' }, { button: '限制' }));
  assert.match(words(await who.get(where)), /不能提出新的投诉：多次无根据/);
  const again = site.person();
  const page = await again.submit('/rights/new', { 手机号: '15400000103' }, { button: '发送验证码' });
  if (page.status === 200) {
    const code = await site.code('15400000103');
    assert.match(words(must(await again.submit('/rights/new', { 短信验证码: code }, { button: '开始', page }), 422)), /暂时不能提出投诉/);
  }
});

test('a complaint that is taken back undoes what was done; users need no code', async () => {
  const no = await publish('井边的月');
  const reader = await site.member('', '读者');
  const sent = must(await reader.submit('/rights/new', {}, { button: '开始' }));
  must(await reader.submit(sent.location, { ...full, 文章地址: path(no) }, { button: '提交', files: { 证明: pdf } }));
  await rule('井边的月', '移除文章', facts);
  assert.equal((await site.person().get(path(no))).status, 410);
  const [, mine] = await until(async () => (await reader.get('/me/notices')).text.match(/href="(\/rights\/c\/\d+)"/));
  assert.equal((await site.person().get(mine)).status, 404);
  must(await reader.submit(mine, {}, { button: '撤回投诉' }));
  assert.equal((await site.person().get(path(no))).status, 200);
});

test('everybody sees figures, and nobody in them', async () => {
  const page = words(await site.person().get('/rights?fresh'));
  assert.match(page, /著作权/);
  assert.match(page, /反通知 2/);
  assert.match(page, /恢复 1/);
  assert.doesNotMatch(page, /影像工作室|张三/);
});

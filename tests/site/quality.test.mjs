// Second looks and known items: who is given them, that nothing comes of an answer, what the
// editor-in-chief reads about agreement, and what a third makes of two answers (A5.5).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site, boss, operator, reviewer, second, chief, compliance, handle, list;
const demo = (...args) => demoData(site.data, ...site.db, ...args);

async function login(rows, role, nth = 0) {
  const row = rows.filter((l) => l.startsWith(role))[nth].split(/\s+/);
  const who = site.person();
  const first = await who.submit('/login', { 手机号: row[1], 密码: row[2] });
  if (row[3] !== '-') assert.equal((await who.submit(first.location, { 动态验证码: row[3] })).status, 303);
  return who;
}
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);
const claim = async (who, at) => must(await who.submit(at, {}, { button: '领取' }));
const rates = async (known, twice) => must(await boss.submit('/desk/provider', { '已知答案案件比例（%）': String(known), '双盲案件比例（%）': String(twice), 修改理由: '测试' }, { button: '保存' }));
const facts = { 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '第二段写有收费办法。', 理由: '违反管理规则。' };

async function raise(no, family = '诈骗') {
  const sent = await compliance.submit(`/desk/raise/${handle}/${no}`, { 线索来源: '工作人员发现', 类别: family, 发现了什么: '有问题' }, { button: '提出线索' });
  return must(sent).location;
}
// Turns to the next case until one about this title comes that is not `but`.
async function turnTo(who, title, but) {
  for (let i = 0; i < 12; i++) {
    const { location } = must(await who.submit('/desk', {}, { button: '处理下一件' }));
    const page = await who.get(location);
    if (location !== but && page.text.includes(title)) return page;
    must(await who.submit(location, {}, { button: '放回队列' }).catch(() => ({ status: 303 })));
  }
  throw new Error(`never given: ${title}`);
}

before(async () => {
  site = await startSite();
  demo();
  const rows = demo('--show').split('\n');
  [operator, reviewer, second] = [await login(rows, 'operator'), await login(rows, 'reviewer'), await login(rows, 'reviewer', 1)];
  [boss, chief, compliance] = [await login(rows, 'sysadmin'), await login(rows, 'editor_in_chief'), await login(rows, 'compliance')];
  handle = (await operator.get('/me/accounts')).text.match(/\/console\/([a-z0-9-]+)/)[1];
  list = (await site.person().api(`/accounts/${handle}/articles`)).data.articles;
});
after(() => site.stop());

test('the draw follows from the number of the case: at 2 and 5 per cent as published', () => {
  const place = (id) => Number(createHash('sha256').update(`gongqi qa ${id}`).digest().readBigUInt64BE() % 100n);
  assert.equal(place(15), 8); // as src/qa/qa_test.c has it
});

test('figures are for the editor-in-chief, by reviewer, policy, template and month, and as CSV', async () => {
  must(await reviewer.get('/desk/agreement'), 403);
  for (const by of ['reviewer', 'policy', 'template', 'month']) {
    const page = must(await chief.get(`/desk/agreement?by=${by}`), 200);
    assert.match(words(page), /一致率/);
    assert.match(words(page), /\d+\s*% \(\d+–\d+\s*%, \d+\)/, by);
  }
  assert.match(words(await chief.get('/desk/agreement?by=policy')), /文章/);
  const csv = must(await chief.get('/desk/agreement.csv?by=reviewer'), 200);
  assert.match(csv.text, /"审核员","双盲件数","一致件数"/);
  assert.ok(csv.text.split('\r\n').length >= 3, csv.text);
});

test('a second look is like the case, and its answer changes nothing', async () => {
  await rates(0, 100);
  const a = list[4];
  const at = await raise(a.no);
  await claim(reviewer, at);
  const page = await turnTo(second, a.title, at);
  const plainly = (p) => words(p).replace(/\d+ (秒|分钟|小时)[前后]?/g, '').replace(/领取至[^。]*/g, '');
  assert.doesNotMatch(plainly(page), /双盲|一致性|范例/);
  const own = await reviewer.get(at);
  assert.equal((page.text.match(/<h2[^>]*>/g) || []).length, (own.text.match(/<h2[^>]*>/g) || []).length, 'the same parts');
  assert.match(words(await second.get('/desk/cases?show=mine')), new RegExp(a.title.slice(0, 8)));
  must(await reviewer.get(page.path), 404);
  const notices = words(await operator.get('/me/notices'));
  const answered = must(await second.submit(page.path, { 处置措施: '移除文章', ...facts }, { button: '作出决定' }));
  assert.match(words(await second.get(answered.location)), /已|结束/);
  must(await site.person().get(`/a/${handle}/${a.no}`), 200);
  assert.equal(words(await operator.get('/me/notices')), notices);
  must(await second.submit(page.path, {}, { button: '处理下一件' }));
  must(await reviewer.submit(at, { 处置措施: '未发现问题', 理由: '没有问题。' }, { button: '作出决定' }));
  const board = await chief.get('/desk/agreement');
  const one = board.text.match(new RegExp(`href="(/desk/agreement/\\d+)"[^>]*>\\s*${a.title.slice(0, 6)}`))[1];
  const differs = must(await chief.get(one), 200);
  assert.match(words(differs), /未发现问题.*移除文章/);
  must(await chief.submit(one, {}, { button: '裁断' }), 422);
  must(await chief.submit(one, { 第二人成立: true, 理由: '第二段确有收费办法。' }, { button: '裁断' }));
  const settled = await chief.get(one);
  assert.match(words(settled), /裁断结果/);
  const opened = settled.text.match(/href="(\/desk\/cases\/\d+)">因此打开的案件/)[1];
  assert.notEqual(opened, at);
  must(await chief.get(opened), 200);
  await rates(2, 5);
});

test('an example is mixed in as a known item; a wrong answer counts, and nothing else happens', async () => {
  const at = await raise(list[2].no, '赌博');
  await claim(reviewer, at);
  assert.doesNotMatch((await reviewer.get(at)).text, /标为范例/);
  const ruled = must(await reviewer.submit(at, { 处置措施: '限制传播', ...facts }, { button: '作出决定' })).location;
  must(await chief.submit(at, {}, { button: '标为范例（已知答案）' }));
  assert.match(words(await chief.get(at)), /已标为范例/);
  assert.match(ruled, /rulings/);
  await rates(100, 0);
  const known = async () => (await chief.get('/desk/agreement.csv?by=month')).text.split('\r\n').slice(1, -1).reduce((n, l) => n + Number(l.split(',')[6].replace(/"/g, '')), 0);
  const [count, notices, cases] = [await known(), words(await operator.get('/me/notices')), (await chief.get('/desk/cases?show=decided')).text.match(/\/desk\/cases\/\d+/g).length];
  const real = await raise(list[3].no, '谣言、不实信息');
  await claim(second, real);
  const { location } = must(await second.submit('/desk', {}, { button: '处理下一件' }));
  const page = must(await second.get(location), 200);
  assert.notEqual(location, real);
  assert.doesNotMatch(words(page), /双盲|一致性|范例|已处理|限制传播。/);
  const ruling = page.text.includes('作出决定');
  if (ruling) must(await second.submit(location, { 处置措施: '移除文章', ...facts }, { button: '作出决定' }));
  else must(await second.submit(location, { 告知对方的说明: '应先补充来源。' }, { button: '退回修改' }));
  assert.equal(await known(), count + 1);
  assert.equal(words(await operator.get('/me/notices')), notices);
  assert.equal((await chief.get('/desk/cases?show=decided')).text.match(/\/desk\/cases\/\d+/g).length, cases);
  must(await site.person().get(`/a/${handle}/${list[2].no}`), 200);
  await rates(2, 5);
  must(await chief.submit(at, {}, { button: '不再作范例' }));
  assert.doesNotMatch(words(await chief.get(at)), /已标为范例/);
});

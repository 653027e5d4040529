// From a report to a decision, its measures on every public surface, the second officer, the appeal
// and the report to the authority (A11.1 to A11.6, A13.1, A13.2).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let reversed;
let site, operator, reviewer, second, chief, compliance, reader, handle;
const demo = (...args) => demoData(site.data, ...site.db, ...args);

async function login(rows, role, nth = 0) {
  const row = rows.filter((l) => l.startsWith(role))[nth].split(/\s+/);
  const who = site.person();
  const first = await who.submit('/login', { 手机号: row[1], 密码: row[2] });
  if (row[3] !== '-') assert.equal((await who.submit(first.location, { 动态验证码: row[3] })).status, 303);
  return who;
}

async function until(what) {
  for (let i = 0; i < 150; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}

const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);
const claim = async (who, at) => must(await who.submit(at, {}, { button: '领取' }));
const facts = { 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '第二段写有收费办法。', 理由: '违反管理规则。' };

// Raises a finding as staff and answers the address of its case.
async function raise(thing, family = '诈骗') {
  const sent = await compliance.submit(`/desk/raise/${thing}`, { 线索来源: '工作人员发现', 类别: family, 发现了什么: '有问题' }, { button: '提出线索' });
  return must(sent).location;
}

// The case of the appeal whose text says this.
async function appealThat(says) {
  const queue = await second.get('/desk/cases?kind=appeal');
  for (const [, at] of queue.text.matchAll(/href="(\/desk\/cases\/\d+)"/g)) if (says.test(words(await second.get(at)))) return at;
  throw new Error(`no appeal says ${says}`);
}

before(async () => {
  site = await startSite();
  demo();
  const rows = demo('--show').split('\n');
  [operator, reviewer, second] = [await login(rows, 'operator'), await login(rows, 'reviewer'), await login(rows, 'reviewer', 1)];
  [chief, compliance, reader] = [await login(rows, 'editor_in_chief'), await login(rows, 'compliance'), await login(rows, 'reader')];
  handle = (await operator.get('/me/accounts')).text.match(/\/console\/([a-z0-9-]+)/)[1];
});
after(() => site.stop());

const articles = async () => (await site.person().api(`/accounts/${handle}/articles`)).data.articles;

test('anybody reports, also without login: a receipt, one case for all reports, and its fate', async () => {
  const [, , , , { no }] = await articles();
  const nobody = site.person();
  const form = await nobody.get(`/a/${handle}/${no}/report`);
  assert.match(words(form), /举报人的身份不会告诉被举报人/);
  must(await nobody.submit(`/a/${handle}/${no}/report`, {}, { button: '提交举报' }), 422);
  const sent = must(await nobody.submit(`/a/${handle}/${no}/report`, { 赌博: true, 补充说明: '像是赌博广告' }, { button: '提交举报' }));
  assert.match(sent.location, /^\/report\/\d{12}$/);
  assert.match(words(await nobody.get(sent.location)), /待处理/);
  must(await reader.submit(`/a/${handle}/${no}/report`, { 赌博: true, 补充说明: '我也觉得' }, { button: '提交举报' }));
  const queue = await reviewer.get('/desk/cases?kind=finding');
  const title = (await articles()).find((a) => a.no === no).title;
  const hits = [...queue.text.matchAll(/href="(\/desk\/cases\/\d+)"[^>]*>([^<]*)/g)].filter((m) => m[2].includes(title));
  assert.equal(hits.length, 1, 'one case for both');
  const shown = await reviewer.get(hits[0][1]);
  assert.match(words(shown), /像是赌博广告.*我也觉得/);
  assert.doesNotMatch(words(shown), /读者阿木/);
  await claim(reviewer, hits[0][1]);
  must(await reviewer.submit(hits[0][1], { 处置措施: '未发现问题', 理由: '只是介绍历史。' }, { button: '作出决定' }));
  assert.match(words(await nobody.get(sent.location)), /未发现违规/);
  assert.equal((await nobody.get('/report/000000000000')).status, 404);
});

test('removal is in force on every surface at once, is read back, and says why', async () => {
  const list = await articles();
  const a = list.find((x) => x.cover);
  const at = `/a/${handle}/${a.no}`;
  const surfaces = ['/', `/c/${a.category}`, `/a/${handle}`, '/atom.xml', '/feed.json', `/a/${handle}/atom.xml`, `/a/${handle}/feed.json`, `/c/${a.category}/atom.xml`, `/search?q=${encodeURIComponent(a.title)}`, `/api/v1/accounts/${handle}/articles`];
  const link = new RegExp(`${at}(?![0-9])`);
  const shows = async (path) => link.test((await site.person().get(path)).text);
  const sitemap = (await site.person().get('/sitemap.xml')).text.match(/\/sitemap\/articles[^<]*/)[0];
  for (const path of [`/a/${handle}`, `/a/${handle}/atom.xml`, sitemap]) assert.ok(await shows(path), `${path} shows it before`);
  for (const path of surfaces) await site.person().get(path); // into the page cache
  must(await site.person().get(at), 200);
  const picture = a.cover;
  must(await site.person().get(picture), 200);
  const page = await raise(`${handle}/${a.no}`);
  await claim(reviewer, page);
  const bypass = await reviewer.send(`${page}/decide`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.base }, body: `verdict=approve&_csrf=${encodeURIComponent((await reviewer.get(page)).text.match(/name="_csrf" value="([^"]*)"/)[1].replace(/&amp;/g, '&'))}` });
  must(bypass, 403);
  must(await reviewer.submit(page, { 处置措施: '移除文章', ...facts, 事实: '' }, { button: '作出决定' }), 422);
  const lost = await second.submit(page, {}, { button: '处理下一件' });
  assert.notEqual(lost.location, page, 'a claimed case is not given out twice');
  const done = must(await reviewer.submit(page, { 处置措施: '移除文章', ...facts }, { button: '作出决定' }));
  assert.match(done.location, /^\/desk\/rulings\/\d+$/);
  for (const path of [...surfaces, sitemap]) assert.equal(await shows(path), false, `${path} after`);
  const stone = must(await site.person().get(at), 410);
  assert.match(words(stone), /诈骗/);
  assert.equal((await site.person().api(`/articles/${handle}/${a.no}`)).status, 404);
  must(await site.person().get(`/oembed?url=${encodeURIComponent(at)}`), 404);
  must(await site.person().get(`${at}/versions`), 410);
  must(await site.person().get(`${at}/v/1`), 410);
  must(await site.person().get(picture), 410);
  must(await site.person().get(picture.replace(/(\.w\d+\.webp)?$/, '.w270.webp')), 410);
  must(await reviewer.get(picture), 200);
  const ruling = await until(async () => {
    const shown = await reviewer.get(done.location);
    return /\d+\.\d{3} s/.test(words(shown)) && shown;
  });
  assert.doesNotMatch(words(ruling), /仍见于/);
  const statement = JSON.parse((await reviewer.get(`${done.location}/statement.json`)).text);
  assert.match(statement.zh, /依据：平台管理规则，第 \d+ 版/);
  assert.match(statement.en, /You can appeal/);
  assert.deepEqual(statement.dsa.decision_visibility, ['DECISION_VISIBILITY_CONTENT_REMOVED']);
  assert.equal(statement.dsa.automated_detection, 'No');
  assert.equal((await reviewer.submit(page, {}, { button: '处理下一件' })).status, 303);
});

test('the operator is told and appeals once; somebody else reverses, and all is as it was', async () => {
  const count = (await site.person().api(`/accounts/${handle}`)).data.articles;
  const told = (await operator.get('/me/notices')).text.match(/href="(\/me\/rulings\/\d+)"/)[1];
  const mine = must(await operator.get(told), 200);
  assert.match(words(mine), /第二段写有收费办法.*违反管理规则/);
  must(await reader.get(told), 404);
  const id = told.split('/').pop();
  reversed = `/desk/rulings/${id}`;
  assert.match(words(await reviewer.get(`/desk/rulings/${id}`)), /阅读时间/);
  assert.doesNotMatch(words(await reviewer.get(`/desk/rulings/${id}`)), /林晓舟 \S+ 未读/);
  must(await operator.submit(told, {}, { button: '提交申诉' }), 422);
  must(await operator.submit(told, { 申诉理由: '收费办法是引文。' }, { button: '提交申诉' }));
  assert.doesNotMatch((await operator.get(told)).text, /提交申诉/);
  const at = await appealThat(/收费办法是引文/);
  must(await reviewer.submit(at, {}, { button: '领取' }), 403);
  await claim(second, at);
  must(await second.submit(at, { 处理结果: '撤销原决定' }, { button: '作出决定' }), 422);
  must(await second.submit(at, { 处理结果: '撤销原决定', 处理理由: '确为引文。' }, { button: '作出决定' }));
  const path = words(mine).match(/地址：(\/a\/[a-z0-9-]+\/\d+)/)[1];
  must(await site.person().get(path), 200);
  assert.equal((await site.person().api(`/accounts/${handle}`)).data.articles, count + 1);
  assert.match(words(await operator.get(told)), /撤销原决定.*确为引文/);
  const cover = (await articles()).find((a) => path.endsWith(`/${a.no}`)).cover;
  must(await site.person().get(cover), 200);
  assert.match(words(await compliance.get('/desk/reports')), /更正报告/);
});

test('a limited article is read at its address only', async () => {
  const a = (await articles()).find((x) => x.no > 0 && x.cover);
  const at = `/a/${handle}/${a.no}`;
  const page = await raise(`${handle}/${a.no}`, '标题党、诱导');
  await claim(second, page);
  must(await second.submit(page, { 处置措施: '限制传播', ...facts, 严重程度: '不良', '期限（天）': '7' }, { button: '作出决定' }));
  const shows = async (path) => new RegExp(`${at}(?![0-9])`).test((await site.person().get(path)).text);
  must(await site.person().get(at), 200);
  assert.ok(await shows(`/a/${handle}`));
  for (const path of ['/', `/c/${a.category}`, '/atom.xml', `/a/${handle}/feed.json`, `/search?q=${encodeURIComponent(a.title)}`]) assert.equal(await shows(path), false, path);
});

test('exactly the named functions are refused', async () => {
  const page = await raise(handle, '数据造假、刷量');
  await claim(reviewer, page);
  const wish = { 处置措施: '限制功能', ...facts, '期限（天）': '7' };
  must(await reviewer.submit(page, wish, { button: '作出决定' }), 422);
  must(await reviewer.submit(page, { ...wish, 修改资料: true }, { button: '作出决定' }));
  const changed = await operator.submit(`/console/${handle}/profile`, { 账号介绍: '另一句介绍' });
  assert.match(words(changed), /处置|限制/);
  assert.ok(changed.status >= 400);
  must(await operator.submit(`/console/${handle}/articles/new`, { 标题: '还可以写' }, { button: '写文章' }));
});

test('a reversal opens a sweep over decisions of the same origin; each is looked at again by somebody else', async () => {
  assert.match((await chief.get(reversed)).text, /\/sweep"/);
  const list = must(await chief.get(`${reversed}/sweep`), 200);
  const boxes = [...list.text.matchAll(/name="(r\d+)"/g)].map((m) => m[1]);
  assert.ok(boxes.length >= 2, words(list).slice(0, 600));
  assert.match(words(list), /理由相同/);
  const csrf = list.text.match(/name="_csrf" value="([^"]*)"/)[1].replace(/&amp;/g, '&');
  const post = (body) => chief.send(`${reversed}/sweep`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.base }, body: `_csrf=${encodeURIComponent(csrf)}${body}` });
  assert.match(words(must(await post(''), 422)), /至少选一件/);
  must(await post(`&${boxes[0]}=1`));
  assert.equal([...(await chief.get(`${reversed}/sweep`)).text.matchAll(/name="(r\d+)"/g)].length, boxes.length - 1);
  const at = await appealThat(/依职权复查/);
  must(await chief.submit(at, {}, { button: '领取' }), 403);
});

test('closing takes two, one of them the editor-in-chief; the closed account still appeals', async () => {
  const page = await raise(handle, '冒充、假冒账号');
  await claim(reviewer, page);
  must(await reviewer.submit(page, { 处置措施: '关闭账号', ...facts }, { button: '作出决定' }));
  must(await site.person().get(`/a/${handle}`), 200);
  assert.match(words(await reviewer.get(page)), /等待第二人/);
  must(await reviewer.submit(page, {}, { button: '领取' }), 403);
  const csrf = (await reviewer.get(page)).text.match(/name="_csrf" value="([^"]*)"/)[1].replace(/&amp;/g, '&');
  const own = await reviewer.send(`${page}/second`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.base }, body: `answer=approve&_csrf=${encodeURIComponent(csrf)}` });
  must(own, 403);
  await claim(second, page);
  must(await second.submit(page, {}, { button: '同意并执行' }), 403);
  must(await second.submit(page, {}, { button: '放回队列' }));
  await claim(chief, page);
  const done = must(await chief.submit(page, {}, { button: '同意并执行' }));
  assert.match(words(await reviewer.get(done.location)), /两名审核人员/);
  assert.match(words(must(await site.person().get(`/a/${handle}`), 410)), /账号已被关闭.*冒充/);
  assert.equal((await site.person().api(`/accounts/${handle}`)).status, 404);
  assert.doesNotMatch((await site.person().get('/')).text, new RegExp(`/a/${handle}/`));
  const again = await raise(handle, '账号买卖、转借');
  await claim(second, again);
  must(await second.submit(again, { 处置措施: '暂停更新', ...facts, '期限（天）': '7' }, { button: '作出决定' }), 409);
  const told = (await operator.get('/me/notices')).text.match(/href="(\/me\/rulings\/\d+)"/)[1];
  must(await operator.submit(told, { 申诉理由: '没有冒充。' }, { button: '提交申诉' }));
  const at = await appealThat(/没有冒充/);
  must(await chief.submit(at, {}, { button: '领取' }), 403);
  await claim(second, at);
  must(await second.submit(at, { 处理结果: '撤销原决定', 处理理由: '名称经核准。' }, { button: '作出决定' }));
  must(await site.person().get(`/a/${handle}`), 200);
  assert.equal((await site.person().api(`/accounts/${handle}`)).status, 200);
});

test('reports to the authority: a draft with a clock, the package, the receipt once', async () => {
  const list = await compliance.get('/desk/reports');
  const at = list.text.match(/href="(\/desk\/reports\/\d+)"/)[1];
  const pack = JSON.parse((await compliance.get(`${at}/package.json`)).text);
  assert.equal(pack.package_type, 'violation_disposal_report');
  assert.ok(Date.parse(pack.due) - Date.now() <= 24 * 3600e3);
  must(await reviewer.get('/desk/reports'), 403);
  const form = await compliance.get(at);
  must(await compliance.submit(at, { 报送渠道: '省网信办系统', 回执号: 'R-1' }, { button: '登记报送' }));
  assert.match(words(await compliance.get(at)), /R-1/);
  must(await compliance.submit(at, { 报送渠道: '省网信办系统', 回执号: 'R-2' }, { button: '登记报送', page: form }), 422);
});

// Licences and qualifications (A7.2, A8.1): filing, review, what each opens, and what the gate says by
// page, API and import; reprints of articles of this platform (A10.2).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { citizenNumber, openAccount, pdf, startSite } from './drive.mjs';

let s, a, press, token;
const day = (n) => new Date(Date.now() + 8 * 3600e3 + n * 864e5).toISOString().slice(0, 10);
const must = (page) => (assert.equal(page.status, 303, page.words.slice(0, 900)), page);

function uscc() {
  const org = 'PDY00201';
  const all = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((n, w, i) => n + w * all.indexOf(org[i]), 0);
  const body = `91110199${org}${'0X987654321'[sum % 11]}`;
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  let weight = 1;
  const total = [...body].reduce((n, c) => { const add = letters.indexOf(c) * weight; weight = (weight * 3) % 31; return n + add; }, 0);
  return body + letters[(31 - (total % 31)) % 31];
}

// Takes the only open case that this person decides, and decides it.
async function decide(who, verdict, values = {}, kind = '') {
  const href = (await who.get(`/desk/cases?kind=${kind}`)).text.match(/href="(\/desk\/cases\/\d+)"/)[1];
  must(await who.submit(href, {}, { button: '领取' }));
  const shown = await who.get(href);
  must(await who.submit(href, values, { button: verdict }));
  return shown;
}

async function openPress() {
  const who = await s.person().signUp('15400000096', '新闻单位');
  const form = '/me/registrants/new/media';
  const values = { 单位全称: '云溪日报社', 代码类型: '统一社会信用代码', 单位代码: uscc(), 所在省份: '浙江', 法定代表人: '纪实', 运营者姓名: '李四', 运营者身份证号码: citizenNumber(2), 手机号码: '15400000097' };
  const page = await who.submit(form, values, { button: '获取验证码' });
  const registrant = must(await who.submit(form, { 短信验证码: await s.code('15400000097') }, { button: '提交认证', files: { 执照或证书: pdf, 授权书: pdf }, page })).location;
  await decide(a.officer, '通过');
  must(await who.submit(`${registrant}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' }));
  const chosen = (await who.get('/me/accounts/new')).text.match(/<option value="(\d+)"/)[1];
  must(await who.submit('/me/accounts/new', { 注册主体: chosen, 账号名称: '云溪早报', 账号地址: 'morning', 账号介绍: '早上的消息。', 时政新闻: true, 环境: true, 法律: true }, { button: '申请公众账号' }));
  await decide(a.officer, '通过');
  return who;
}

before(async () => {
  s = await startSite();
  a = await openAccount(s);
  press = await openPress();
  token = await press.token('morning');
  must(await a.boss.submit('/desk/provider', { 新闻信息传播平台许可证号: '33120260001', 修改理由: '测试' }, { button: '保存' }));
});
after(() => s?.stop());

const file = (who, handle, type, more = {}) => who.submit(`/console/${handle}/licences`, { 证件类型: type, 证件编号: '33120240007', 发证机关: '省网信办', 有效期起: day(-300), 有效期至: day(400), ...more }, { button: '提交审核', files: { 证件文件: pdf } });
const NEWS = { origin: 'original', news: true, place: '云溪', happened: day(-1) };
const REPRINT = { ...NEWS, origin: 'reprint', source: '山海日报', source_url: 'https://news.example.cn/1', source_title: '原题', source_author: '记者' };
const post = (json, auth = token, handle = 'morning') => s.person().api(`/accounts/${handle}/articles`, { token: auth, json: { title: '消息', category: 'news', markdown: '正文。', publish: true, ...json } });

// The same refusal by all ways in: API, form, import.
async function refused(reason, { handle = 'morning', who = press, auth = token, category = ['news', '时政新闻'], declarations = NEWS, page = {}, words }) {
  const sent = await post({ category: category[0], declarations }, auth, handle);
  assert.equal(sent.status, 403, sent.text);
  assert.equal(sent.data.error.reason, reason);
  const made = await who.submit(`/console/${handle}/articles/new`, { 标题: '消息' });
  const shown = await who.submit(made.location, { 标题: '消息', 类别: category[1], 正文: '正文。', ...page }, { button: '保存并提交' });
  assert.equal(shown.status, 422, shown.words);
  assert.match(shown.words, words);
  const dir = mkdtempSync(join(tmpdir(), 'gongqi-licence-'));
  writeFileSync(join(dir, 'a.md'), `title: 消息\ncategory: ${category[0]}\n${Object.entries(declarations).map(([k, v]) => `${k}: ${v === true ? 'yes' : v}`).join('\n')}\n\n正文\n`);
  assert.throws(() => s.command('import', 'markdown', dir, '--account', handle), (e) => new RegExp(reason).test(e.stdout + e.stderr));
  rmSync(dir, { recursive: true });
}
const NEWS_PAGE = { 原创或转载: '原创', 发生地点: '云溪', 发生时间: day(-1) };
const REPRINT_PAGE = { ...NEWS_PAGE, 原创或转载: '转载', 来源名称: '山海日报', 原文网址: REPRINT.source_url, 原文题名: '原题', 原文作者: '记者' };

test('A8.1: news names its place and time', async () => {
  const sent = await post({ declarations: { origin: 'original' } });
  assert.equal(sent.status, 422);
  assert.equal(sent.data.error.reason, 'place_required');
});

test('A8.1: without a licence news is refused: page, API, import; also when only declared in another category', async () => {
  await refused('licence_required', { page: NEWS_PAGE, words: /还没有通过核验的证件/ });
  const other = await post({ category: 'environment', declarations: NEWS });
  assert.equal(other.data.error.reason, 'licence_required');
});

test('a person holds no news licence; dates are checked; nobody is licensed by filing', async () => {
  const person = await file(a.operator, 'riverside', '互联网新闻信息转载服务许可');
  assert.equal(person.status, 422);
  assert.match(person.errors.join(), /只发给单位/);
  const long = await file(press, 'morning', '互联网新闻信息转载服务许可', { 有效期至: day(2000) });
  assert.match(long.errors.join(), /最长三年/);
  const over = await file(press, 'morning', '互联网新闻信息转载服务许可', { 有效期至: day(-2) });
  assert.match(over.errors.join(), /已经到期/);
  must(await file(press, 'morning', '互联网新闻信息转载服务许可'));
  assert.match((await file(press, 'morning', '互联网新闻信息转载服务许可')).errors.join(), /正在审核/);
  await refused('licence_required', { page: REPRINT_PAGE, declarations: REPRINT, words: /还没有通过核验的证件/ });
});

test('news licences take two: the reviewer, then the editor-in-chief; a returned one says why', async () => {
  const seen = await decide(a.officer, '通过', {}, 'licence');
  assert.match(seen.words, /33120240007/);
  const doc = seen.text.match(/\/desk\/licences\/\d+\/\d+\/file/)[0];
  assert.match((await a.officer.get(doc)).text, /^%PDF/);
  assert.equal((await press.get(doc)).status, 403, 'nobody else reads the document');
  const half = await post({ declarations: REPRINT });
  assert.equal(half.data.error.reason, 'licence_required', 'not in force before the countersignature');
  const second = await decide(a.chief, '通过', {}, 'news_licence');
  assert.match(second.words, /总编辑复核/);
  assert.match((await press.get('/me/notices')).words, /33120240007 的许可或资质已通过核验/);
});

test('A8.1: a reprint licence opens reprints from listed sources only, and no original news', async () => {
  await refused('source_not_listed', { page: REPRINT_PAGE, declarations: REPRINT, words: /名单/ });
  must(await a.chief.submit('/desk/news-sources', { 单位名称: '山海日报', 网站域名: 'example.cn' }, { button: '加入名单' }));
  assert.match((await s.person().get('/news-sources')).words, /山海日报/);
  const other = await post({ declarations: { ...REPRINT, source_url: 'https://example.cn.evil.example/1' } });
  assert.equal(other.data.error.reason, 'source_not_listed', 'another host');
  const nameless = await post({ declarations: { ...REPRINT, source_author: '' } });
  assert.equal(nameless.data.error.reason, 'news_source_required');
  const ok = await post({ declarations: REPRINT });
  assert.equal(ok.status, 201, ok.text);
  assert.equal(ok.data.state, 'published');
  await refused('licence_required', { page: NEWS_PAGE, words: /还没有通过核验的证件/ });
});

test('the editing licence opens original news; the public sees the licence on page and in JSON', async () => {
  must(await file(press, 'morning', '互联网新闻信息采编发布服务许可', { 证件编号: '33120240008' }));
  await decide(a.officer, '通过', {}, 'licence');
  await decide(a.chief, '通过', {}, 'news_licence');
  const ok = await post({ declarations: NEWS });
  assert.equal(ok.status, 201, ok.text);
  assert.match((await s.person().get(`/a/morning/${ok.data.no}`)).text, /新闻信息<\/summary>/);
  const account = await s.person().get('/a/morning');
  assert.match(account.words, /采编发布服务许可.*33120240008/);
  assert.deepEqual((await s.person().api('/accounts/morning')).data.licences.map((l) => l.type), ['news_reprint', 'news_editing']);
});

test('A8.1: without the platform’s own licence nobody publishes news', async () => {
  must(await a.boss.submit('/desk/provider', { 新闻信息传播平台许可证号: '', 修改理由: '测试' }, { button: '保存' }));
  await refused('news_platform_closed', { page: NEWS_PAGE, words: /传播平台服务许可/ });
  must(await a.boss.submit('/desk/provider', { 新闻信息传播平台许可证号: '33120260001', 修改理由: '测试' }, { button: '保存' }));
});

test('A7.2: an ended licence closes the gate at once, with its own reason; the operator is told why', async () => {
  const list = await a.chief.get('/desk/licences?status=valid');
  const hrefs = [...list.text.matchAll(/href="(\/desk\/licences\/\d+\/\d+)"/g)].map((m) => m[1]);
  for (const href of new Set(hrefs)) must(await a.chief.submit(href, { 原因: '发证机关已注销' }, { button: '终止' }));
  await refused('licence_expired', { page: NEWS_PAGE, words: /到期或终止/ });
  assert.match((await press.get('/me/notices')).words, /发证机关已注销/);
  assert.doesNotMatch((await s.person().get('/a/morning')).words, /33120240008/);
  assert.equal((await a.officer.send(hrefs[0], { method: 'POST', body: new URLSearchParams() })).status, 403, 'reviewers end none');
});

test('A7.2: professional fields need a qualification when the rules after 2017 apply, and only then', async () => {
  const law = () => post({ category: 'law', declarations: {} });
  assert.equal((await law()).status, 201);
  must(await a.boss.submit('/desk/provider', { 适用规定: '2017+', 修改理由: '测试' }, { button: '保存' }));
  await refused('licence_required', { category: ['law', '法律'], declarations: {}, words: /还没有通过核验的证件/ });
  must(await file(press, 'morning', '法律领域资质', { 有效期至: '' }));
  await decide(a.officer, '通过', {}, 'licence');
  assert.equal((await law()).status, 201, 'one officer is enough, no end is fine');
  assert.match((await press.get('/console/morning/licences')).words, /长期/);
});

test('A7.2: a licence that is returned leaves the gate closed and says what is missing', async () => {
  must(await file(press, 'morning', '健康领域资质'));
  await decide(a.officer, '退回修改', { 告知对方的说明: '看不清编号。' }, 'licence');
  const page = await press.get('/console/morning/licences');
  assert.match(page.words, /需要补充 · 看不清编号/);
  const renew = page.text.match(/\?renew=\d+/)[0];
  assert.match((await press.get(`/console/morning/licences${renew}`)).text, /value="33120240007"/);
});

test('A10.2: a platform article is reprinted only by those whom its account named, and links to it', async () => {
  const own = await post({ title: '河上的雾', category: 'environment' }, a.token, 'riverside');
  const url = `${s.base}/a/riverside/${own.data.no}`;
  const declarations = { origin: 'reprint', source: '河岸观察', source_url: `/a/riverside/${own.data.no}` };
  await refused('reprint_not_permitted', { category: ['environment', '环境'], declarations, page: { 原创或转载: '转载', 来源名称: '河岸观察', 原文网址: url }, words: /没有允许你转载/ });
  const wrong = await a.operator.submit('/console/riverside/reprints', { 账号地址: 'nobody' }, { button: '允许转载' });
  assert.match(wrong.errors.join(), /没有这个账号/);
  must(await a.operator.submit('/console/riverside/reprints', { 账号地址: 'morning' }, { button: '允许转载' }));
  const ok = await post({ category: 'environment', declarations: { ...declarations, source_url: url } });
  assert.equal(ok.status, 201, ok.text);
  assert.match((await s.person().get(`/a/morning/${ok.data.no}`)).text, new RegExp(`href="/a/riverside/${own.data.no}"`));
  must(await a.operator.submit('/console/riverside/reprints', {}, { button: '取消对“云溪早报”的授权' }));
  assert.equal((await post({ category: 'environment', declarations })).data.error.reason, 'reprint_not_permitted');
});

test('every step is in the record', () => {
  assert.doesNotThrow(() => s.command('check'));
});

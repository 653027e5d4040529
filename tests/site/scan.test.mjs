// Rules of the scan: written, tried, back-tested, put into force by somebody else, asked at every
// submission and of what is public already (A11.1, A11.2). Only neutral words.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';

let site, at, second;
before(async () => {
  site = await startSite();
  at = await openAccount(site);
  second = await staff(site, at.boss, '15400000191', ['合规专员'], '合规乙');
  for (let i = 0; i < 24; i++) await publish(`河水 ${i}`, '水面平静，没有什么特别的。');
  await publish('旧闻一则', '有人在岸边叫卖：加微芯领彩票大奖。');
});
after(() => site.stop());

const publish = (title, markdown) => site.person().api(`/accounts/${at.handle}/articles`, { token: at.token, json: { title, category: 'environment', markdown, publish: true } });
const rule = (values) => ({ 名称: '彩票', 类别: '赌博', 为什么: '测试', 命中后: '转人工审核', 词表: '领彩票\n加微信', ...values });
async function written(who, values, options = {}) {
  const page = await who.submit('/desk/scan/new', rule(values), { button: '保存为草稿', ...options });
  assert.equal(page.status, 303, words(page).slice(0, 600));
  return page.location;
}
const act = async (who, href, button, values = {}) => who.submit(href, values, { button });
async function settled(who, href) {
  for (let i = 0; i < 200; i++) {
    const page = await who.get(href);
    if (!/\/cancel\/\d+/.test(page.text)) return words(page);
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error('the pass does not end');
}
async function live(href) {
  for (const step of ['进入影子运行', '进入灰度', '批准生效']) {
    if (!(await second.get(href)).text.includes(step)) continue; // urgent: at once
    const approved = await act(second, href, step);
    assert.equal(approved.status, 303, words(approved).slice(0, 400));
  }
}

test('a rule is tried on a text, which marks the words where they stand', async () => {
  const page = await at.officer.submit('/desk/scan/new', rule({ 试一段文字: '大家好，加 微-信 吧' }), { button: '试一试' });
  assert.equal(page.status, 200);
  assert.match(page.text, /<mark>加 微-信<\/mark> 吧/);
  assert.match(words(page), /改写过/);
  assert.match(words(await at.officer.get('/desk/scan')), /还没有规则/, 'nothing was saved');
});

test('what is wrong is refused with its place', async () => {
  const refused = async (values, text, options = {}) => {
    const page = await at.officer.submit('/desk/scan/new', rule(values), { button: '保存为草稿', ...options });
    assert.equal(page.status, 422);
    assert.match(words(page), text);
    assert.match(page.text, /彩票/, 'comes back filled in');
  };
  await refused({ 词表: '正常的词\n字' }, /第 2 行：去掉符号后不足两个字/);
  await refused({ 条件: 'any(words) or not any("abc")' }, /会命中一切/);
  await refused({ 条件: 'length > 0' }, /会命中一切/);
  await refused({ 条件: 'any(words' }, /第 10 个字处：缺右括号/);
  await refused({ 条件: 'count(words)' }, /应有比较符号/);
  await refused({ 条件: 'every(words)' }, /第 1 个字处：不认识的写法/);
  await refused({ 词表: '' }, /词表是空的/);
  const file = (bytes) => ({ files: { 词表文件: ['list.txt', 'text/plain', bytes] } });
  await refused({}, /第 2 行不是 UTF-8（可能是 GBK）/, file(Buffer.concat([Buffer.from('好词\n'), Buffer.from([0xb2, 0xca, 0xc6, 0xb1, 10])])));
  await refused({}, /UTF-16/, file(Buffer.from('\ufeff好词\n', 'utf16le')));
});

test('from draft over back-test into force by somebody else; the old article is found by the rescan', async () => {
  const href = await written(at.chief, { 读音相同也算: true, 例外: '领彩票站公示' });
  assert.match(words(await at.chief.get(href)), /你是这个版本的作者/);
  const early = await act(second, href, '进入影子运行');
  assert.equal(early.status, 409);
  assert.match(words(early), /还没有回测/);
  assert.equal((await at.officer.get(href)).text.includes('/approve'), false, 'reviewers do not approve');
  await act(at.officer, href, '回测');
  const tested = await settled(at.officer, href);
  assert.match(tested, /已回测/);
  assert.match(tested, /回测 完成 1 25 \/ 25 1 1 0 1/);
  assert.match(tested, /旧闻一则 新增/);
  assert.match(tested, /预计每天进队列 0\.0/);
  const judged = await at.officer.submit(href, {}, { button: '命中正确' });
  assert.equal(judged.status, 303);
  assert.match(words(await at.officer.get(judged.location)), /准确率（按样本判断） 100 % \(21–100 %, 1\)/);
  assert.equal((await act(second, href, '进入影子运行')).status, 303);
  const noted = await publish('影子', '站长说领彩票大奖。');
  assert.equal(noted.data.state, 'published', 'in shadow nothing happens');
  assert.match(words(await second.get(href)), /影子命中 1/);
  const own = await act(at.chief, href, '进入灰度').catch((e) => e);
  assert.ok(own instanceof Error || own.status === 403, 'never by its author');
  await live(href);
  const done = await settled(second, href);
  assert.match(done, /重扫 完成 1 26 \/ 26 2/);
  const queue = words(await at.chief.get('/desk/cases'));
  assert.match(queue, /旧闻一则/, 'a case is open');
});

test('at submission a rule in force holds the article, and its review shows the words', async () => {
  const free = await publish('好天气', '领彩票站公示在村口。');
  assert.equal(free.data.state, 'published', 'an exception');
  const held = await publish('好消息', '快来，加徽❤信，領 彩-票！');
  assert.equal(held.data.state, 'held');
  assert.equal((await site.person().get(held.data.url)).status, 404);
  const list = await at.officer.get('/desk/cases');
  const href = list.text.match(/href="(\/desk\/cases\/\d+)"[^>]*>\s*好消息/)[1];
  const page = await at.officer.get(href);
  assert.match(page.text, /<mark>加徽❤信<\/mark>/);
  assert.match(page.text, /<mark>領 彩-票<\/mark>/);
  assert.match(words(page), /转人工审核 · 赌博 · 2 处/);
  assert.equal((await publish('谐音', '请家威信详谈')).data.state, 'held', 'the same sound');
  const tagged = await site.person().api(`/accounts/${at.handle}/articles`, { token: at.token, json: { title: '话题里', category: 'environment', markdown: '水面平静。', publish: true, tags: ['领彩票'] } });
  assert.equal(tagged.data.state, 'held', 'tags are text of the article');
  assert.equal((await publish('拼音', '请jia wei xin详谈')).data.state, 'held', 'spelled');
});

test('an urgent rule is in force at once; one that refuses says which class and passage', async () => {
  const href = await written(at.chief, { 名称: '紧急', 类别: '诈骗', 命中后: '拒绝提交', 词表: '先交保证金', 紧急: true });
  assert.equal((await publish('一', '要先交保证金的都别信')).data.state, 'published');
  await live(href);
  const now = await publish('二', '要先交保证金的都别信');
  assert.equal(now.status, 403);
  assert.equal(now.data.error.reason, 'scan_refused');
  const made = await at.operator.submit(`/console/${at.handle}/articles/new`, { 标题: '三' });
  const page = await at.operator.submit(made.location, { 标题: '三', 类别: '环境', 正文: '要先，交保证金' }, { button: '保存并提交' });
  assert.equal(page.status, 422);
  assert.match(words(page), /含有“诈骗”类内容：“先，交保证金”/);
  assert.doesNotMatch(words(page), /紧急/, 'nothing of the rule itself');
  assert.equal((await act(second, href, '停用', { 理由: '试完了' })).status, 303);
  assert.equal((await publish('四', '要先交保证金的都别信')).data.state, 'published');
});

test('the import asks the rules too', () => {
  const dir = mkdtempSync(join(tmpdir(), 'scan-'));
  writeFileSync(join(dir, '一.md'), 'title: 进口\ncategory: environment\n\n请加微信。\n');
  const out = site.command('import', 'markdown', dir, '--account', at.handle);
  assert.match(out, /held/);
});

test('a rule that finds half of everything does not come into force', async () => {
  const href = await written(at.chief, { 名称: '太宽', 词表: '水面平静' });
  await act(at.chief, href, '回测');
  await settled(at.chief, href);
  const page = await act(second, href, '进入影子运行');
  assert.equal(page.status, 409);
  assert.match(words(page), /范围太大/);
});

test('what rules are worth is counted by a job; the editor-in-chief also sees how officers fared', async () => {
  assert.equal((await second.submit('/desk/learning', {}, { button: '现在汇总' })).status, 303);
  let page;
  for (let i = 0; i < 100; i++) {
    page = await second.get('/desk/learning');
    if (/汇总于/.test(words(page))) break;
    await new Promise((r) => setTimeout(r, 100));
  }
  assert.match(words(page), /彩票 生效 · 版本 1 \d+ \d+/);
  assert.equal((await second.get('/desk/learning/officers')).status, 403);
  assert.match(words(await at.chief.get('/desk/learning/officers')), /申诉维持/);
});

test('a long list goes in and out as a file, and stays when a later version says nothing of it', async () => {
  const lines = [];
  for (let i = 0; i < 30000; i++) lines.push(`广告词${String.fromCodePoint(0x4e00 + (i % 5000))}${String.fromCodePoint(0x4e00 + Math.floor(i / 6))}`);
  const file = { 词表文件: ['list.txt', 'text/plain', Buffer.from('\ufeff' + lines.join('\r\n') + '\r\n')] };
  const href = await written(at.chief, { 名称: '长词表', 词表: '' }, { files: file });
  const out = await at.chief.get(`${href}/words.txt`);
  assert.equal(out.text, lines.join('\n') + '\n');
  const page = await at.chief.submit(`${href}/edit`, { 为什么: '改个名', 名称: '长词表二' }, { button: '保存为草稿' });
  assert.equal(page.status, 303, words(page).slice(0, 500));
  assert.equal((await at.chief.get(`${href}/words.txt`)).text, out.text);
  assert.match(words(await at.chief.get(href)), /版本 2/);
  const stale = await at.chief.submit(`${href}/edit`, { 为什么: '晚了', 名称: '长词表三' }, { button: '保存为草稿', page: await at.chief.get(`${href}/edit`) });
  assert.equal(stale.status, 303);
});

test('every step is a record, and outsiders see nothing', async () => {
  assert.equal((await at.operator.get('/desk/scan')).status, 403);
  assert.equal((await site.person().get('/desk/scan')).status, 303);
  const log = site.command('record', 'audit');
  assert.match(log, /0 differences/);
});

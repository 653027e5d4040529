// Rules in public, in force on a day, with differences and notice (A5.8); proposals that the
// editor-in-chief decides (A5.3); a new agreement signed again by a deadline (A5.9).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { admin, staff, startSite, words } from './drive.mjs';

let site, boss, chief, clerk;
const day = (days) => new Date(Date.now() + 8 * 3600e3 + days * 86400e3).toISOString().slice(0, 10);
const form = (text, at = day(0), note = '') => ({ 标题: '管理规则', '正文（Markdown）': text, 生效日期: at, 修改说明: note });

before(async () => {
  site = await startSite();
  boss = await admin(site);
  chief = await staff(site, boss, '15400000191', ['总编辑'], '总编辑甲');
  clerk = await staff(site, boss, '15400000192', ['合规专员'], '合规乙');
  await boss.submit('/desk/posts', { 人选: '总编辑甲', 任命文件号: '〔2026〕3 号' }, { button: '任命' });
});
after(() => site.stop());

test('a new installation begins with the standard texts', async () => {
  const empty = await chief.get('/desk/policies');
  assert.match(words(empty), /还没有公布任何规则/);
  assert.equal((await chief.submit('/desk/policies', {}, { button: '从标准文本开始' })).status, 303);
  const list = words(await site.person().get('/rules'));
  for (const name of ['服务协议', '管理规则', '平台公约', '个人信息说明', '未成年人保护规则', '用户注册管理制度']) assert.match(list, new RegExp(`${name} .*第 1 版`));
  assert.doesNotMatch(list, /应急处置|标准文本/);
  assert.match(words(await site.person().get('/rules/minors')), /不满十六周岁/);
});

test('internal rules are for staff only', async () => {
  assert.equal((await chief.submit('/desk/policies/emergency', { ...form('## 值守\n\n二十四小时'), 标题: '预案' }, { button: '公布' })).status, 303);
  assert.match(words(await clerk.get('/desk/policies/emergency/text')), /二十四小时/);
  assert.equal((await site.person().get('/rules/emergency')).status, 404);
  assert.equal((await site.person().get('/rules/emergency/1/source')).status, 404);
  assert.equal((await site.person().get('/desk/policies/emergency/text')).status, 303);
});

test('a proposal waits for the editor-in-chief, comes back with a reason, and is published when approved', async () => {
  assert.equal((await clerk.get('/desk/policies/rules')).status, 403);
  assert.equal((await clerk.submit('/desk/policies/rules/propose', form('## 一\n\n应当在三日内处理', day(8)), { button: '提请总编辑批准' })).status, 303);
  assert.match(words(await clerk.get('/desk/policies')), /正在等待总编辑批准/);
  const decide = async (verdict, reason) => {
    const queue = await chief.get('/desk/cases?kind=policy');
    const at = queue.text.match(/\/desk\/cases\/\d+/)[0];
    assert.equal((await clerk.get(at)).status, 403);
    const claimed = await chief.submit(at, {}, { button: '领取' });
    assert.equal(claimed.status, 303);
    const shown = await chief.get(at);
    assert.match(words(shown), /合规乙/);
    const done = await chief.submit(at, { 告知对方的说明: reason }, { button: verdict });
    assert.equal(done.status, 303, words(done));
  };
  await decide('退回修改', '请写明起算日');
  const back = await clerk.get('/desk/policies/rules/propose');
  assert.match(words(back), /没有通过：请写明起算日/);
  assert.match(back.text, /应当在三日内处理/);
  assert.match(words(await clerk.get('/me/notices')), /需要修改：请写明起算日/);
  assert.equal((await clerk.submit('/desk/policies/rules/propose', form('## 一\n\n应当自受理之日起五日内处理', day(8), '期限从受理起算'), { button: '提请总编辑批准' })).status, 303);
  await decide('通过', '');
  const now = words(await site.person().get('/rules/rules'));
  assert.match(now, /第 2 版将于 .* 起生效/);
  assert.doesNotMatch(now, /五日/);
});

test('a version is announced before it takes effect', async () => {
  const early = await chief.submit('/desk/policies/rules', form('## 一\n\n马上生效', day(2)), { button: '公布' });
  assert.equal(early.status, 422);
  assert.match(words(early), /须提前公示/);
  assert.match(early.text, /马上生效/);
  const yesterday = await chief.submit('/desk/policies/rules', form('x', day(-2)), { button: '公布' });
  assert.match(words(yesterday), /不能早于今天/);
});

test('differences: what went and what came, by character', async () => {
  assert.equal((await chief.submit('/desk/policies/rules', form('## 一\n\n应当自受理之日起七日内处理', day(9)), { button: '公布' })).status, 303);
  const page = await site.person().get('/rules/rules/3/diff');
  assert.equal(page.status, 200);
  assert.match(page.text, /自受理之日起<del>五<\/del>日内/);
  assert.match(page.text, /自受理之日起<ins>七<\/ins>日内/);
  assert.equal((await site.person().get('/rules/rules/3/diff?with=1')).status, 200);
  assert.equal((await site.person().get('/rules/rules/1/diff')).status, 404);
  assert.equal((await site.person().get('/rules/rules/3/diff?with=x')).status, 404);
});

test('the text in force on a day', async () => {
  const who = site.person();
  assert.match(words(await who.get(`/rules/rules?day=${day(8)}`)), /五日内/);
  assert.match(words(await who.get(`/rules/rules?day=${day(20)}`)), /七日内/);
  assert.match(words(await who.get('/rules/rules?day=2001-01-01')), /那一天还没有生效的文本/);
  assert.match(words(await who.get('/rules/rules?day=gestern')), /请填写正确的日期/);
});

test('the source has the hash that the page names', async () => {
  const page = words(await site.person().get('/rules/rules/1'));
  const source = await site.person().get('/rules/rules/1/source');
  assert.equal(createHash('sha256').update(source.bytes).digest('hex'), page.match(/[0-9a-f]{64}/)[0]);
});

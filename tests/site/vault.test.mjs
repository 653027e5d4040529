// Staff see masked values and the proof; a full number needs a reason and a second person, and its
// owner sees every look (A6.1). A reviewer's approval verifies (A6.2).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, pdf, staff, startSite, words } from './drive.mjs';

let site, reviewer, privacy, who, at, evidence, caseAt;
const number = citizenNumber(55);
before(async () => {
  site = await startSite();
  const boss = await admin(site);
  reviewer = await staff(site, boss, '15400000061', ['审核员'], '审核员甲');
  privacy = await staff(site, boss, '15400000062', ['个人信息保护负责人'], '保护人乙');
  who = await site.person().signUp('15400000063');
  const path = '/me/registrants/new/individual';
  const page = await who.submit(path, { 真实姓名: '诸葛孔明', 证件类型: '居民身份证', 证件号码: number, 所在省份: '四川', 手机号码: '15400000064' }, { button: '获取验证码' });
  at = (await who.submit(path, { 短信验证码: await site.code('15400000064') }, { button: '提交认证', files: { 证件照片: pdf }, page })).location;
});
after(() => site.stop());

test('the case shows masked values, proof and results', async () => {
  const desk = await reviewer.get('/desk');
  caseAt = desk.text.match(/\/desk\/cases\/\d+/)[0];
  const page = await reviewer.get(caseAt);
  assert.equal(page.status, 200, words(page));
  assert.match(words(page), /110199\*{8}/);
  assert.doesNotMatch(page.text, new RegExp(`${number}|诸葛孔明`));
  evidence = page.text.match(/\/desk\/evidence\/\d+\/\d+/)[0];
  const file = await reviewer.get(evidence);
  assert.equal(file.status, 200);
  assert.deepEqual(file.bytes, pdf[2]);
});

test('the proof is for reviewers only', async () => {
  assert.equal((await privacy.get(evidence)).status, 403);
  assert.equal((await who.get(evidence)).status, 403);
});

test('a full number: asked with a reason, allowed by somebody else, seen by its owner', async () => {
  const page = await reviewer.get(caseAt);
  const none = await reviewer.submit(caseAt, { 项目: '证件号码', 理由: '' }, { button: '提出申请', page });
  assert.equal(none.status, 422);
  const asked = await reviewer.submit(caseAt, { 项目: '证件号码', 理由: '核对照片上的号码' }, { button: '提出申请', page });
  assert.equal(asked.status, 303, words(asked));
  const mine = await reviewer.get('/desk/vault');
  assert.match(words(mine), /须由另一个人批准/);
  const approve = await privacy.submit('/desk/vault', {}, { button: '批准' });
  assert.equal(approve.status, 303, words(approve));
  const full = await reviewer.submit('/desk/vault', {}, { button: '查看完整内容' });
  assert.match(full.text, new RegExp(number));
  await assert.rejects(privacy.submit('/desk/vault', {}, { button: '查看完整内容' }), /no form/);
  const log = words(await who.get(at));
  assert.match(log, /查看了完整号码/);
  assert.match(log, /核对照片上的号码/);
  assert.match(log, /审核员甲/);
  const data = words(await who.get('/me/data'));
  assert.match(data, /审核员\s*证件号码（完整）\s*核对照片上的号码\s*个人信息保护负责人/);
  assert.doesNotMatch(data, /审核员甲|保护人乙/);
});

test('approval verifies, and the person is told', async () => {
  const claimed = await reviewer.submit(caseAt, {}, { button: '领取' });
  assert.equal(claimed.status, 303, words(claimed));
  const done = await reviewer.submit(caseAt, {}, { button: '通过' });
  assert.equal(done.status, 303, words(done));
  assert.match(words(await who.get(at)), /已认证/);
});

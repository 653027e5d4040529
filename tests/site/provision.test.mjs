// Consents and provisions to third parties (A9.2): nothing leaves without basis and second person; the
// persons concerned see it; what is agreed to can be taken back.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';

let site, boss, chief, operator, handle, asker, second;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 600)}`), page);

before(async () => {
  site = await startSite();
  ({ boss, chief, operator, handle } = await openAccount(site));
  asker = await staff(site, boss, '15400000096', ['合规专员'], '合规');
  second = await staff(site, boss, '15400000097', ['个人信息保护负责人'], '保护专员');
});
after(() => site.stop());

const fields = () => ({ 接收方: '某区法院', 接收方联系方式: '法院路 1 号', 依据编号: '调令 5 号', 目的: '核对被告身份', 姓名或名称: true, 公众账号: handle });
const ask = (values) => asker.submit('/desk/provisions/new', { ...fields(), ...values }, { button: '提出申请' });

test('without a basis it is refused, and the form comes back filled in', async () => {
  const page = must(await ask({}), 422);
  assert.match(page.text, /value="某区法院"/);
  assert.match(page.text, /核对被告身份<\/textarea>/);
  must(await ask({ 主管机关命令: true, 公众账号: 'nobody' }), 422);
  assert.match(words(await asker.get('/desk/provisions')), /没有对外提供/);
});

test('with a basis and a second person it is made once, and the register has its hash', async () => {
  const at = must(await ask({ 主管机关命令: true })).location;
  assert.doesNotMatch((await asker.get(at)).text, /id="allow"/, 'not by who asked');
  assert.equal((await chief.get(at)).status, 403);
  must(await second.submit(at, {}, { button: '同意提供' }));
  assert.doesNotMatch((await second.get(at)).text, /id="hand"/);
  const file = must(await asker.submit(at, {}, { button: '取出文件' }), 200);
  assert.match(file.text, /张三/);
  const shown = words(await second.get(at));
  assert.match(shown, /已交付/);
  assert.ok(shown.includes(createHash('sha256').update(file.bytes).digest('hex')));
  assert.doesNotMatch((await asker.get(at)).text, /id="hand"/);
  assert.match(words(await operator.get('/me/data')), /提供给第三方 1 .*某区法院 · 法院路 1 号 · 核对被告身份/);
  assert.match(words(await operator.get('/me/notices')), /个人信息已提供给 某区法院/);
});

test('a consent is given and taken back, and a provision by consent rests on it', async () => {
  assert.match(words(must(await ask({ 本人单独同意: true }), 422)), /有涉及的人没有同意/);
  must(await operator.submit('/me/consents', {}, { button: '同意' }));
  const at = must(await ask({ 本人单独同意: true })).location;
  must(await second.submit(at, {}, { button: '同意提供' }));
  must(await operator.submit('/me/consents', {}, { button: '撤回' }));
  assert.match(words(must(await asker.submit(at, {}, { button: '取出文件' }), 409)), /已撤回同意/);
  must(await asker.submit(at, {}, { button: '取消申请' }));
  const past = words(await operator.get('/me/consents'));
  assert.match(past, /向提出请求的第三方提供我的身份信息 已撤回 .*向提出请求的第三方提供我的身份信息 已同意/);
});

test('the reading history is a consent too, and a new privacy notice is shown as new', async () => {
  const reader = await site.person().signUp('15400000298', '读者');
  assert.match(words(await reader.get('/me/consents')), /隐私政策还没有公布/);
  must(await reader.submit('/me/history', {}, { button: '开始记录' }));
  assert.match(words(await reader.get('/me/consents')), /阅读历史 已同意/);
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  must(await chief.submit('/desk/policies/privacy', { 标题: '隐私政策', '正文（Markdown）': '## 一', 生效日期: today }, { button: '公布' }));
  assert.match(words(await reader.get('/me/consents')), /有比您看过的更新的版本/);
  must(await reader.submit('/me/consents', {}, { button: '我已阅读' }));
  assert.doesNotMatch(words(await reader.get('/me/consents')), /有比您看过的更新的版本/);
  const late = await site.person().signUp('15400000299', '新读者');
  assert.match(words(await late.get('/me/consents')), /第 1 版.*已向您展示/);
});

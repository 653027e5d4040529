// Accounts: avatars under review (A7.1), the cap by identity (A7.8), real name by opt-in (A6.1), members by
// invitation and the person responsible (A10.1), names, pause and withdrawal.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, pdf, staff, startSite, words } from './drive.mjs';
import { png } from './png.mjs';

let site, boss, reviewer, owner;
const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
const bytes = async (file) => ['picture.png', 'image/png', Buffer.from(await file.arrayBuffer())];
const REAL = '司马相如';

// Takes the open cases of the queue one by one and decides them; returns what the reviewer saw.
async function decide(verdict = '通过', reason = '') {
  const queue = await reviewer.get('/desk/cases');
  const at = queue.text.match(/\/desk\/cases\/\d+/)?.[0];
  assert.ok(at, 'a case is waiting');
  assert.equal((await reviewer.submit(at, {}, { button: '领取' })).status, 303);
  const shown = await reviewer.get(at);
  const done = await reviewer.submit(at, reason ? { 告知对方的说明: reason } : {}, { button: verdict, page: shown });
  assert.equal(done.status, 303, words(done));
  return shown;
}

async function register(who, mobile, number) {
  const path = '/me/registrants/new/individual';
  const page = await who.submit(path, { 真实姓名: REAL, 证件类型: '居民身份证', 证件号码: number, 所在省份: '四川', 手机号码: mobile }, { button: '获取验证码' });
  const done = await who.submit(path, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(done.status, 303, words(done));
  await decide();
  const signed = await who.submit(`${done.location}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' });
  assert.equal(signed.status, 303, words(signed));
}

async function form(who, values) {
  const page = await who.get('/me/accounts/new');
  const choice = page.text.match(/<option value="\d+"[^>]*>([^<]+)<\/option>/)[1].trim();
  return { page, values: { 注册主体: choice, 账号介绍: '记录一条河。', 生活: true, ...values } };
}

async function apply(who, values, files = {}) {
  const f = await form(who, values);
  return who.submit('/me/accounts/new', f.values, { button: '申请公众账号', files, page: f.page });
}

before(async () => {
  site = await startSite('--code-interval', '1', '--rate-factor', '100');
  boss = await admin(site);
  await boss.submit('/desk/provider', { '规则公示期（天）': '0', '协议重签期限（天）': '0', 修改理由: '测试' }, { button: '保存' });
  const chief = await staff(site, boss, '15400000091', ['总编辑'], '总编辑甲');
  reviewer = await staff(site, boss, '15400000092', ['审核员'], '审核员甲');
  await boss.submit('/desk/posts', { 人选: '总编辑甲', 任命文件号: '1 号' }, { button: '任命' });
  const done = await chief.submit('/desk/policies/service_agreement', { 标题: '协议', '正文（Markdown）': '## 一\n\n1. 第一条', 生效日期: today }, { button: '公布' });
  assert.equal(done.status, 303, words(done));
  owner = await site.person().signUp('15400000101', '河岸');
  await register(owner, '15400000111', citizenNumber(61));
});
after(() => site.stop());

test('a bad picture is refused on its field, and what was typed stays', async () => {
  const bad = await apply(owner, { 账号名称: '河岸观察', 账号地址: 'riverside' }, { 头像: ['a.png', 'image/png', Buffer.from('no picture at all')] });
  assert.equal(bad.status, 422);
  assert.match(words(bad), /不是可用的图片/);
  assert.match(bad.text, /value="河岸观察"/);
});

test('names: contact details are refused; protected words go to the reviewer with a note', async () => {
  const bad = await apply(owner, { 账号名称: '加微信13800138000', 账号地址: 'riverside' });
  assert.equal(bad.status, 422);
  assert.match(words(bad), /不能有网址、电话/);
  const done = await apply(owner, { 账号名称: '北京河岸日报', 账号地址: 'riverside' }, { 头像: await bytes(png(300, 200)) });
  assert.equal(done.status, 303, words(done));
  const seen = await decide('退回修改', '请提供使用“日报”的依据');
  assert.match(words(seen), /名称含“日报”（新闻媒体）/);
  assert.match(words(seen), /名称含“北京”（行政区划）/);
  assert.match(seen.text, /<img class="avatar[^>]*src="\/media\/[0-9a-f]{64}\.w256\.webp"/);
});

test('an application that came back is mended and approved; the avatar is square and public', async () => {
  const page = await owner.get('/console/riverside/profile');
  const done = await owner.submit('/console/riverside/profile', { 账号名称: '河岸观察' }, { button: '提交审核', page });
  assert.equal(done.status, 303, words(done));
  await decide();
  const shown = await site.person().get('/a/riverside');
  assert.equal(shown.status, 200);
  const src = shown.text.match(/<img class="avatar[^>]*src="([^"]+)"/)[1];
  const picture = await site.person().get(src);
  assert.equal(picture.headers.get('content-type'), 'image/webp');
});

test('A7.1: a new avatar waits; the old one stays until it is approved; the reviewer sees both', async () => {
  const before_ = (await site.person().get('/a/riverside')).text.match(/<img class="avatar[^>]*src="([^"]+)"/)[1];
  const done = await owner.submit('/console/riverside/profile', {}, { button: '提交审核', files: { 头像: await bytes(png(400, 400, [200, 30, 30])) } });
  assert.equal(done.status, 303, words(done));
  assert.ok((await site.person().get('/a/riverside')).text.includes(before_), 'the old one is still public');
  const seen = await decide();
  const pictures = [...seen.text.matchAll(/<img class="avatar[^>]*src="([^"]+)"/g)].map((m) => m[1]);
  assert.equal(new Set(pictures).size, 2);
  const after_ = (await site.person().get('/a/riverside')).text;
  assert.ok(!after_.includes(before_), 'the new one is public');
});

test('A7.8: another login of the same identity is over the cap, and the form says what counts', async () => {
  const second = await site.person().signUp('15400000102', '分身');
  await register(second, '15400000112', citizenNumber(61));
  const f = await form(second, { 账号名称: '另一条河', 账号地址: 'river2' });
  assert.match(words(f.page), /已用 1 个，上限 1 个/);
  const refused = await second.submit('/me/accounts/new', f.values, { button: '申请公众账号', page: f.page });
  assert.ok(refused.status >= 400);
  assert.match(words(refused), /已到上限/);
  assert.match(refused.text, /value="另一条河"/);
});

test('A6.1: the real name shows only after an opt-in, and goes when it is taken back', async () => {
  const reader = site.person();
  const shown = async () => [(await reader.get('/a/riverside')).text, (await reader.get('/api/v1/accounts/riverside')).text].map((t) => t.includes(REAL));
  assert.deepEqual(await shown(), [false, false]);
  assert.equal((await owner.submit('/console/riverside/manage', {}, { button: '展示我的真实姓名' })).status, 303);
  assert.deepEqual(await shown(), [true, true]);
  assert.equal((await owner.submit('/console/riverside/manage', {}, { button: '不再展示真实姓名' })).status, 303);
  assert.deepEqual(await shown(), [false, false]);
});

test('pause closes the gate, readers go on reading; resume opens it', async () => {
  assert.equal((await owner.submit('/console/riverside/manage', {}, { button: '暂停账号' })).status, 303);
  assert.equal((await site.person().get('/a/riverside')).status, 200);
  assert.match(words(await owner.get('/console/riverside')), /已暂停/);
  assert.equal((await owner.submit('/console/riverside/manage', {}, { button: '恢复账号' })).status, 303);
  assert.match(words(await owner.get('/console/riverside')), /正常/);
});

const invite = async (role, mobile) => {
  const page = await owner.submit('/console/riverside/members', { [role]: true, ...(mobile ? { 手机号: mobile } : {}) }, { button: '生成邀请链接' });
  const link = page.text.match(/value="([^"]*\/join\/[^"]+)"/)?.[1];
  assert.ok(link, words(page));
  return new URL(link).pathname;
};
const AUTHOR = '作者：写作和提交文章';

test('A10.1: a link lets one person in, once, and only for what the role may do', async () => {
  const path = await invite(AUTHOR);
  const stranger = await site.person().get(path);
  assert.equal(stranger.status, 303, 'asked to log in first');
  const friend = await site.person().signUp('15400000103', '小友');
  const page = await friend.get(path);
  assert.match(words(page), /河岸邀请你一起运营公众账号“河岸观察”/);
  assert.match(words(page), /写作和提交文章/);
  assert.equal((await friend.submit(path, {}, { button: '接受邀请', page })).status, 303);
  assert.equal((await friend.get('/console/riverside/articles')).status, 200);
  assert.equal((await friend.get('/console/riverside/members')).status, 403);
  assert.equal((await friend.get('/console/riverside/manage')).status, 403);
  const late = await site.person().signUp('15400000104', '迟到');
  const used = await late.get(path);
  assert.equal(used.status, 409);
  assert.match(words(used), /已经用过/);
  assert.match(words(await owner.get('/me/notices')), /已加入账号/);
});

test('revoked, bound and unknown invitations say why', async () => {
  const other = await site.person().signUp('15400000105', '旁人');
  const path = await invite(AUTHOR);
  const bound = await invite(AUTHOR, '15400000199');
  const list = await owner.get('/console/riverside/members');
  assert.match(words(list), /154\*\*\*\*0199/);
  const refused = await other.submit(bound, {}, { button: '接受邀请' });
  assert.equal(refused.status, 422);
  assert.match(words(refused), /指定手机号/);
  assert.equal((await owner.submit('/console/riverside/members', {}, { button: '撤销邀请：作者，持有链接的人' })).status, 303);
  const gone = await other.get(path);
  assert.equal(gone.status, 409);
  assert.match(words(gone), /已被撤销/);
  const unknown = await other.get('/join/no-such-token');
  assert.equal(unknown.status, 404);
  assert.match(words(unknown), /没有这个邀请/);
});

test('the last owner stays; the responsible person is named; a member is removed after a question', async () => {
  const list = await owner.get('/console/riverside/members');
  const pages = [...list.text.matchAll(/\/console\/riverside\/members\/\d+/g)].map((m) => m[0]);
  const [mine, friend] = [...new Set(pages)];
  const stay = await owner.submit(mine, { [AUTHOR]: true }, { button: '保存' });
  assert.equal(stay.status, 422);
  assert.match(words(stay), /至少要有一位所有者/);
  assert.equal((await owner.submit(friend, {}, { button: '指定小友为负责人' })).status, 303);
  assert.match(words(await owner.get(friend)), /负责人 负责人/);
  assert.equal((await owner.submit(friend, {}, { button: '把小友移出账号' })).status, 303);
  assert.equal((await owner.get(friend)).status, 404);
});

test('an application can be withdrawn; its name is free again', async () => {
  const other = await site.person().signUp('15400000106', '另一人');
  await register(other, '15400000116', citizenNumber(62));
  assert.equal((await apply(other, { 账号名称: '河岸观察', 账号地址: 'copy' })).status, 422, 'a name in use is refused');
  assert.equal((await apply(other, { 账号名称: '山边笔记', 账号地址: 'hillside' })).status, 303);
  assert.equal((await other.submit('/console/hillside/manage', {}, { button: '撤回申请' })).status, 303);
  assert.match(words(await other.get('/console/hillside')), /已关闭/);
  assert.equal((await apply(other, { 账号名称: '山边笔记', 账号地址: 'hillside2' })).status, 303);
});

// Support (A4.3): questions and answers both ways, the priority lane of public bodies, clock and
// satisfaction; contact and about for everybody.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { pdf, startSite, words } from './drive.mjs';

let site, table, officer, other, reader, body;
const demoPerson = async (role) => {
  const [, mobile, password] = table.match(new RegExp(`^${role}\\s+(154\\d{8})\\s+(\\S+)`, 'm'));
  const who = Object.assign(site.person(), { mobile, password });
  await who.submit('/login', { 手机号: mobile, 密码: password }, { button: '登录' });
  return who;
};
before(async () => {
  site = await startSite();
  table = demoData(site.data, ...site.db);
  officer = await site.member('compliance', '客服甲');
  other = await site.member('reviewer', '客服乙');
  reader = await site.member('', '提问人');
  body = await demoPerson('operator'); // holds the registrant of a transport authority
});
after(() => site.stop());

let mine;
test('a question with an attachment waits in the queue; only its asker and staff see it', async () => {
  const bad = await reader.submit('/me/tickets/new', { 类别: '技术与接口', 标题: '', 说明: '打不开' }, { button: '发送' });
  assert.equal(bad.status, 422);
  assert.match(bad.text, /打不开<\/textarea>/);
  const wrong = await reader.submit('/me/tickets/new', { 类别: '技术与接口', 标题: '坏文件', 说明: '见附件' }, { button: '发送', files: { 附件: ['x.png', 'image/png', Buffer.from('not a picture')] } });
  assert.equal(wrong.status, 422);
  const sent = await reader.submit('/me/tickets/new', { 类别: '技术与接口', 标题: '图片打不开', 说明: '第二行\n第三行' }, { button: '发送', files: { 附件: pdf } });
  assert.equal(sent.status, 303, words(sent));
  mine = sent.location;
  const page = await reader.get(mine);
  assert.match(words(page), /等待平台答复/);
  const [file] = page.text.match(/\/me\/tickets\/\d+\/file\/\d+/);
  assert.equal((await reader.get(file)).bytes.toString(), pdf[2].toString());
  assert.equal((await body.get(mine)).status, 404);
  assert.equal((await body.get(file)).status, 404);
  assert.match(words(await officer.get('/desk/tickets')), /图片打不开/);
});

test('a public body goes before an earlier question, with the shorter clock', async () => {
  const sent = await body.submit('/me/tickets/new', { 类别: '写作与发布', 标题: '机关的问题', 说明: '请尽快' }, { button: '发送' });
  assert.equal(sent.status, 303);
  const queue = words(await officer.get('/desk/tickets'));
  assert.ok(queue.indexOf('机关的问题') < queue.indexOf('图片打不开'), queue);
  assert.match(queue, /机关的问题 写作与发布 \S+ 优先/);
  assert.doesNotMatch(queue, /图片打不开 技术与接口 \S+ 优先/);
});

test('one officer takes it, answers, and the asker is told; then the other way round', async () => {
  const desk = mine.replace('/me/', '/desk/');
  assert.equal((await officer.submit(desk, {}, { button: '由我处理' })).status, 303);
  const page = await other.get(desk);
  assert.doesNotMatch(page.text, /由我处理/);
  const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1];
  assert.equal((await other.send(`${desk}/claim`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) })).status, 409);
  assert.equal((await officer.submit(desk, { 回复: '请换一种格式。' }, { button: '发送' })).status, 303);
  assert.match(words(await reader.get('/me/notices')), /“图片打不开”有了答复/);
  assert.match(words(await reader.get(mine)), /客服甲 平台 .*请换一种格式/);
  assert.equal((await reader.submit(mine, { 回复: '换了还是不行。' }, { button: '发送' })).status, 303);
  assert.match(words(await officer.get('/me/notices')), /“图片打不开”有新的回复/);
  assert.match(words(await officer.get('/desk/tickets?mine=1')), /图片打不开/);
});

test('a closed question is rated once; a reply opens it again', async () => {
  assert.equal((await reader.submit(mine, {}, { button: '结束这个问题' })).status, 303);
  const page = await reader.get(mine);
  const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1];
  const rate = (rating) => reader.send(`${mine}/rate`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, rating }) });
  assert.equal((await rate('9')).status, 422);
  assert.equal((await rate('4')).status, 303);
  assert.equal((await rate('5')).status, 409);
  assert.match(words(await officer.get('/desk/tickets')), /满意度 4\.5（2 次评价）/);
  assert.equal((await reader.submit(mine, { 回复: '又出现了。' }, { button: '发送' })).status, 303);
  assert.match(words(await reader.get(mine)), /等待平台答复/);
});

test('everybody finds out how to reach the provider', async () => {
  const contact = words(await site.person().get('/contact'));
  assert.match(contact, /云溪公器信息服务有限公司/);
  assert.match(contact, /3 个工作日内答复/);
  assert.match(words(await site.person().get('/about')), /关于/);
  assert.equal((await site.person().get('/me/tickets/new')).location, '/login?next=/me/tickets/new');
});

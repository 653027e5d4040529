// Figures of reading: each reader once, from the page cache too; sources, completion, subscribers;
// tables, charts and files for the account's people and for staff; nothing that names a reader.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site, operator, staff, handle, article, start;
const read = (path, agent, headers = {}) => fetch(site.base + path, { headers: { 'User-Agent': agent, ...headers } }).then(async (r) => (await r.arrayBuffer(), r));
const today = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
async function figures() {
  const csv = (await operator.get(`/console/${handle}/figures.csv?days=7`)).text.trim().split('\r\n');
  assert.equal(csv.length, 8);
  const [date, reads, ends, gained, lost] = csv.at(-1).split(',');
  assert.equal(date, today());
  return { reads: Number(reads), ends: Number(ends), gained: Number(gained), lost: Number(lost) };
}
async function until(wanted) {
  let got;
  for (let i = 0; i < 30; i++) {
    got = await figures();
    if (Object.entries(wanted).every(([k, n]) => got[k] >= start[k] + n)) break;
    await new Promise((r) => setTimeout(r, 500));
  }
  for (const [k, n] of Object.entries(wanted)) assert.equal(got[k], start[k] + n, k);
}

before(async () => {
  site = await startSite();
  const who = demoData(site.data, ...site.db);
  const [, mobile, password] = who.match(/^operator\s+(154\d{8})\s+(\S+)/m);
  operator = Object.assign(site.person(), { mobile, password });
  await operator.submit('/login', { 手机号: mobile, 密码: password }, { button: '登录' });
  staff = await site.member('compliance');
  [, handle] = (await operator.get('/me/accounts')).text.match(/\/console\/([a-z0-9-]+)/);
  [, article] = (await site.person().get(`/a/${handle}`)).text.match(new RegExp(`href="(/a/${handle}/\\d+)"`));
  await new Promise((r) => setTimeout(r, 3500)); // the day's salt is there
  start = await figures();
});
after(() => site.stop());

test('a reader counts once, also when the page cache answers; programs do not', async () => {
  for (let i = 0; i < 3; i++) assert.equal((await read(article, 'Browser one')).status, 200);
  await read(article, 'Browser two', { Referer: `${site.base}/` });
  await read(article, 'Browser three', { Referer: 'https://elsewhere.example/' });
  await read(`${article}?from=feed`, 'Reader four');
  await read(article, 'ExampleBot/1.0');
  await read(article, 'Browser five', { 'Sec-Purpose': 'prefetch' });
  await fetch(site.base + article, { method: 'HEAD', headers: { 'User-Agent': 'Browser six' } });
  await until({ reads: 4, ends: 0 });
  const page = words(await operator.get(`/console/${handle}/figures?days=7`));
  assert.match(page, /读者从哪里来/);
  assert.match(page, /其他网站 \d+（/);
});

test('who came to the end is counted apart, without cookies', async () => {
  const end = await read(`${article}/end`, 'Browser one');
  assert.equal(end.status, 200);
  assert.equal(end.headers.get('set-cookie'), null);
  await read(`${article}/end`, 'Browser one');
  await until({ reads: 4, ends: 1 });
  assert.equal((await read(`/a/${handle}/999999/end`, 'Browser one')).status, 404);
});

test('subscribers gained and lost', async () => {
  const reader = await site.member();
  assert.equal((await reader.submit(`/a/${handle}`, {}, { button: '订阅' })).status, 303);
  await until({ gained: 1, lost: 0 });
  assert.equal((await reader.submit(`/a/${handle}`, {}, { button: '取消订阅' })).status, 303);
  await until({ gained: 1, lost: 1 });
});

test('the pages draw it without scripts, for one article as well; strangers see nothing', async () => {
  const page = await operator.get(`/console/${handle}/figures?days=7`);
  assert.match(page.text, /<svg viewBox="0 0 720 160"/);
  assert.match(page.text, new RegExp(`<title>${today()}：\\d+</title>`));
  const one = await operator.get(`/console${article.replace('/a', '').replace(/\/(\d+)$/, '/articles/$1/figures')}`);
  assert.equal(one.status, 200);
  assert.match(words(one), /读完率/);
  assert.equal((await (await site.member()).get(`/console/${handle}/figures`)).status, 403);
});

test('staff see the platform day by day', async () => {
  const page = words(await staff.get('/desk/figures?days=7'));
  assert.match(page, /日期 阅读 发表文章 新开通账号 新用户 完成审核/);
  const csv = (await staff.get('/desk/figures.csv?days=7')).text.trim().split('\r\n');
  const last = csv.at(-1).split(',');
  assert.equal(last[0], today());
  assert.ok(Number(last[1]) >= 4 && Number(last[4]) > 20, csv.at(-1));
});

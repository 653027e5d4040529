// Search as readers meet it: what was published is found within seconds, what was withdrawn is gone at
// once, filters are in the address, and any input is just words.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { binary, demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site;
let table;
before(async () => {
  site = await startSite('--rate-factor', '1000');
  table = demoData(site.data, ...site.db);
});
after(() => site.stop());

const get = (path) => site.person().get(path);
const find = (q, more = '') => get(`/search?q=${encodeURIComponent(q)}${more}`);
const links = (page) => [...page.text.matchAll(/<h2 class="feed-title"><a href="(\/a\/[a-z-]+\/\d+)"/g)].map((m) => m[1]);

async function until(what, ms = 30000) {
  for (const end = Date.now() + ms; ; await new Promise((r) => setTimeout(r, 200))) {
    const got = await what();
    if (got || Date.now() > end) return got;
  }
}

test('the job finds what was published, and marks why', async () => {
  assert.ok(await until(async () => links(await find('河道')).length >= 4));
  const page = await find('河道');
  assert.match(page.text, /<mark>河道<\/mark>/);
  assert.match(words(page), /约 \d+ 篇/);
  for (const href of links(page)) assert.equal((await get(href)).status, 200, href);
});

test('filters narrow and stay in the address of the next page', async () => {
  const all = links(await find('云溪'));
  const culture = links(await find('云溪', '&category=culture'));
  assert.ok(culture.length > 0 && culture.length <= all.length);
  const handle = culture[0].split('/')[2];
  for (const href of links(await find('云溪', `&account=${handle}`))) assert.equal(href.split('/')[2], handle);
  assert.equal((await find('云溪', '&account=nobody-here')).status, 404);
  const first = await find('我们');
  const next = first.text.match(/href="(\/search\?[^"]*after=[^"]*)" rel="next"/)[1].replace(/&amp;/g, '&');
  assert.ok(next.includes(`q=${encodeURIComponent('我们')}`));
  const second = links(await get(next));
  assert.ok(second.length > 0);
  assert.equal(second.filter((href) => links(first).includes(href)).length, 0);
});

test('whatever is typed are words: nothing breaks, nothing is run', async () => {
  for (const q of ['"', "' OR 1=1 --", 'title:河道 AND (', '*', '%', 'a:1', '<script>alert(1)</script>', '\u202e河道', '😀', '\\', '河'.repeat(100)]) {
    const page = await find(q);
    assert.equal(page.status, 200, q);
    assert.ok(!page.text.includes('<script>alert'));
  }
  const long = await find('河'.repeat(101));
  assert.equal(long.status, 422);
  assert.match(words(long), /最多 100 个字/);
  assert.match(words(await find('河')), /至少输入两个字/);
  assert.match(words(await get('/search')), /想找什么/);
  assert.match(words(await find('没有这样的词语')), /没有找到/);
});

test('a withdrawn article leaves search, feeds and sitemap', async () => {
  const [, mobile, password] = table.match(/^operator\s+(154\d{8})\s+(\S+)/m);
  const operator = site.person();
  await operator.submit('/login', { 手机号: mobile, 密码: password }, { button: '登录' });
  const handle = (await operator.get('/me/accounts')).text.match(/\/console\/([a-z-]+)/)[1];
  const article = (await get(`/a/${handle}`)).text.match(new RegExp(`/a/${handle}/\\d+`))[0];
  const title = (await get(article)).text.match(/<h1 class="article-title">([^<]+)/)[1];
  const listed = async () => links(await find(title)).includes(article);
  assert.ok(await until(listed));
  const feed = `/a/${handle}/atom.xml`;
  assert.ok((await get(feed)).text.includes(`${article}<`));
  const no = article.split('/')[3];
  const page = await operator.get(`/console/${handle}/articles/${no}`);
  const label = page.text.match(/<label[^>]*for="[^"]*reason[^"]*"[^>]*>([^<]*)/)[1].trim();
  const done = await operator.submit(`/console/${handle}/articles/${no}`, { [label]: '数据有误' }, { page, button: '撤下文章' });
  assert.equal(done.status, 303, words(done).slice(0, 300));
  assert.equal(await listed(), false);
  for (const path of [feed, `/a/${handle}/feed.json`, '/atom.xml', '/sitemap/articles-0.0.0.xml'])
    assert.ok(!new RegExp(`${article}[<"]`).test((await get(path)).text), path);
  assert.equal((await get(`/oembed?url=${article}`)).status, 404);
});

test('gongqi rebuild search makes the same index anew', async () => {
  const before = links(await find('河道'));
  const told = execFileSync(binary(), ['rebuild', 'search', '--data', site.data, ...site.db], { stdio: 'pipe' }).toString();
  assert.match(told, /^search: \d+ articles/);
  assert.deepEqual(links(await find('河道')), before);
});

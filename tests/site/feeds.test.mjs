// What programs read: Atom, JSON Feed, sitemap, robots.txt, oEmbed, JSON-LD. XML goes through expat.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite } from './drive.mjs';

const ORIGIN = 'https://news.example.org';
const HUB = 'https://hub.example.org/?a=1&b=2';
let site;
let article;
before(async () => {
  site = await startSite('--public-url', ORIGIN, '--websub-hub', HUB, '--rate-factor', '1000');
  demoData(site.data, ...site.db);
  article = (await get('/')).text.match(/href="(\/a\/[a-z-]+\/\d+)"/)[1];
});
after(() => site.stop());

const get = (path, headers) => site.person().send(path, { headers });

// [["tag", {attributes}, "text", [children]], ...] with expat; throws on what is not well-formed XML.
function xml(text) {
  const program = `
import sys, json, xml.etree.ElementTree as E
def f(e): return [e.tag, dict(e.attrib), e.text or '', [f(c) for c in e]]
print(json.dumps(f(E.fromstring(sys.stdin.buffer.read()))))`;
  const run = execFileSync('python3', ['-c', program], { input: text, maxBuffer: 1 << 26 });
  return JSON.parse(run);
}
const ATOM = '{http://www.w3.org/2005/Atom}';
const children = (node, name) => node[3].filter((c) => c[0] === name);
const one = (node, name) => children(node, ATOM + name)[0];
const account = () => article.split('/').slice(0, 3).join('/');

test('the Atom feed of an account is whole, and says no more than the public page', async () => {
  const answer = await get(`${account()}/atom.xml`);
  assert.equal(answer.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
  const feed = xml(answer.text);
  assert.equal(feed[0], `${ATOM}feed`);
  assert.equal(one(feed, 'id')[2], ORIGIN + account());
  const links = Object.fromEntries(children(feed, `${ATOM}link`).map((l) => [l[1].rel, l[1].href]));
  assert.equal(links.self, `${ORIGIN}${account()}/atom.xml`);
  assert.equal(links.alternate, ORIGIN + account());
  assert.equal(links.hub, HUB);
  const entries = children(feed, `${ATOM}entry`);
  assert.ok(entries.length > 1 && entries.length <= 20);
  const first = entries.find((e) => one(e, 'id')[2] === ORIGIN + article);
  const page = await get(article);
  const title = page.text.match(/<h1 class="article-title">([^<]+)/)[1];
  assert.equal(one(first, 'title')[2], title);
  assert.equal(one(one(first, 'author'), 'name')[2], page.text.match(/class="name"[^>]*>([^<]+)/)[1]);
  assert.match(one(first, 'content')[2], /^<p>/);
  assert.match(one(first, 'content')[2], new RegExp(`src="${ORIGIN}/media/`));
  for (const e of entries) assert.match(one(e, 'published')[2], /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('JSON Feed tells the same', async () => {
  const answer = await get(`${account()}/feed.json`);
  assert.equal(answer.headers.get('content-type'), 'application/feed+json');
  const feed = JSON.parse(answer.text);
  assert.equal(feed.version, 'https://jsonfeed.org/version/1.1');
  assert.deepEqual(feed.hubs, [{ type: 'WebSub', url: HUB }]);
  const atom = xml((await get(`${account()}/atom.xml`)).text);
  assert.deepEqual(feed.items.map((i) => i.id), children(atom, `${ATOM}entry`).map((e) => one(e, 'id')[2]));
});

test('categories and the site have feeds, other names have none', async () => {
  for (const path of ['/atom.xml', '/c/culture/atom.xml']) assert.ok(children(xml((await get(path)).text), `${ATOM}entry`).length > 0, path);
  for (const path of ['/feed.json', '/c/culture/feed.json']) assert.ok(JSON.parse((await get(path)).text).items.length > 0, path);
  for (const path of ['/c/nothing/atom.xml', '/a/nobody-here/atom.xml', '/a/nobody-here/feed.json']) assert.equal((await get(path)).status, 404, path);
});

test('a feed that did not change is 304 by ETag and by date', async () => {
  const path = '/c/culture/atom.xml';
  const full = await get(path);
  const etag = full.headers.get('etag');
  const date = full.headers.get('last-modified');
  assert.ok(etag && date);
  assert.equal((await get(path, { 'if-none-match': etag })).status, 304);
  assert.equal((await get(path, { 'if-modified-since': date })).status, 304);
  assert.equal((await get(path, { 'if-none-match': '"other"', 'if-modified-since': date })).status, 200);
});

test('the sitemap leads to every public article and account', async () => {
  const NS = '{http://www.sitemaps.org/schemas/sitemap/0.9}';
  const locs = async (path) => xml((await get(path)).text)[3].map((n) => n[3].find((c) => c[0] === `${NS}loc`)[2]);
  const parts = await locs('/sitemap.xml');
  assert.equal(parts.length, 2);
  const all = (await Promise.all(parts.map((p) => locs(p.slice(ORIGIN.length))))).flat();
  assert.ok(all.includes(ORIGIN + article));
  assert.ok(all.includes(ORIGIN + account()));
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length > 100);
  for (const path of ['/sitemap/articles-1.xml', '/sitemap/people-0.0.0.xml', '/sitemap/articles-0.0.x.xml']) assert.equal((await get(path)).status, 404, path);
  assert.match((await get('/robots.txt')).text, new RegExp(`^Sitemap: ${ORIGIN}/sitemap.xml$`, 'm'));
});

test('oEmbed describes articles of this site only', async () => {
  const ask = (url, more = '') => get(`/oembed?url=${encodeURIComponent(url)}${more}`);
  const told = JSON.parse((await ask(ORIGIN + article)).text);
  assert.equal(told.version, '1.0');
  assert.equal(told.type, 'link');
  assert.equal(told.author_url, ORIGIN + account());
  const root = xml((await ask(ORIGIN + article, '&format=xml')).text);
  assert.equal(root[3].find((c) => c[0] === 'title')[2], told.title);
  assert.equal((await ask(ORIGIN + article, '&format=yaml')).status, 501);
  for (const url of ['https://elsewhere.example/a/x/1', `${account()}/999999`, '/a/', 'x', '']) assert.equal((await ask(url)).status, 404, url);
});

test('an article page describes itself, and its JSON-LD can not end its element', async () => {
  const page = (await get(article)).text;
  const block = page.match(/<script type="application\/ld\+json">([^<]*)<\/script>/)[1];
  const told = JSON.parse(block);
  assert.equal(told['@type'], 'Article');
  assert.equal(told.mainEntityOfPage, ORIGIN + article);
  assert.ok(page.includes(`<link rel="canonical" href="${ORIGIN}${article}">`));
  assert.ok(page.includes(`href="${account()}/atom.xml"`));
  assert.ok(page.includes(`href="/oembed?url=${encodeURIComponent(ORIGIN + article)}"`));
});

test('the address in the request decides nothing that others read', async () => {
  const page = await get('/', { host: 'evil.example' });
  assert.ok(!page.text.includes('evil.example'));
});

test('the manifest names the site and an icon that is served', async () => {
  const manifest = JSON.parse((await get('/manifest.webmanifest')).text);
  assert.equal(manifest.name, '公器演示站');
  assert.equal((await get(manifest.icons[0].src)).status, 200);
});

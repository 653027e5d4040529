// Every page that answers GET, as each role, in both languages, both themes and both widths. Pages
// are found as people find them: by following links from where each role starts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { arrives } from './chromium.mjs';
import { demoSite, visitor } from './demo.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'];
const roles = [visitor, 'reader', 'operator', 'reviewer', 'editor_in_chief', 'sysadmin', 'security_admin', 'privacy_officer', 'compliance'];
const starts = ['/', '/login', '/signup', '/reset', '/rules', '/me', '/me/settings', '/me/accounts/new', '/desk', '/nothing-here'];

// Not reached by a link in the demo, or not a page: each with its reason.
const apart = {
  '/media/:name': 'a picture',
  '/report/:receipt': 'needs a fresh report; walked by tests/site/ruling',
  '/login/second-factor': 'only between password and code; walked at every login of staff',
  '/invite/:token': 'needs a fresh invitation; walked by tests/site',
  '/me/registrants/:id/edit': 'only while an identity was returned; the demo has none',
  '/desk/policies/:kind/text': 'rules for staff only, which the demo has not published',
  '/desk/policies/:kind/text/:version': 'as above',
  '/me/registrants/:id/renew': 'only near the end of a verification',
  '/desk/emergency/:id/review': 'only while a review is owed; walked by tests/site/emergency',
  '/desk/rulings/:id/sweep': 'only after a reversal; walked by tests/site/ruling',
  '/me/minors/guardian': 'only for a child without a guardian; walked by tests/site/minors',
  '/desk/outbox/:id': 'one message; walked by tests/site/desk',
  '/desk/jobs/:id': 'a job that failed; walked by tests/site/desk',
  '/join/:token': 'needs a fresh invitation; walked by tests/site/account',
  '/transfer/:token': 'a secret link; walked by tests/site/transfer',
  '/preview/:token': 'a secret link; walked by tests/site/around',
  '/desk/evidence/:registrant/:id': 'an uploaded file; the demo has none',
  '/me/security/passkeys/:id': 'needs an authenticator; walked by tests/browser/passkey',
  '/desk/logins/:user': 'only while a login is locked; walked by tests/site/logins',
  '/desk/licences/:registrant/:id/file': 'a sealed file; walked by tests/site/licences',
};

const source = readFileSync(new URL('../../src/app/routes.def', import.meta.url), 'utf8');
const patterns = [...source.matchAll(/^ROUTE\(GET, "([^"]+)",[^\n]*?, "([^"]*)"\)/gm)]
  .filter(([line, path, title]) => title && !line.includes('ROUTE_JSON') && !path.includes('.'))
  .map(([, path]) => ({ path, match: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`), words: path.split(':').length }))
  .sort((a, b) => a.words - b.words);
const patternOf = (path) => patterns.find((p) => p.match.test(path))?.path;

let site;
const found = new Map(); // pattern -> { path, role }
const contexts = new Map();

// Follows links; one address of each pattern is enough.
async function crawl(role, ctx) {
  const queue = [...starts];
  const seen = new Set(queue);
  while (queue.length) {
    const path = queue.shift();
    const pattern = patternOf(path) ?? path;
    const answer = await ctx.request.get(path, { maxRedirects: 0 });
    if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue;
    if (answer.status() !== 200 && path !== '/nothing-here') continue;
    const file = answer.headers()['content-disposition']?.startsWith('attachment');
    if (!found.has(pattern)) found.set(pattern, { path, role, file });
    for (const [, href] of (await answer.text()).matchAll(/ href="(\/[^"#?]*)(?:[?#][^"]*)?"/g)) {
      const next = patternOf(href);
      if (!next || seen.has(next) || seen.has(href)) continue;
      seen.add(next);
      queue.push(href);
    }
  }
}

before(async () => {
  site = await demoSite();
  for (const role of roles) {
    const ctx = await site.login(role);
    contexts.set(role, ctx);
    await crawl(role, ctx);
  }
});
after(() => site?.stop());

async function violations(page) {
  const { violations: bad } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), rules);
  return bad.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 140)).join(' | ')}`);
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

// What is wrong with the page as it stands, at a width and in a theme.
async function look(page, width, theme) {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate((t) => (document.documentElement.dataset.theme = t), theme);
  const bad = await violations(page);
  if (await overflow(page)) bad.push('overflows');
  return bad.map((b) => `${width} ${theme} ${b}`);
}

// Chinese as wide as a desk, English as narrow as a phone; the themes take turns from page to page.
async function examine(page, path, turn) {
  const bad = [];
  const themes = turn % 2 ? ['dark', 'light'] : ['light', 'dark'];
  for (const [lang, width] of [['zh', 1440], ['en', 375]]) {
    await page.context().addCookies([{ name: 'lang', value: lang, url: site.base }]);
    await page.goto(path);
    await page.evaluate(axe);
    bad.push(...(await look(page, width, themes.shift())).map((b) => `${lang} ${b}`));
    const unsized = await page.evaluate(() => [...document.images].filter((i) => (!i.closest('.ed') && !(i.getAttribute('width') && i.getAttribute('height'))) || i.getAttribute('alt') === null).length);
    if (unsized) bad.push(`${lang} ${unsized} images without width, height or alt`);
    if (lang === 'en') continue;
    await page.setViewportSize({ width: 375, height: 800 });
    if (await overflow(page)) bad.push(`zh overflows at 375`);
  }
  return bad;
}

test('every GET page of routes.def is reached by links', () => {
  const missing = patterns.map((p) => p.path).filter((p) => !found.has(p) && !apart[p]);
  assert.deepEqual(missing, []);
});

test('axe finds nothing, nothing overflows, nothing is written to the console', async () => {
  const bad = [];
  let turn = 0;
  const todo = [...found.values()].filter((it) => !it.file);
  const worker = async () => {
    for (let it = todo.shift(); it; it = todo.shift()) {
      const page = await contexts.get(it.role).newPage();
      page.on('console', (m) => m.type() === 'error' && !/status of 404/.test(m.text()) && bad.push(`${it.path}: ${m.text()}`));
      page.on('pageerror', (e) => bad.push(`${it.path}: ${e.message}`));
      bad.push(...(await examine(page, it.path, turn++)).map((b) => `${it.path} (${it.role}) ${b}`));
      await page.close();
    }
  };
  await Promise.all([worker(), worker()]);
  assert.equal([...new Set(bad)].join('\n'), '');
});

test('pictures do not move the text of an article or of the front page', async () => {
  const page = await contexts.get(visitor).newPage();
  await page.route('**/media/**', async (route) => {
    await new Promise((r) => setTimeout(r, 300));
    await route.continue();
  });
  for (const path of ['/', found.get('/a/:handle/:no').path]) {
    await page.goto(path, { waitUntil: 'load' });
    const shift = await page.evaluate(() => new Promise((done) => {
      let sum = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((e) => (sum += e.value))).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => done(sum), 500);
    }));
    assert.ok(shift < 0.01, `${path} moved by ${shift}`);
  }
  await page.close();
});

test('an article with its CSS and JavaScript is at most 40 KB compressed', async () => {
  const { path } = found.get('/a/:handle/:no');
  const size = async (url) => {
    const answer = await fetch(site.base + url, { headers: { 'accept-encoding': 'br' } });
    assert.equal(answer.headers.get('content-encoding'), 'br', url);
    return Number(answer.headers.get('content-length'));
  };
  const html = await (await fetch(site.base + path)).text();
  const assets = [...html.matchAll(/(?:src|href)="([^"]+\.(?:css|js))"/g)].map((m) => m[1]);
  assert.ok(assets.some((a) => a.endsWith('.css')) && assets.some((a) => a.endsWith('.js')));
  const sizes = await Promise.all([path, ...assets].map(size));
  const sum = sizes.reduce((a, b) => a + b);
  assert.ok(sum > 0 && sum <= 40 * 1024, `${sum} bytes`);
});

test('without JavaScript a reader logs in, reads, subscribes and unsubscribes', async () => {
  const ctx = await site.login('reader', { javaScriptEnabled: false });
  const page = await ctx.newPage();
  await page.goto(found.get('/a/:handle/:no').path);
  assert.ok((await page.locator('.body').innerText()).length > 80);
  const press = (name) => arrives(page, () => page.getByRole('button', { name, exact: true }).click());
  const first = (await page.getByRole('button', { name: '订阅', exact: true }).count()) ? ['订阅', '取消订阅'] : ['取消订阅', '订阅'];
  for (const name of first) await press(name);
  assert.ok(await page.getByRole('button', { name: first[0], exact: true }).isVisible());
  await page.goto('/me');
  assert.ok(await page.getByRole('heading', { level: 1, name: '我的订阅' }).isVisible());
  await ctx.close();
});

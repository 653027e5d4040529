// What readers keep: a reading list, and a history only when asked for; and how articles look.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoData } from './binary.mjs';
import { startSite, words } from './drive.mjs';

let site;
let reader;
let article;
let title;
before(async () => {
  site = await startSite('--rate-factor', '1000');
  const table = demoData(site.data, ...site.db);
  const [, mobile, password] = table.match(/^reader\s+(154\d{8})\s+(\S+)/m);
  reader = site.person();
  await reader.submit('/login', { 手机号: mobile, 密码: password }, { button: '登录' });
  article = (await reader.get('/')).text.match(/href="(\/a\/[a-z-]+\/\d+)"/)[1];
  title = (await reader.get(article)).text.match(/<h1 class="article-title">([^<]+)/)[1];
});
after(() => site.stop());

// Presses the button of the form that posts to action.
async function press(who, path, action, values = {}) {
  const page = await who.get(path);
  const csrf = page.text.match(new RegExp(`action="${action}"[^>]*><input type="hidden" name="_csrf" value="([^"]*)"`))?.[1];
  assert.notEqual(csrf, undefined, `a form to ${action} on ${path}`);
  return who.send(action, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...values }) });
}

test('an article is saved once, listed, and taken out again', async () => {
  assert.match(words(await reader.get('/me/saved')), /还没有要稍后读的文章/);
  assert.equal((await press(reader, article, `${article}/save`)).status, 303);
  assert.ok((await reader.get('/me/saved')).text.includes(title));
  assert.equal((await press(reader, article, `${article}/unsave`)).location, article);
  assert.ok(!(await reader.get('/me/saved')).text.includes(title));
  await press(reader, article, `${article}/save`);
  assert.equal((await press(reader, '/me/saved', `${article}/unsave`, { next: '/me/saved' })).location, '/me/saved');
});

test('what is followed is left on the list of it, and one lands on the list again', async () => {
  const account = article.replace(/\/\d+$/, '');
  const list = '/me/subscriptions';
  if ((await reader.get(list)).text.includes(`href="${account}"`)) await press(reader, list, `${account}/unsubscribe`, { next: list });
  await press(reader, account, `${account}/subscribe`);
  assert.ok((await reader.get(list)).text.includes(`href="${account}"`));
  assert.equal((await press(reader, list, `${account}/unsubscribe`, { next: list })).location, list);
  assert.ok(!(await reader.get(list)).text.includes(`href="${account}"`));
  await press(reader, account, `${account}/subscribe`);
  assert.equal((await press(reader, list, `${account}/unsubscribe`, { next: 'https://elsewhere.example/' })).location, '/', 'no way off the site');
});

test('others have their own list, and nobody has one without a login', async () => {
  const stranger = site.person();
  assert.match((await stranger.get('/me/saved')).location, /^\/login/);
  assert.equal((await stranger.send(`${article}/save`, { method: 'POST' })).status, 401);
  const seen = (await stranger.get(article)).text;
  const ways = [...seen.matchAll(/href="\/login\?next=([^"]*)"/g)].map((m) => decodeURIComponent(m[1]));
  assert.equal(ways.filter((to) => to === article).length, 2, 'saving and subscribing lead to the login and back');
  const csrf = (await reader.get(article)).text.match(/name="_csrf" value="([^"]+)"/)[1];
  const missing = await reader.send(`${article}99999/save`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) });
  assert.equal(missing.status, 404);
});

test('a history is kept only after it was switched on, and is gone when switched off', async () => {
  const csrf = (await reader.get(article)).text.match(/data-csrf="([^"]*)"/)[1];
  const note = (place) => reader.send(`${article}/read`, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, place }) });
  assert.equal((await note('400')).status, 200);
  assert.match(words(await reader.get('/me/history')), /没有记录阅读历史/);
  assert.equal((await press(reader, '/me/history', '/me/history', { act: 'on' })).status, 303);
  await note('400');
  const page = await reader.get('/me/history');
  assert.ok(page.text.includes(title));
  assert.match(words(page), /读到 40%/);
  assert.match((await reader.get(article)).text, /data-keep="true" data-place="400"/);
  for (const bad of ['-1', '1001', 'x', '']) assert.equal((await note(bad)).status, 422, bad);
  await press(reader, '/me/history', '/me/history', { act: 'clear' });
  assert.ok(!(await reader.get('/me/history')).text.includes(title));
  await note('500');
  await press(reader, '/me/history', '/me/history', { act: 'off' });
  await press(reader, '/me/history', '/me/history', { act: 'on' });
  assert.ok(!(await reader.get('/me/history')).text.includes(title));
});

test('size and typeface are chosen without scripts and remembered without a login', async () => {
  const who = site.person();
  const choose = (values) => press(who, article, '/reading', { next: article, ...values });
  assert.match((await who.get(article)).text, /<article class="read ?" data-size="m">/);
  assert.equal((await choose({ size: 'l' })).location, article);
  await choose({ face: 's' });
  for (let i = 0; i < 2; i++) assert.match((await who.get(article)).text, /<article class="read serif" data-size="l">/);
  assert.match((await site.person().get(article)).text, /<article class="read ?" data-size="m">/, 'not for others');
  assert.equal((await choose({ size: 'q' })).status, 422);
  assert.equal((await choose({ size: 'm', next: '//evil.example' })).location, '/');
});

test('the QR code of a public article is a picture', async () => {
  const code = await reader.get(`${article}/qr.svg`);
  assert.equal(code.headers.get('content-type'), 'image/svg+xml');
  assert.match(code.text, /^<\?xml[^>]*>\n<svg [^>]*viewBox="0 0 \d+ \d+"[^>]*><rect [^>]*\/><path d="M[^"<]+"\/><\/svg>$/);
  assert.equal((await reader.get(`${article}99999/qr.svg`)).status, 404);
});

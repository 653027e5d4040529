// The reading list without a network: kept with its pictures, read, listed; a takedown, an unsaving and
// a logout reach the copies; nothing private is ever kept.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { demoData } from '../site/binary.mjs';
import { startSite } from '../site/drive.mjs';
import { arrives, launch } from './chromium.mjs';

let site, browser, reader, page, kept;

// The network between browser and server: cut for pages and service workers alike, which the browser's own
// switch is not.
const wires = new Set();
let cut = false;
const network = net.createServer((near) => {
  if (cut) return near.destroy();
  const far = net.connect(site.port, '127.0.0.1');
  for (const [a, b] of [[near, far], [far, near]]) {
    wires.add(a);
    a.pipe(b);
    a.on('error', () => b.destroy()).on('close', () => (b.destroy(), wires.delete(a)));
  }
});
async function offline(on) {
  cut = on;
  if (on) wires.forEach((wire) => wire.destroy());
  await reader.setOffline(on);
}
const shots = process.env.GONGQI_TEST_SHOTS;
const noise = [];
const row = (role) => demoData(site.data, ...site.db, '--show').match(new RegExp(`^${role}\\s+(\\d+)\\s+(\\S+)\\s+(\\S+)`, 'm'));
async function staff(role) {
  const [, mobile, password, code] = row(role);
  const who = site.person();
  const first = await who.submit('/login', { 手机号: mobile, 密码: password });
  assert.equal((await who.submit(first.location, { 动态验证码: code })).status, 303);
  return who;
}
before(async () => {
  site = await startSite('--rate-factor', '1000');
  demoData(site.data, ...site.db);
  browser = await launch();
  await new Promise((ready) => network.listen(0, '127.0.0.1', ready));
  reader = await browser.newContext({ baseURL: `http://127.0.0.1:${network.address().port}`, locale: 'zh-CN', reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
  page = await reader.newPage();
  page.on('pageerror', (e) => noise.push(String(e)));
  page.on('console', (m) => /Content Security Policy/.test(m.text()) && noise.push(m.text()));
  await page.goto('/login');
  await page.getByLabel('手机号').fill(row('reader')[1]);
  await page.getByLabel('密码').fill(row('reader')[2]);
  await arrives(page, () => page.getByRole('button', { name: '登录', exact: true }).click());
  if (shots) mkdirSync(shots, { recursive: true });
});
after(async () => {
  await browser?.close();
  network.close();
  await site.stop();
});

const shoot = async (name) => {
  if (!shots) return;
  for (const width of [1440, 375]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: `${shots}/${name}-${width}.png` });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
};
beforeEach(() => offline(false));
const keys = () => page.evaluate(async () => (await caches.has('kept')) ? (await (await caches.open('kept')).keys()).map((k) => new URL(k.url).pathname) : []);
const index = () => page.evaluate(async () => (await (await (await caches.open('kept')).match('/offline/index'))?.json())?.items ?? []);
async function until(what, why) {
  for (let i = 0; i < 150; i++) {
    if (await what()) return;
    await page.waitForTimeout(100);
  }
  assert.fail(why);
}
const save = async (path) => {
  await page.goto(path);
  await arrives(page, () => page.locator('.tools form button').first().click());
};

test('what is saved is kept with its pictures, without a trace of who saved it', async () => {
  await page.goto('/');
  const paths = await page.$$eval('.feed-title a, .feed a', (all) => [...new Set(all.map((a) => a.getAttribute('href')).filter((p) => /^\/a\/[a-z-]+\/\d+$/.test(p)))]);
  const withPictures = [];
  for (const path of paths) {
    if (/<figure class="pic">/.test((await site.person().get(path)).text)) withPictures.push(path);
    if (withPictures.length) break;
  }
  kept = [...new Set([...withPictures, ...paths])].slice(0, 3);
  for (const path of kept) await save(path);
  await until(async () => (await index()).length === 3, 'three articles are kept');
  const held = await keys();
  for (const path of kept) assert.ok(held.includes(path), path);
  assert.ok(held.some((p) => p.startsWith('/media/')), 'pictures too');
  for (const path of held) assert.match(path, /^\/(a\/[a-z-]+\/\d+|media\/.*|offline|offline\/index)$/, 'nothing private');
  const text = await page.evaluate(async (p) => (await (await caches.open('kept')).match(p)).text(), kept[0]);
  assert.doesNotMatch(text, /_csrf|<form|<script|href="\/me|content="known"/);
});

test('without a network they are read and listed, and other pages lead to the list', async () => {
  await page.goto('/me');
  const own = await page.locator('h1').first().innerText();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await offline(true);
  const answer = await page.goto(kept[0]);
  assert.ok(answer.fromServiceWorker());
  assert.match(await page.innerText('main'), /留存在本机的副本/);
  assert.ok((await page.innerText('.body')).length > 50);
  const pictures = await page.$$eval('main img', async (all) => Promise.all(all.map((i) => i.decode().then(() => i.naturalWidth, () => 0))));
  assert.ok(pictures.length && pictures.every((w) => w > 0), `pictures: ${pictures}`);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.read')).display !== '' && document.styleSheets.length), 1, 'the style sheet is there');
  await shoot('copy-zh');
  await page.goto('/me');
  assert.ok(!(await page.innerText('body')).includes(own) || own === '离线阅读', 'a private page is not kept');
  assert.equal(await page.locator('h1').innerText(), '离线阅读');
  await page.waitForSelector('.feed-item');
  assert.equal(await page.locator('.feed-item').count(), 3);
  assert.match(await page.innerText('.feed-item .feed-meta'), /留存于\s+\d{4}/);
  await shoot('list-zh');
  await arrives(page, () => page.locator('.feed-item a').last().click());
  assert.equal(new URL(page.url()).pathname, kept[0]);
  await offline(false);
});

test('what is taken off the list leaves the device', async () => {
  await save(kept[2]); // the same button takes it out
  await until(async () => !(await keys()).includes(kept[2]), 'gone');
  assert.equal((await index()).length, 2);
});

test('a takedown reaches the copy at the next page with a network', async () => {
  const [compliance, reviewer] = [await staff('compliance'), await staff('reviewer')];
  const raised = await compliance.submit(`/desk/raise/${kept[1].slice(3)}`, { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' });
  await reviewer.submit(raised.location, {}, { button: '领取' });
  const ruled = await reviewer.submit(raised.location, { 处置措施: '移除文章', 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '写有收费办法。', 理由: '违反管理规则。' }, { button: '作出决定' });
  assert.match(ruled.location, /^\/desk\/rulings\//);
  assert.ok((await keys()).includes(kept[1]), 'still there: nobody asked yet');
  await page.goto('/');
  await until(async () => !(await keys()).includes(kept[1]), 'the copy is gone');
  await offline(true);
  await page.goto(kept[1]);
  assert.equal(await page.locator('h1').innerText(), '离线阅读');
  assert.equal(await page.locator('.feed-item').count(), 1);
  await offline(false);
});

test('in English', async () => {
  await page.goto('/offline');
  await arrives(page, () => page.getByRole('button', { name: 'English' }).click());
  await page.waitForSelector('.feed-item');
  await until(() => page.evaluate(async () => /Offline reading/.test(await (await (await caches.open('kept')).match('/offline')).text())), 'the list speaks the language');
  await shoot('list-en');
  await arrives(page, () => page.locator('.foot button[lang]').click());
});

test('a logout takes every copy away', async () => {
  await page.goto('/');
  assert.ok((await keys()).includes(kept[0]));
  await page.locator('.top .menu summary').click();
  await arrives(page, () => page.getByRole('button', { name: '退出登录' }).click());
  await until(async () => !(await keys()).length, 'nothing is left');
  await offline(true);
  await page.goto(kept[0]);
  assert.match(await page.innerText('main'), /还没有留存文章|Nothing is kept/, 'in the language of the browser');
  await shoot('none-zh');
  await offline(false);
});

test('nothing was refused by the content security policy, and no script failed', () => assert.deepEqual(noise, []));

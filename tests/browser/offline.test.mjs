// The reading list without a network: kept with its pictures, read, listed; a takedown, an unsaving and
// a logout reach the copies; nothing private is ever kept.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { arrives } from './chromium.mjs';
import { demoSite } from './demo.mjs';

let site, reader, page, kept;
const shots = process.env.GONGQI_TEST_SHOTS;
before(async () => {
  site = await demoSite();
  reader = await site.login('reader');
  page = await reader.newPage();
  if (shots) mkdirSync(shots, { recursive: true });
});
after(() => site.stop());

const shoot = async (name) => {
  if (!shots) return;
  for (const width of [1440, 375]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: `${shots}/${name}-${width}.png` });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
};
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
    await page.goto(path);
    if (await page.locator('.body figure.pic img').count()) withPictures.push(path);
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
  await reader.setOffline(true);
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
  assert.match(await page.innerText('.feed-item .feed-meta'), /留存于 \d{4}/);
  await shoot('list-zh');
  await arrives(page, () => page.locator('.feed-item a').last().click());
  assert.equal(new URL(page.url()).pathname, kept[0]);
  await reader.setOffline(false);
});

test('what is taken off the list leaves the device', async () => {
  await save(kept[2]); // the same button takes it out
  await until(async () => !(await keys()).includes(kept[2]), 'gone');
  assert.equal((await index()).length, 2);
});

test('a takedown reaches the copy at the next page with a network', async () => {
  const [, handle, no] = kept[1].match(/^\/a\/([a-z-]+)\/(\d+)/);
  await site.takeDown(handle, no);
  await page.goto('/');
  await until(async () => !(await keys()).includes(kept[1]), 'the copy is gone');
  await reader.setOffline(true);
  await page.goto(kept[1]);
  assert.equal(await page.locator('h1').innerText(), '离线阅读');
  assert.equal(await page.locator('.feed-item').count(), 1);
  await reader.setOffline(false);
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
  await reader.setOffline(true);
  await page.goto(kept[0]);
  assert.match(await page.innerText('main'), /还没有留存文章/);
  await shoot('none-zh');
  await reader.setOffline(false);
});

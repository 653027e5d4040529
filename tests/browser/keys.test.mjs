// Without a mouse: skip link, shortcuts, visible focus; logging in and deciding by keys alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arrives } from './chromium.mjs';
import { demoSite, visitor } from './demo.mjs';

let site;
before(async () => (site = await demoSite()));
after(() => site?.stop());

const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id || document.activeElement.name);

// Tab until the focus is on something that test() accepts; every stop must be visible.
async function tabTo(page, accept) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const el = document.activeElement;
      const style = getComputedStyle(el);
      return { tag: el.tagName, id: el.id, href: el.href ?? '', text: el.textContent.trim(), ring: parseFloat(style.outlineWidth), style: style.outlineStyle };
    });
    if (at.tag === 'BODY') continue;
    assert.ok(at.ring >= 2 && at.style !== 'none', `focus is not visible on ${at.tag} ${at.id} ${at.text.slice(0, 40)}`);
    if (accept(at)) return at;
  }
  throw new Error('never reached by Tab');
}

test('the first Tab offers to skip to the content, and Enter does it', async () => {
  const ctx = await site.login(visitor);
  const page = await ctx.newPage();
  for (const path of ['/', '/login', '/rules']) {
    await page.goto(path);
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), '跳到正文', path);
    assert.ok(await page.locator('.skip').isVisible());
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main', path);
  }
});

test('j and k walk the list, Enter opens, ? explains, Escape closes', async () => {
  const page = await (await site.login(visitor)).newPage();
  await page.goto('/');
  const titles = await page.locator('.feed-title').allInnerTexts();
  const at = async () => (await focused(page)).trim();
  await page.keyboard.press('j');
  assert.equal(await at(), titles[0]);
  await page.keyboard.press('j');
  assert.equal(await at(), titles[1]);
  await page.keyboard.press('k');
  assert.equal(await at(), titles[0]);
  await page.keyboard.press('?');
  assert.ok(await page.getByRole('dialog').isVisible());
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/a\//);
  assert.equal(await page.locator('h1').innerText(), titles[0]);
});

test('a reviewer logs in and decides by keys alone', async () => {
  const ctx = await site.login('reviewer');
  const page = await ctx.newPage();
  await page.goto('/desk/cases?kind=article');
  await tabTo(page, (el) => /\/desk\/cases\/\d+$/.test(el.href));
  await arrives(page, () => page.keyboard.press('Enter'));
  const mine = page.url();
  await tabTo(page, (el) => el.tag === 'BUTTON' && el.text === '领取');
  await arrives(page, () => page.keyboard.press('Enter'));
  await tabTo(page, (el) => el.tag === 'BUTTON' && el.text === '通过');
  await arrives(page, () => page.keyboard.press('Enter'));
  await page.goto(mine);
  assert.equal(await page.getByRole('button', { name: '通过', exact: true }).count(), 0, 'the case is decided');
});

test('logging in needs no mouse', async () => {
  const ctx = await site.context();
  const page = await ctx.newPage();
  const { mobile, password } = site.person('reader');
  await page.goto('/login');
  await tabTo(page, (el) => el.id === 'f-mobile');
  await page.keyboard.type(mobile);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/(me)?$/);
});

test('g and a letter go to the places of the desk', async () => {
  const page = await (await site.login('editor_in_chief')).newPage();
  await page.goto('/desk');
  const link = page.locator('.side-link[data-key]:not([data-key=""])').last();
  const [key, href] = [await link.getAttribute('data-key'), await link.getAttribute('href')];
  await page.keyboard.press('g');
  await page.keyboard.press(key);
  await page.waitForURL((url) => url.pathname === href);
});

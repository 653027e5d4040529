// The queue by keyboard alone: next, help, reason, return, approve, reject after a question; keys do
// nothing while somebody types; the claim is kept while the page is open.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, pdf, staff, startSite } from '../site/drive.mjs';
import { launch } from './chromium.mjs';

let site, browser, page;

async function applicant(n) {
  const who = await site.person().signUp(`1540000007${n}`, `申请人${n}`);
  const path = '/me/registrants/new/individual';
  const mobile = `1540000008${n}`;
  const shown = await who.submit(path, { 真实姓名: '诸葛孔明', 证件类型: '居民身份证', 证件号码: citizenNumber(70 + n), 所在省份: '四川', 手机号码: mobile }, { button: '获取验证码' });
  const sent = await who.submit(path, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page: shown });
  assert.equal(sent.status, 303);
}

before(async () => {
  site = await startSite('--rate-factor', '100');
  const boss = await admin(site);
  const reviewer = await staff(site, boss, '15400000061', ['审核员'], '审核员甲');
  for (let n = 0; n < 3; n++) await applicant(n);
  browser = await launch();
  const context = await browser.newContext({ baseURL: site.base, locale: 'zh-CN', viewport: { width: 1280, height: 900 } });
  await context.addCookies([...reviewer.cookies].map(([name, value]) => ({ name, value, url: site.base })));
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await site.stop();
});

const press = async (key) => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(key);
};
const moved = (from) => page.waitForURL((url) => url.pathname !== from);
const here = () => new URL(page.url()).pathname;

test('n takes the next case, ? lists the keys of this page', async () => {
  await page.goto('/desk/cases');
  await press('n');
  await page.waitForURL(/\/desk\/cases\/\d+$/);
  await press('?');
  const help = page.locator('dialog.confirm:visible');
  for (const [key, what] of [['a', '通过'], ['r', '退回修改'], ['x', '拒绝'], ['n', '先看下一件']])
    await help.locator('div', { has: page.locator('dt', { hasText: key }) }).filter({ hasText: what }).first().waitFor();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
});

test('x without a reason leads to the reason; letters typed there decide nothing', async () => {
  const at = here();
  await press('x');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'reason');
  await page.keyboard.type('arxn');
  assert.equal(here(), at);
  assert.equal(await page.inputValue('#reason'), 'arxn');
});

test('x with a reason asks; other keys do nothing while it asks; the answer goes on to the next', async () => {
  const at = here();
  await press('x');
  const question = page.locator('#reject');
  await question.waitFor({ state: 'visible' });
  await page.keyboard.press('a');
  await page.waitForTimeout(200);
  assert.equal(here(), at);
  await question.getByRole('button', { name: '拒绝' }).click();
  await moved(at);
  assert.match(here(), /\/desk\/cases\/\d+$/);
});

test('a reason fills in its words; r returns; a approves', async () => {
  let at = here();
  await page.selectOption('#reason-key', 'unreadable');
  assert.match(await page.inputValue('#reason'), /重新拍照或扫描/);
  await page.selectOption('#reason-key', 'incomplete');
  assert.match(await page.inputValue('#reason'), /补齐证明文件/);
  await page.fill('#reason', '我自己的话');
  await page.selectOption('#reason-key', 'unreadable');
  assert.equal(await page.inputValue('#reason'), '我自己的话');
  await press('r');
  await moved(at);
  at = here();
  assert.match(at, /\/desk\/cases\/\d+$/);
  await press('a');
  await page.waitForURL('**/desk');
  await page.getByText('暂时没有下一件').waitFor();
});

test('the claim is renewed while the page is open and used', async () => {
  await applicant(3);
  await page.goto('/desk/cases');
  await page.clock.install();
  await press('n');
  await page.waitForURL(/\/desk\/cases\/\d+$/);
  const total = Number(await page.locator('.lease').getAttribute('data-lease-ms'));
  const renewed = page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/claim'));
  await page.clock.fastForward(total * 0.6);
  await renewed;
  await page.clock.runFor(1000);
  assert.equal(await page.locator('.lease.lost').count(), 0);
});

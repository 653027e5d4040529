// The main road in the browser, by what people see: labels, buttons, links. Staff are appointed over
// HTTP (tests/site walks that); everything from sign-up to the reader's feed is clicked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { admin, citizenNumber, staff, startSite, words } from '../site/drive.mjs';
import { arrives, launch } from './chromium.mjs';

const phone = { width: 375, height: 812 };
const desk = { width: 1440, height: 900 };
const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
const proof = { name: 'proof.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n') };
let site, browser, operator, reviewer, article;
const errors = [];

async function context(options) {
  const ctx = await browser.newContext({ baseURL: site.base, locale: 'zh-CN', viewport: desk, ...options });
  ctx.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  return ctx;
}

// The browser of somebody who logged in over HTTP.
async function pageOf(person) {
  const ctx = await context();
  await ctx.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: site.base })));
  return ctx.newPage();
}

const main = (page) => page.locator('main');
const press = (page, name) => arrives(page, () => main(page).getByRole('button', { name, exact: true }).click());

async function signUp(page, mobile, name) {
  await page.goto('/');
  await page.getByRole('link', { name: '注册', exact: true }).click();
  await page.getByLabel('称呼').fill(name);
  await page.getByLabel('手机号').fill(mobile);
  await press(page, '发送验证码');
  await page.getByLabel('短信验证码').fill(await site.code(mobile));
  await page.getByLabel('密码').fill('correct horse battery');
  await press(page, '注册');
  assert.doesNotMatch(page.url(), /signup/, await main(page).innerText());
}

// The reviewer takes the next case and approves it; gives back what was shown.
async function approve() {
  await reviewer.goto('/desk');
  await press(reviewer, '处理下一件');
  const seen = await main(reviewer).innerText();
  await press(reviewer, '通过');
  assert.equal(await reviewer.getByRole('alert').count(), 0, await main(reviewer).innerText());
  return seen;
}

before(async () => {
  site = await startSite();
  browser = await launch();
  const boss = await admin(site);
  const set = await boss.submit('/desk/provider', { '规则公示期（天）': '0', '协议重签期限（天）': '0', 修改理由: '测试' }, { button: '保存' });
  assert.equal(set.status, 303, words(set));
  const chief = await staff(site, boss, '15400000091', ['总编辑'], '总编辑甲');
  await boss.submit('/desk/posts', { 人选: '总编辑甲', 任命文件号: '〔2026〕3 号' }, { button: '任命' });
  const agreement = await chief.submit('/desk/policies/service_agreement', { 标题: '服务协议', '正文（Markdown）': '## 第一条\n\n双方按本协议行事。', 生效日期: today }, { button: '公布' });
  assert.equal(agreement.status, 303, words(agreement));
  reviewer = await pageOf(await staff(site, boss, '15400000092', ['审核员'], '审核员乙'));
  operator = await (await context({ viewport: phone })).newPage();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('somebody signs up on a phone and proves who they are', async () => {
  await signUp(operator, '15400000004', '运营者');
  // On a phone the tabs of /me end beyond the edge: the way to publish begins in the menu.
  assert.match(await main(operator).innerText(), /想自己发表文章/);
  await operator.locator('header .menu summary').click();
  await operator.locator('.menu-box').getByRole('link', { name: '公众账号', exact: true }).click();
  await operator.waitForURL(/\/me\/accounts$/);
  await operator.goto('/me/registrants');
  await main(operator).getByRole('link', { name: '开始认证' }).first().click();
  await main(operator).getByRole('link', { name: /^个人/ }).click();
  await operator.getByLabel('真实姓名').fill('张三');
  await operator.getByLabel('证件类型').selectOption({ label: '居民身份证' });
  await operator.getByLabel('证件号码').fill(citizenNumber(41));
  await operator.getByLabel('所在省份').selectOption({ label: '四川' });
  await operator.getByLabel('手机号码').fill('15400000014');
  await press(operator, '获取验证码');
  assert.equal(await operator.getByLabel('真实姓名').inputValue(), '张三', 'the form comes back filled in');
  await operator.getByLabel('短信验证码').fill(await site.code('15400000014'));
  await operator.getByLabel('证件照片').setInputFiles(proof);
  await press(operator, '提交认证');
  assert.match(await operator.locator('main').innerText(), /已提交/);
  assert.doesNotMatch(await approve(), new RegExp(citizenNumber(41)));
});

test('they sign the agreement and apply for an account, which is reviewed', async () => {
  await operator.goto('/me/registrants');
  await main(operator).getByRole('link', { name: '签署服务协议' }).first().click();
  await operator.getByLabel('我已阅读并同意本协议的全部内容').check();
  await press(operator, '签署');
  await operator.goto('/me/accounts/new');
  await operator.getByLabel('注册主体').selectOption({ index: 1 });
  await operator.getByLabel('账号名称').fill('河岸观察');
  await operator.getByLabel('账号地址').fill('riverside');
  await operator.getByLabel('账号介绍').fill('记录一条河的四季。');
  await operator.getByLabel('环境').check();
  await press(operator, '申请公众账号');
  assert.equal(await operator.getByRole('alert').count(), 0, await main(operator).innerText());
  assert.equal((await operator.request.get('/a/riverside')).status(), 404, 'not public before the review');
  await approve();
  assert.equal((await operator.request.get('/a/riverside')).status(), 200);
});

test('an article is written without JavaScript, reviewed as readers will see it, and published', async () => {
  const plain = await context({ javaScriptEnabled: false, storageState: await operator.context().storageState() });
  const page = await plain.newPage();
  await page.goto('/console/riverside/articles/new');
  if (!/\/edit$/.test(page.url())) {
    await page.getByLabel('标题').fill('春天的水位');
    await main(page).getByRole('button').last().click();
    await page.waitForURL(/\/edit$/);
  }
  await page.getByLabel('标题').fill('春天的水位');
  await page.getByLabel('类别').selectOption({ label: '环境' });
  await page.getByLabel('正文', { exact: true }).fill('**三月以来**，水位上升了两厘米。\n\n- 上游\n- 下游');
  await press(page, '保存并提交');
  assert.equal(await page.getByRole('alert').count(), 0, await main(page).innerText());
  assert.match(await approve(), /水位上升/);
  await plain.close();
});

test('a reader finds it on the front page, subscribes and sees it in the feed', async () => {
  const page = await (await context({ viewport: phone })).newPage();
  await signUp(page, '15400000005', '读者');
  await page.goto('/');
  await page.getByRole('link', { name: '春天的水位' }).click();
  article = page.url();
  assert.match(await main(page).innerText(), /河岸观察[\s\S]*个人[\s\S]*春天的水位[\s\S]*三月以来/);
  assert.equal(await page.locator('.body strong').innerText(), '三月以来');
  await press(page, '订阅');
  await page.goto('/me');
  assert.ok(await page.getByRole('link', { name: '春天的水位' }).isVisible());
});

test('a visitor reads it in dark and on paper', async () => {
  const page = await (await context({ colorScheme: 'dark' })).newPage();
  await page.goto(article);
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await colour();
  assert.ok(dark.match(/\d+/g).every((c) => Number(c) < 64), dark);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await colour(), 'rgb(255, 255, 255)');
  assert.ok(!(await page.locator('.top').isVisible()));
  assert.deepEqual(errors.filter((e) => !/status of 404/.test(e)), []);
});

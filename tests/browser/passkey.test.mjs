// Passkeys in Chromium, with its virtual authenticator (Chrome DevTools Protocol, domain WebAuthn).
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { startSite } from '../site/drive.mjs';
import { arrives, launch } from './chromium.mjs';

let site, browser, base;
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

before(async () => {
  const port = await freePort(); // passkeys belong to an origin, so that it must be known at the start
  base = `http://localhost:${port}`; // an address of numbers has no passkeys
  site = await startSite('--listen', `127.0.0.1:${port}`, '--public-url', base);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

// A page with an authenticator that verifies its user (or does not), and what the page complained of.
async function open(options = {}, verified = true) {
  const ctx = await browser.newContext({ baseURL: base, locale: 'zh-CN', ...options });
  const page = await ctx.newPage();
  const errors = [];
  page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && errors.push(m.text()));
  page.on('pageerror', (e) => errors.push(e.message));
  const cdp = await ctx.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: verified, automaticPresenceSimulation: true },
  });
  return { ctx, page, errors, cdp, authenticatorId };
}

async function logIn(page, person) {
  await page.goto('/login');
  await page.getByLabel('手机号').fill(person.mobile);
  await page.getByLabel('密码').fill(person.password);
  await arrives(page, () => page.getByRole('button', { name: '登录', exact: true }).click());
}

test('register, log out, log in with the passkey, use it as second factor, remove it', async () => {
  const person = await site.member();
  const { page, errors, ctx, cdp, authenticatorId } = await open();
  await logIn(page, person);
  await page.goto('/me/security');
  await arrives(page, () => page.getByRole('link', { name: '添加通行密钥' }).click());
  await page.getByLabel('名称').fill('我的电脑');
  await page.getByLabel('当前密码').fill('a wrong password');
  await page.getByRole('button', { name: '添加', exact: true }).click();
  await page.getByText('密码不对').waitFor();
  await page.getByLabel('当前密码').fill(person.password);
  await arrives(page, () => page.getByRole('button', { name: '添加', exact: true }).click());
  assert.equal(await page.locator('.recovery-codes li').count(), 10);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].isResidentCredential);

  await ctx.clearCookies();
  await page.goto('/login');
  await arrives(page, () => page.getByRole('button', { name: '用通行密钥登录' }).click());
  assert.equal(new URL(page.url()).pathname, '/me');

  await ctx.clearCookies();
  await logIn(page, person);
  assert.equal(new URL(page.url()).pathname, '/login/second-factor');
  await arrives(page, () => page.getByRole('button', { name: '使用通行密钥' }).click());
  assert.equal(new URL(page.url()).pathname, '/me');

  await page.goto('/me/security/passkeys');
  await arrives(page, () => page.getByRole('link', { name: '我的电脑' }).click());
  await page.getByLabel('当前密码').fill(person.password);
  await arrives(page, () => page.getByRole('button', { name: '删除这个通行密钥' }).click());
  assert.ok(await page.getByText('没有通行密钥').isVisible());

  await ctx.clearCookies();
  await page.goto('/login');
  await arrives(page, () => page.getByRole('button', { name: '用通行密钥登录' }).click());
  assert.ok(await page.getByText('这里不认识这个通行密钥').isVisible());
  assert.deepEqual(errors, []);
  await ctx.close();
});

test('who is not verified, or has no passkey, is told what to do', async () => {
  const { page, ctx } = await open({}, false);
  await page.goto('/login');
  await page.getByRole('button', { name: '用通行密钥登录' }).click();
  await page.getByText('没有完成').waitFor();
  assert.ok(await page.getByRole('button', { name: '用通行密钥登录' }).isEnabled());
  await ctx.close();
});

test('at another address the page names the right one', async () => {
  const { page, ctx } = await open();
  await page.goto(`${site.base}/login`);
  assert.ok(await page.getByText(`通行密钥只能在 ${base} 上使用`).isVisible());
  await ctx.close();
});

test('without scripts, and without WebAuthn, the page says so', async () => {
  const plain = await open({ javaScriptEnabled: false });
  await plain.page.goto('/login');
  assert.ok(await plain.page.getByText('通行密钥需要 JavaScript').isVisible());
  assert.ok(await plain.page.getByRole('button', { name: '用通行密钥登录' }).isDisabled());
  await plain.ctx.close();
  const old = await open();
  await old.page.addInitScript(() => delete window.PublicKeyCredential);
  await old.page.goto('/login');
  assert.ok(await old.page.getByText('不支持通行密钥').isVisible());
  await old.ctx.close();
});

test('a password can be shown and hidden, and pasted', async () => {
  const { page, ctx } = await open();
  await page.goto('/login');
  const field = page.getByLabel('密码');
  await field.fill('typed or pasted');
  await page.getByRole('button', { name: '显示密码' }).click();
  assert.equal(await field.getAttribute('type'), 'text');
  await page.getByRole('button', { name: '隐藏密码' }).click();
  assert.equal(await field.getAttribute('type'), 'password');
  assert.equal(await field.inputValue(), 'typed or pasted');
  assert.equal(await field.evaluate((el) => el.dispatchEvent(new ClipboardEvent('paste', { cancelable: true }))), true);
  await ctx.close();
});

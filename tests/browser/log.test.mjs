// The page /log checks a receipt in the browser, and finds what somebody changed in it: A16.2.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { citizenNumber, pdf, startSite } from '../site/drive.mjs';

let site, browser, page, receipt;
const noise = [];
before(async () => {
  site = await startSite('--rate-factor', '1000');
  const who = await site.person().signUp('15400000041');
  const path = '/me/registrants/new/individual';
  const shown = await who.submit(path, { 真实姓名: '司马相如', 证件类型: '居民身份证', 证件号码: citizenNumber(41), 所在省份: '四川', 手机号码: '15400000042' }, { button: '获取验证码' });
  const done = await who.submit(path, { 短信验证码: await site.code('15400000042') }, { button: '提交认证', files: { 证件照片: pdf }, page: shown });
  for (let i = 0; i < 300 && !receipt; i++) {
    const link = (await who.get(`${done.location}/record`)).text.match(/href="([^"]+\/record\/\d+)"/);
    if (link) receipt = (await who.get(link[1])).text;
    else await new Promise((r) => setTimeout(r, 100));
  }
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  page = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
  page.on('console', (m) => noise.push(m.text()));
  page.on('pageerror', (e) => noise.push(String(e)));
});
after(async () => {
  await browser?.close();
  await site.stop();
});

async function check(text) {
  await page.goto(`${site.base}/log`);
  await page.setInputFiles('.receipt-drop input', { name: 'r.tlog-proof', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.waitForSelector('.receipt-lines');
  return page.innerText('.receipt-lines');
}

test('a good receipt: included, signed, and its entry shown', async () => {
  const said = await check(receipt);
  assert.match(said, /记录确在签名的树里/);
  assert.match(said, /签名属于本平台的记录密钥|不能核对 Ed25519/);
  assert.match(said, /"kind": "registrant_submitted"/);
});

test('a changed entry, index, proof, root or signature is told', async () => {
  const swap = (s, at) => s.slice(0, at) + (s[at] === 'A' ? 'B' : 'A') + s.slice(at + 1);
  assert.match(await check(swap(receipt, receipt.indexOf('extra ') + 20)), /不在签名的树里|不是一张回执/);
  assert.match(await check(receipt.replace(/\nindex (\d+)/, (_, n) => `\nindex ${Number(n) + 1}`)), /不在签名的树里/);
  const root = receipt.indexOf('\n', receipt.indexOf('/log\n') + 5) + 3;
  assert.match(await check(swap(receipt, root)), /不在签名的树里/);
  assert.match(await check(swap(receipt, receipt.length - 30)), /签名不对|不能核对/);
  assert.match(await check('hello'), /不是一张回执/);
  assert.match(await check(''), /不是一张回执/);
});

test('nothing was refused by the content security policy', () => assert.deepEqual(noise, []));

// The record that anyone can check: A16.2. Two verifiers that share no code must agree, on what is
// right and on everything that somebody changed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkLog, checkReceipt, reader, readCheckpoint, readKey } from '../verify.mjs';
import { binary, demoData } from './binary.mjs';
import { citizenNumber, pdf, startSite, words } from './drive.mjs';

const verifier = join(dirname(binary()), 'gongqi-verify');
const script = new URL('../verify.mjs', import.meta.url).pathname;
let site, demo, dir, key;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gongqi-log-'));
  site = await startSite('--rate-factor', '1000');
  demo = demoData(site.data, ...site.db);
  writeFileSync(join(dir, 'key'), await text('/log/key'));
  key = readKey(await text('/log/key'));
});
after(async () => {
  await site.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function text(path) {
  const res = await fetch(site.base + path, { headers: { 'accept-language': 'zh' } });
  assert.equal(res.status, 200, path);
  return res.text();
}
const checkpoint = async () => readCheckpoint(await text('/log/checkpoint'), key);
async function sealed(atLeast) {
  for (let i = 0; i < 100; i++) {
    const page = await text('/log');
    const [, size] = /<dt>已封存的记录<\/dt><dd class="num">(\d+)</.exec(page);
    const [, pending] = /<dt>等待封存<\/dt><dd class="num">(\d+)</.exec(page);
    if (Number(size) >= atLeast && pending === '0') return Number(size);
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('never sealed');
}
const run = (...args) => spawnSync(verifier, args, { encoding: 'utf8' });
const other = (...args) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
function both(good, ...args) {
  const [a, b] = [run(...args), other(...args)];
  assert.equal(a.status, good ? 0 : 1, `gongqi-verify ${args.join(' ')}: ${a.stdout}${a.stderr}`);
  assert.equal(b.status, good ? 0 : 1, `verify.mjs ${args.join(' ')}: ${b.stdout}${b.stderr}`);
  assert.doesNotMatch(a.stderr, /Sanitizer|runtime error/);
}

// A copy as a monitor makes it, file by file.
async function copy(to) {
  const c = await checkpoint();
  const put = async (path) => {
    const res = await fetch(`${site.base}/log/${path}`);
    assert.equal(res.status, 200, path);
    assert.equal(res.headers.get('content-type'), 'application/octet-stream');
    assert.match(res.headers.get('cache-control'), /immutable/);
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), Buffer.from(await res.arrayBuffer()));
  };
  for (const level of ['entries', 0, 1])
    for (let n = 0, have = Number(level === 1 ? c.size / 256n : c.size); n * 256 < have; n++) {
      const width = Math.min(256, have - n * 256);
      await put(`tile/${level}/${String(n).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`);
    }
  writeFileSync(join(to, 'checkpoint'), await text('/log/checkpoint'));
  return Number(c.size);
}
const files = (at, under = '') => readdirSync(join(at, under), { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(at, join(under, e.name)) : [join(under, e.name)]));

test('what another process wrote is sealed, and both verifiers find the copy whole', async () => {
  const size = await sealed(300);
  assert.equal(await copy(join(dir, 'copy')), size);
  both(true, 'log', join(dir, 'key'), join(dir, 'copy'));
  both(true, 'hashes', join(dir, 'key'), join(dir, 'copy'));
  both(true, 'checkpoint', join(dir, 'key'), join(dir, 'copy', 'checkpoint'));
  both(true, 'log', join(dir, 'key'), `${site.base}/log`);
});

test('one flipped bit in any file is found by both', () => {
  const all = files(join(dir, 'copy'));
  assert.ok(all.some((f) => f.includes('.p/')) && all.includes('tile/0/000') && all.includes('tile/entries/000'), all.join(' '));
  for (const f of all) {
    const bad = join(dir, 'bad');
    rmSync(bad, { recursive: true, force: true });
    cpSync(join(dir, 'copy'), bad, { recursive: true });
    const bytes = readFileSync(join(bad, f));
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(join(bad, f), bytes);
    both(false, 'log', join(dir, 'key'), bad);
    writeFileSync(join(bad, f), bytes.subarray(0, bytes.length - 1));
    both(false, 'log', join(dir, 'key'), bad);
    rmSync(join(bad, f));
    both(false, 'log', join(dir, 'key'), bad);
  }
});

test('another key refuses it', () => {
  const [, name] = /^([^+]+)/.exec(readFileSync(join(dir, 'key'), 'utf8'));
  const stranger = run('checkpoint', `${name}+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW`, join(dir, 'copy', 'checkpoint'));
  assert.equal(stranger.status, 1);
});

test('a commit is in a signed checkpoint within a second, and the older one is its beginning', async () => {
  const old = await text('/log/checkpoint');
  writeFileSync(join(dir, 'old'), old);
  const slow = [];
  for (let i = 0; i < 4; i++) {
    const before = (await checkpoint()).size;
    await site.person().signUp(`1540000007${i}`);
    const from = Date.now();
    while ((await checkpoint()).size <= before) {
      assert.ok(Date.now() - from < 5000, 'no checkpoint for five seconds');
      await new Promise((r) => setTimeout(r, 10));
    }
    slow.push(Date.now() - from);
  }
  assert.ok(slow.every((ms) => ms < 1000), `${slow} ms`);
  await copy(join(dir, 'later'));
  both(true, 'consistency', join(dir, 'key'), join(dir, 'later'), join(dir, 'old'), join(dir, 'later', 'checkpoint'));
  both(false, 'consistency', join(dir, 'key'), join(dir, 'later'), join(dir, 'later', 'checkpoint'), join(dir, 'old'));
});

async function article() {
  const home = await text('/');
  return home.match(/href="(\/a\/[a-z-]+\/\d+)"/)[1];
}

test('readers download the receipt of an article, and both verifiers accept it', async () => {
  const path = await article();
  assert.match(await text(`${path}/versions`), new RegExp(`href="${path}/record"`));
  const page = await text(`${path}/record`);
  assert.match(page, /发布/);
  assert.doesNotMatch(page, /提交文章|审核/, 'what happened behind the scenes is not for readers');
  const link = page.match(new RegExp(`href="(${path}/record/\\d+)"`))[1];
  const receipt = await text(link);
  writeFileSync(join(dir, 'r.tlog-proof'), receipt);
  both(true, 'receipt', join(dir, 'key'), join(dir, 'r.tlog-proof'));
  const { entry } = checkReceipt(receipt, key);
  const leaf = JSON.parse(entry);
  assert.equal(leaf.kind, 'article_published');
  assert.match(leaf.subject, /^article\/\d+\/\d+$/);
  assert.match(leaf.actor, /^[0-9a-f]{32}$/);
  assert.match(leaf.public.sha256, /^[0-9a-f]{64}$/);
  for (let at = 0; at < receipt.length; at += 23) {
    if (/\s/.test(receipt[at])) continue;
    const bad = receipt.slice(0, at) + (receipt[at] === 'A' ? 'B' : 'A') + receipt.slice(at + 1);
    writeFileSync(join(dir, 'bad.tlog-proof'), bad);
    assert.equal(run('receipt', join(dir, 'key'), join(dir, 'bad.tlog-proof')).status, 1, `byte ${at}`);
    assert.throws(() => checkReceipt(bad, key), undefined, `byte ${at}`);
  }
});

test('a receipt of another thing is not found here', async () => {
  const path = await article();
  const id = (await text(`${path}/record`)).match(/record\/(\d+)"/)[1];
  const elsewhere = await fetch(`${site.base}${path.replace(/\d+$/, '')}1/record/${id}`);
  const same = path.endsWith('/1');
  if (!same) assert.equal(elsewhere.status, 404);
  assert.equal((await fetch(`${site.base}${path}/record/123`)).status, 404);
});

test('the signer of an agreement has its receipt; others do not', async () => {
  const who = await site.person().signUp('15400000061');
  const mobile = '15400000062';
  const path = '/me/registrants/new/individual';
  const page = await who.submit(path, { 真实姓名: '司马相如', 证件类型: '居民身份证', 证件号码: citizenNumber(61), 所在省份: '四川', 手机号码: mobile }, { button: '获取验证码' });
  const done = await who.submit(path, { 短信验证码: await site.code(mobile) }, { button: '提交认证', files: { 证件照片: pdf }, page });
  assert.equal(done.status, 303, words(done));
  const signed = await who.submit(`${done.location}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' });
  assert.equal(signed.status, 303, words(signed));
  await sealed(0);
  const trail = await who.get(`${done.location}/record`);
  assert.match(words(trail), /签署服务协议/);
  const link = [...trail.text.matchAll(/<li><b>([^<]+)<\/b>.*?href="([^"]+\/record\/\d+)"/gs)].find((m) => m[1] === '签署服务协议')[2];
  const receipt = await who.get(link);
  assert.match(receipt.headers.get('content-disposition'), /attachment; filename="\d+\.tlog-proof"/);
  const leaf = JSON.parse(checkReceipt(receipt.text, key).entry);
  assert.equal(leaf.kind, 'agreement_signed');
  assert.match(leaf.subject, /^registrant\/~[0-9a-f]{32}$/, 'whose it is stays hidden');
  assert.doesNotMatch(receipt.text, /司马相如|15400000062/);
  assert.equal((await site.person().signUp('15400000063').then((p) => p.get(link))).status, 404);
  assert.equal((await fetch(site.base + link, { redirect: 'manual' })).status === 200, false);
});

test('operators see all of their article, with receipts', async () => {
  const [, mobile, password] = demo.match(/^operator\s+(154\d{8})\s+(\S+)/m);
  const who = site.person();
  assert.equal((await who.submit('/login', { 手机号: mobile, 密码: password }, { button: '登录' })).status, 303);
  const console = (await who.get('/me/accounts')).text.match(/href="(\/console\/[a-z-]+)"/)[1];
  const path = (await who.get(`${console}/articles?state=published`)).text.match(new RegExp(`href="(${console}/articles/\\d+)"`))[1];
  assert.match((await who.get(path)).text, new RegExp(`href="${path}/record"`));
  const trail = await who.get(`${path}/record`);
  assert.match(words(trail), /先发后审|提交文章|审核/);
  const link = trail.text.match(/href="([^"]+\/record\/\d+)"/)[1];
  assert.match(JSON.parse(checkReceipt((await who.get(link)).text, key).entry).kind, /^article_/);
  assert.notEqual((await site.person().signUp('15400000064').then((p) => p.get(link))).status, 200);
});

test('addresses that are no tiles are not found', async () => {
  for (const path of ['tile/0/999', 'tile/0/00', 'tile/9/000', 'tile/entries/000.p/300', 'tile/0/000/1', 'nothing'])
    assert.equal((await fetch(`${site.base}/log/${path}`)).status, 404, path);
  const res = await fetch(`${site.base}/log/checkpoint`);
  assert.equal(res.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.match(res.headers.get('cache-control'), /max-age=[0-5]$/);
});

test('the audit recomputes everything and finds no difference; its result is a leaf', async () => {
  const said = execFileSync(binary(), ['record', 'audit', '--data', site.data, ...site.db], { encoding: 'utf8' });
  assert.match(said, /^\d{3,} records and \d{3,} rows of projections, 0 differences\n$/);
  const size = await sealed(0);
  const status = execFileSync(binary(), ['log', 'status', '--data', site.data, ...site.db], { encoding: 'utf8' });
  assert.match(status, new RegExp(`signed     ${size}\n`));
  const metrics = await (await fetch(`http://127.0.0.1:${site.metricsPort}/metrics`)).text();
  assert.match(metrics, /^gongqi_log_signs 1$/m);
  assert.match(metrics, new RegExp(`^gongqi_log_leaves ${size}$`, 'm'));
});

test('the page explains in both languages', async () => {
  const zh = await text('/log');
  assert.match(zh, /只能增加，不能修改/);
  const en = await (await fetch(`${site.base}/log`, { headers: { 'accept-language': 'en' } })).text();
  assert.match(en, /never changed and never deleted/);
  assert.match(en, /gongqi-verify receipt/);
});

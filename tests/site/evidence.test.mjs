// Evidence packages (A11.5): asked for with a case or an order, made by a job, checked by two
// verifiers that share no code, told apart from every tampered copy, the identity only encrypted
// and only with a second person, what has vanished named.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkPackage, readArchive, readKey } from '../verify.mjs';
import { binary } from './binary.mjs';
import { openAccount, staff, startSite, words } from './drive.mjs';
import { png } from './png.mjs';

const verifier = join(dirname(binary()), 'gongqi-verify');
let site, world, compliance, privacy, security, dir, key, no, at, ruling, media;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);
async function until(what) {
  for (let i = 0; i < 250; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}
const shown = (path, says) => until(async () => {
  const page = must(await compliance.get(path), 200);
  return says.test(words(page)) && page;
});

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gongqi-evidence-'));
  site = await startSite();
  world = await openAccount(site);
  compliance = await staff(site, world.boss, '15400000096', ['合规专员'], '合规');
  privacy = await staff(site, world.boss, '15400000097', ['个人信息保护负责人'], '隐私');
  security = await staff(site, world.boss, '15400000098', ['安全审计管理员'], '安全');
  const { operator, token } = world;
  const made = await operator.submit('/console/riverside/articles/new', { 标题: '春汛' }, { button: '写文章' });
  const edit = must(made).location;
  const picture = ['picture.png', 'image/png', Buffer.from(await png().arrayBuffer())];
  must(await operator.submit(edit, { 正文: '水位涨了两米。' }, { button: '保存', files: { 插入图片: picture } }));
  media = (await operator.get(edit)).text.match(/[0-9a-f]{64}/)[0];
  no = edit.match(/articles\/(\d+)/)[1];
  const sent = await site.person().api(`/accounts/riverside/articles/${no}`, { token, json: { title: '春汛', category: 'environment', markdown: `水位涨了两米。\n\n![河](blob:${media})`, publish: true } });
  assert.ok(sent.status < 300, JSON.stringify(sent.data));
  at = `/a/riverside/${no}`;
  key = (await site.person().get('/log/key')).text;
  writeFileSync(join(dir, 'key'), key);
  const reader = site.person();
  must(await reader.submit(`${at}/report`, { 诈骗: true, 补充说明: '像是骗局' }, { button: '提交举报' }));
  const raised = must(await compliance.submit(`/desk/raise/riverside/${no}`, { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' }));
  must(await world.officer.submit(raised.location, {}, { button: '领取' }));
  ruling = must(await world.officer.submit(raised.location, { 处置措施: '移除文章', 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '写有收费办法。', 理由: '违反管理规则。' }, { button: '作出决定' })).location;
});
after(async () => {
  await site.stop();
  rmSync(dir, { recursive: true, force: true });
});

// What both say of a file, as "changed: versions/1.json"; they must say the same.
function verdicts(bytes) {
  const file = join(dir, 'package.zip');
  writeFileSync(file, bytes);
  const c = spawnSync(verifier, ['package', file, '--key', join(dir, 'key')], { encoding: 'utf8' });
  const said = c.stdout.split('\n').filter((l) => /^(changed|missing|extra|doubled|header|name|log): /.test(l)).map((l) => l.split(': ').slice(0, 2).join(': '));
  let js;
  try {
    js = checkPackage(bytes, readKey(key));
  } catch (e) {
    js = [`BAD ${e.message}`];
  }
  assert.ok(c.status === 0 || c.status === 1, `${c.signal} ${c.stderr}`);
  assert.equal(c.status === 0, js.length === 0, `C: ${c.stdout}${c.stderr}\nJS: ${js}`);
  return { ok: c.status === 0, c: said, js, text: c.stdout + c.stderr };
}
function named(bytes, what) {
  const v = verdicts(bytes);
  assert.equal(v.ok, false, what);
  assert.ok(v.c.includes(what), `C does not say ${what}: ${v.text}`);
  assert.ok(v.js.includes(what), `JS does not say ${what}: ${v.js}`);
}

const ask = (fields, who = compliance) => who.submit('/desk/packages/new', { 账号地址: 'riverside', 文章编号: no, 依据: '调取文书', 编号: '京调〔2026〕7 号', 理由: '调查需要', ...fields }, { button: '申请' });
async function made(fields) {
  const page = must(await ask(fields)).location;
  await shown(page, /已完成/);
  return { page, bytes: must(await compliance.get(`${page}/package.zip`), 200).bytes };
}
const member = (bytes, name) => readArchive(bytes, () => {}).find((m) => m.name === name)?.bytes;

let first;
test('a case leads to the form; who may not, and what is wrong, is refused with a reason', async () => {
  const page = must(await compliance.get(ruling), 200);
  const link = page.text.match(/href="(\/desk\/packages\/new[^"]*)"/)[1].replaceAll('&amp;', '&');
  const form = must(await compliance.get(link), 200);
  assert.match(form.text, /value="riverside"/);
  must(await world.officer.get('/desk/packages/new'), 403);
  must(await world.operator.get('/desk/packages'), 403);
  const bad = async (fields, says) => assert.match(words(must(await ask(fields), 422)), says);
  await bad({ 理由: '' }, /理由/);
  await bad({ 依据: '案件', 编号: '12345' }, /没有这个编号的案件/);
  await bad({ 账号地址: 'nobody' }, /没有这个账号/);
  await bad({ 文章编号: '999' }, /没有这篇文章/);
  for (const recipient of ['gongqi-x25519-AAAA', 'x', `gongqi-x25519-${'A'.repeat(43)}`]) await bad({ '接收人的公钥（仅在需要真实身份时）': recipient, 需要真实身份的理由: '文书要求' }, /不是有效的公钥/);
  const good = execFileSync(verifier, ['newkey', join(dir, 'unused')], { encoding: 'utf8' }).trim();
  await bad({ '接收人的公钥（仅在需要真实身份时）': good }, /为什么需要真实身份/);
  const sent = must(await compliance.submit(link, { 理由: '移送' }, { button: '申请', page: form }));
  await shown(sent.location, /已完成/);
  first = must(await compliance.get(`${sent.location}/package.zip`), 200).bytes;
});

test('two verifiers and two programs of others find the package right; everything is in it', async () => {
  const v = verdicts(first);
  assert.ok(v.ok, v.text);
  assert.match(v.text, /records are in the log/);
  const file = join(dir, 'package.zip');
  execFileSync('python3', ['-c', `import zipfile\nz=zipfile.ZipFile(${JSON.stringify(file)})\nassert z.testzip() is None`]);
  if (existsSync('/usr/bin/unzip')) execFileSync('unzip', ['-tq', file]);
  const names = readArchive(first, () => {}).map((m) => m.name);
  for (const name of ['subject.json', 'versions/1.json', 'versions/1.doc.json', 'versions/1.html', `media/${media}`, 'notices.json', 'operations.jsonl', 'log/records.jsonl', 'log/checkpoint', 'index.html', 'manifest.json', 'package.tlog-proof']) assert.ok(names.includes(name), `${name} in ${names}`);
  const lines = member(first, 'operations.jsonl').toString().trim().split('\n').map((l) => JSON.parse(l));
  assert.ok(lines.some((l) => l.route.startsWith('/api/v1/accounts/:handle/articles') && l.ip === '127.0.0.1' && l.port > 0 && /^[0-9a-f]{64}$/.test(l.content_sha256)), 'how it was published');
  assert.ok(lines.some((l) => l.object.endsWith('/rule')), 'how it was decided');
  const subject = JSON.parse(member(first, 'subject.json'));
  assert.equal(subject.article.state, 'removed');
  for (const event of ['published', 'removed']) assert.ok(subject.events.some((e) => e.event === event && e.at), event);
  const cases = names.filter((n) => n.startsWith('cases/')).map((n) => JSON.parse(member(first, n)));
  const found = cases.find((c) => c.kind === 'finding');
  assert.equal(found.findings.length, 2);
  assert.equal(found.rulings[0].facts, '写有收费办法。');
  assert.equal(found.rulings[0].measures[0].measure, 'remove');
  assert.match(member(first, 'notices.json').toString(), /"kind":"ruling"/);
  const index = member(first, 'index.html').toString();
  assert.match(index, /证据包：春汛/);
  assert.match(index, /Evidence package: 春汛/);
  assert.match(member(first, 'versions/1.html').toString(), new RegExp(`\\.\\./media/${media}`));
  for (const secret of ['张三', '110199', '15400000095']) assert.equal(first.includes(secret), false, secret);
  assert.equal(first.includes('identity.sealed'), false);
});

test('each download and request is in the operation log', async () => {
  const log = words(must(await security.get('/desk/log?route=/desk/packages'), 200));
  assert.match(log, /package\.zip/);
  assert.match(log, /POST \/desk\/packages\/new/);
});

// The writer once more, so that a changed package has headers as they must be.
function pack(members) {
  const [local, central] = [[], []];
  let offset = 0;
  for (const { name, bytes } of members) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(45, 0);
    common.writeUInt16LE(0x800, 2);
    stamp.copy(common, 6);
    crc32(bytes).copy(common, 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    local.push(Buffer.from([0x50, 0x4b, 3, 4]), common, Buffer.from(name), bytes);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o100644 * 65536, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from([0x50, 0x4b, 1, 2, 45, 3]), common, tail, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
let stamp; // time and date of all members
function crc32(b) {
  let c = 0xffffffff;
  for (const x of b) {
    c ^= x;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  const out = Buffer.alloc(4);
  out.writeUInt32LE((c ^ 0xffffffff) >>> 0);
  return out;
}

test('a flipped bit in any member is found and named by both', () => {
  const members = readArchive(first, () => {});
  for (const m of members) {
    const where = m.bytes.byteOffset - first.byteOffset;
    const changed = Buffer.from(first);
    changed[where + Math.floor(m.bytes.length / 2)] ^= 4;
    const v = verdicts(changed);
    assert.equal(v.ok, false, m.name);
    const what = m.name === 'package.tlog-proof' ? 'log' : 'changed';
    assert.ok(v.c.includes(`${what}: ${m.name}`), `${m.name}: ${v.text}`);
    assert.ok(v.js.includes(`${what}: ${m.name}`), `${m.name}: ${v.js}`);
  }
});

test('a flipped bit in any header is found by both', () => {
  const start = first.readUInt32LE(first.length - 6);
  for (let i = 0; i < 30; i++) assert.equal(verdicts(Buffer.from(first).fill(first[i] ^ 1, i, i + 1)).ok, false, `local byte ${i}`);
  for (let i = start; i < start + 46; i++) assert.equal(verdicts(Buffer.from(first).fill(first[i] ^ 16, i, i + 1)).ok, false, `central byte ${i - start}`);
  for (let i = first.length - 22; i < first.length; i++) assert.equal(verdicts(Buffer.from(first).fill(first[i] ^ 2, i, i + 1)).ok, false, `end byte ${i}`);
});

test('a member removed, added, doubled, under a tricky name, or another manifest is named by both', () => {
  const members = readArchive(first, () => {}).map(({ name, bytes }) => ({ name, bytes }));
  stamp = first.subarray(10, 14);
  assert.ok(pack(members).equals(first), 'the test packs as the product does');
  const without = (name) => members.filter((m) => m.name !== name);
  for (const name of ['operations.jsonl', 'versions/1.json', `media/${media}`, 'log/checkpoint']) named(pack(without(name)), `missing: ${name}`);
  named(pack(without('package.tlog-proof')), 'log: package.tlog-proof');
  assert.equal(verdicts(pack(without('manifest.json'))).ok, false);
  const more = { name: 'versions/9.json', bytes: Buffer.from('{}') };
  named(pack([...members, more]), 'extra: versions/9.json');
  named(pack([...members, members[1]]), `doubled: ${members[1].name}`);
  for (const name of ['../evil', '/etc/passwd', 'a/../../b', 'versions/./1.json', 'a\\b', 'C:evil', 'log//key']) named(pack([...members, { name, bytes: Buffer.from('x') }]), `name: ${name}`);
  // Whoever changes a file and the manifest with it does not change the log.
  const text = members.find((m) => m.name === 'manifest.json').bytes.toString();
  const other = members.map((m) => (m.name === 'manifest.json' ? { name: m.name, bytes: Buffer.from(text.replace('"files":[{', '"files":[{ ')) } : m));
  named(pack(other), 'log: package.tlog-proof');
  assert.equal(verdicts(Buffer.concat([first, Buffer.from('x')])).ok, false);
  assert.equal(verdicts(Buffer.concat([Buffer.from('MZ'), first])).ok, false);
  assert.equal(verdicts(first.subarray(0, first.length / 2)).ok, false);
  assert.equal(verdicts(Buffer.from('no zip')).ok, false);
});

test('the identity: a reason of its own, a second person, and only for the holder of the key', async () => {
  // The tests before never let this process hear that idle connections were closed meanwhile.
  await new Promise((r) => setTimeout(r, 200));
  const secret = join(dir, 'secret');
  const recipient = execFileSync(verifier, ['newkey', secret], { encoding: 'utf8' }).trim();
  const page = must(await ask({ '接收人的公钥（仅在需要真实身份时）': recipient, 需要真实身份的理由: '文书第二条要求' })).location;
  assert.match(words(await compliance.get(page)), /等待批准身份信息/);
  must(await compliance.get(`${page}/package.zip`), 404);
  assert.doesNotMatch((await compliance.get(page)).text, /name="answer"/);
  const csrf = (await compliance.get(page)).text.match(/name="_csrf" value="([^"]*)"/)[1];
  must(await compliance.send(`${page}/second`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: site.base }, body: `answer=allow&_csrf=${encodeURIComponent(csrf)}` }), 403);
  must(await privacy.submit(page, {}, { button: '批准' }));
  await shown(page, /已完成/);
  const { bytes } = must(await compliance.get(`${page}/package.zip`), 200);
  assert.ok(verdicts(bytes).ok);
  assert.equal(bytes.includes('张三'), false);
  const file = join(dir, 'package.zip');
  const opened = JSON.parse(execFileSync(verifier, ['identity', secret, file], { encoding: 'utf8' }));
  assert.equal(opened.name, '张三');
  assert.match(opened.doc_no, /^110199/);
  assert.equal(spawnSync(verifier, ['identity', join(dir, 'unused'), file]).status, 1, 'another key');
  const registrants = (await world.operator.get('/me/registrants')).text.match(/\/me\/registrants\/\d+/)[0];
  assert.match(words(await world.operator.get(registrants)), /文书第二条要求/, 'its owner sees who looked and why');
  const refused = must(await ask({ '接收人的公钥（仅在需要真实身份时）': recipient, 需要真实身份的理由: '再要一次' })).location;
  must(await privacy.submit(refused, {}, { button: '不批准' }));
  assert.match(words(await compliance.get(refused)), /未获批准/);
  must(await compliance.get(`${refused}/package.zip`), 404);
  const cancelled = must(await ask({ '接收人的公钥（仅在需要真实身份时）': recipient, 需要真实身份的理由: '又要一次' })).location;
  must(await compliance.submit(cancelled, {}, { button: '取消' }));
  assert.match(words(await compliance.get(cancelled)), /已取消/);
});

test('of an account: all its operations, no articles; the same by the command line', async () => {
  const { bytes } = await made({ 文章编号: '' });
  assert.ok(verdicts(bytes).ok);
  const names = readArchive(bytes, () => {}).map((m) => m.name);
  assert.equal(names.some((n) => n.startsWith('versions/')), false);
  assert.match(member(bytes, 'operations.jsonl').toString(), /"object":"\/console\/riverside\/articles\/new"/);
  const printed = site.command('evidence', 'make', `riverside/${no}`, compliance.mobile, 'order', '京调〔2026〕8 号', '移送');
  const file = printed.match(/^file\s+(.*)$/m)[1];
  assert.ok(verdicts(readFileSync(file)).ok);
  assert.match(site.command('evidence', 'list'), /done.*京调〔2026〕8 号/);
  assert.throws(() => site.command('evidence', 'make', `riverside/${no}`, world.operator.mobile, 'order', 'x', 'y'), /denied/);
});

test('media that have vanished or changed are named, and the rest is there', async () => {
  const blob = join(site.data, 'blobs', media.slice(0, 2), media.slice(2, 4), media);
  const bytes = readFileSync(blob);
  writeFileSync(blob, Buffer.from(bytes).fill(bytes[30] ^ 1, 30, 31));
  const changed = await made();
  assert.match(words(await compliance.get(changed.page)), /有 1 个文件已经丢失或改变/);
  assert.deepEqual(JSON.parse(member(changed.bytes, 'manifest.json')).missing, [{ path: `media/${media}`, why: 'changed' }]);
  unlinkSync(blob);
  const gone = await made();
  assert.ok(verdicts(gone.bytes).ok);
  assert.match(verdicts(gone.bytes).text, new RegExp(`not packed, as the manifest says: media/${media} \\(vanished\\)`));
  assert.match(member(gone.bytes, 'index.html').toString(), new RegExp(`media/${media}: 已不存在`));
  writeFileSync(blob, bytes);
});

// A full disk: writes fail with a clear sentence, reads go on, nothing acknowledged is lost, and
// with room again writes work without a restart. The data lies on a tmpfs of a few megabytes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite } from '../site/drive.mjs';
import { png } from '../site/png.mjs';

const disk = mkdtempSync(join(tmpdir(), 'gongqi-disk-'));
const ballast = join(disk, 'ballast');
const picture = ['picture.png', 'image/png', Buffer.from(await png().arrayBuffer())];
const path = '/accounts/riverside/articles';
let site, account, reader, known;
before(async () => {
  const root = process.getuid() === 0 ? [] : ['sudo', '-n'];
  execFileSync([...root, 'mount'][0], [...root.slice(1), ...(root.length ? ['mount'] : []), '-t', 'tmpfs', '-o', 'size=24m,mode=777', 'tmpfs', disk]);
  process.env.TMPDIR = disk;
  site = await startSite();
  account = await openAccount(site);
  reader = site.person();
  known = await published('之前');
});
after(async () => {
  await site?.stop();
  execFileSync(process.getuid() === 0 ? 'umount' : 'sudo', [...(process.getuid() === 0 ? [] : ['-n', 'umount']), disk]);
  rmSync(disk, { recursive: true });
});

const free = () => {
  const s = statfsSync(disk);
  return s.bavail * s.bsize;
};
// Takes all room but so many bytes.
function fill(left = 0) {
  let n = free() - left;
  const parts = [];
  for (; n > 0; n -= 1 << 20) parts.push(Buffer.alloc(Math.min(n, 1 << 20), 1));
  try {
    writeFileSync(ballast, Buffer.concat(parts), { flag: 'a' });
  } catch (e) {
    assert.equal(e.code, 'ENOSPC');
  }
}

const publish = (title, text = '水位上升。') => reader.api(path, { token: account.token, json: { title, category: 'environment', markdown: text, publish: true } });
async function published(title) {
  const made = await publish(title);
  assert.equal(made.status, 201, made.text);
  return made.data.no;
}
const title = async (no) => (await reader.api(`/articles/riverside/${no}`)).data?.title;

test('writing until the disk is full: each answer says what happened, and what was acknowledged is there', async () => {
  fill(1 << 20);
  const kept = [];
  let refused;
  const long = '一条河的四季。'.repeat(3000);
  for (let i = 0; i < 400 && !refused; i++) {
    const made = await publish(`第 ${i} 篇`, long);
    if (made.status === 201) kept.push([made.data.no, `第 ${i} 篇`]);
    else refused = made;
  }
  assert.ok(refused, 'the disk became full');
  assert.equal(refused.status, 503);
  assert.equal(refused.data.error.reason, 'disk_full');
  assert.match(refused.data.error.message, /存储空间已满.*没有保存.*联系管理员/);
  assert.doesNotMatch(refused.text, /sqlite|errno|\.c:|SQL/i);
  assert.ok(kept.length > 2, 'some were written before');
  for (const [no, name] of kept) assert.equal(await title(no), name);
});

test('on a full disk pages are read, by visitors and by those who are logged in', async () => {
  fill();
  for (let i = 0; i < 20; i++) {
    assert.equal((await reader.get(`/a/riverside/${known}?x=${i}`)).status, 200);
    assert.equal((await reader.get('/')).status, 200);
    assert.equal((await account.operator.get('/console/riverside/articles')).status, 200);
  }
  assert.equal((await reader.get('/healthz')).status, 200);
  const ready = await reader.get('/readyz');
  assert.deepEqual([ready.status, ready.text], [503, 'disk\n']);
});

test('a form on a full disk: a page with a sentence and a way to send it again, no change', async () => {
  const page = await account.operator.get('/console/riverside/articles/new');
  const answers = [];
  for (let i = 0; i < 60 && answers.at(-1)?.status !== 503; i++) {
    fill();
    answers.push(await account.operator.submit('/console/riverside/articles/new', { 标题: `满盘${i}`.repeat(8) }, { page }));
  }
  const last = answers.at(-1);
  assert.equal(last.status, 503, `${answers.map((a) => a.status)}`);
  assert.match(last.words, /存储空间已满，这次的改动没有保存/);
  assert.match(last.text, /name="title" hidden>\s*满盘/, 'what was typed is kept');
  const again = await account.operator.submit('/console/riverside/articles/new', {}, { button: '重新提交', page: last });
  assert.ok([303, 503].includes(again.status), String(again.status));
});

test('an upload on a full disk is refused with the same sentence and leaves nothing behind', async () => {
  fill(64 << 10);
  const made = await account.operator.get('/console/riverside/articles');
  const edit = `${made.text.match(/\/console\/riverside\/articles\/\d+/)[0]}/edit`;
  const page = await account.operator.get(edit);
  fill();
  const kept = () => readdirSync(site.data, { recursive: true }).filter((f) => !/^log(\/|\.state|$)/.test(f)).sort(); // the log grows by itself
  const files = kept();
  const sent = await account.operator.submit(edit, {}, { button: '保存', page, files: { 插入图片: ['big.png', 'image/png', Buffer.concat([picture[2], Buffer.alloc(300000)])] } });
  assert.equal(sent.status, 503, sent.words);
  assert.match(sent.words, /存储空间已满/);
  assert.deepEqual(kept(), files);
});

test('with room again everything works, without a restart; nothing is broken', async () => {
  unlinkSync(ballast);
  const no = await published('之后');
  assert.equal(await title(no), '之后');
  const list = await account.operator.get('/console/riverside/articles');
  const edit = `${list.text.match(/\/console\/riverside\/articles\/\d+/)[0]}/edit`;
  const sent = await account.operator.submit(edit, {}, { button: '保存', files: { 插入图片: picture } });
  assert.equal(sent.status, 303, sent.words);
  assert.equal(await title(known), '之前');
  if (!site.db.length) assert.equal(execFileSync('sqlite3', [join(site.data, 'gongqi.db'), 'PRAGMA integrity_check']).toString().trim(), 'ok');
  assert.match(site.command('outbox'), /\d{6}/);
});

test('an evidence package that does not fit fails with the reason and leaves nothing; with room it is made', async () => {
  const compliance = await staff(site, account.boss, '15400000096', ['合规专员'], '合规');
  const no = await published('长文');
  for (let i = 0; i < 20; i++) await reader.api(`${path}/${no}`, { token: account.token, json: { title: '长文', category: 'environment', markdown: `第 ${i} 版。${'一条河的四季。'.repeat(3000)}`, publish: true } });
  const ask = async () => {
    const sent = await compliance.submit('/desk/packages/new', { 账号地址: 'riverside', 文章编号: String(no), 依据: '调取文书', 编号: '1 号', 理由: '测试' }, { button: '申请' });
    assert.equal(sent.status, 303, sent.words);
    for (let i = 0; i < 300; i++) {
      const page = await compliance.get(sent.location);
      if (/已完成|未完成/.test(page.words)) return page;
      await new Promise((r) => setTimeout(r, 100));
    }
    throw new Error('neither made nor failed');
  };
  const kept = () => readdirSync(join(site.data, 'blobs'), { recursive: true }).sort();
  const [before, room] = [kept(), free()];
  fill(2 << 20);
  const failed = await ask();
  assert.match(failed.words, /未完成.*存储空间已满/);
  assert.deepEqual(kept(), before);
  unlinkSync(ballast);
  assert.ok(room - free() < 1 << 20, `${room - free()} bytes are missing`);
  const done = await ask();
  assert.match(done.words, /已完成/);
});

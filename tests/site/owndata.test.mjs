// A person sees what is held about them and who looked, takes it along, takes an account along and
// brings it back equal, and leaves as a user or as a registrant (A9.1, A9.3, A4.3).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audio, video } from './av.mjs';
import { openAccount, startSite, words } from './drive.mjs';
import { png } from './png.mjs';

let site, other, world, there, tmp;
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 700)}`), page);
async function until(what) {
  for (let i = 0; i < 300; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`never: ${what}`);
}
const send = async (json, at = site, by = world) => {
  const sent = await at.person().api(`/accounts/${by.handle}/articles`, { token: by.token, json });
  assert.ok(sent.status < 300, JSON.stringify(sent.data));
  return sent.data;
};
const take = async (name, type, bytes) => {
  const listed = async () => [...(await world.operator.get('/console/riverside/media')).text.matchAll(/riverside\/media\/([0-9a-f]{64})/g)].map((m) => m[1]);
  const before = await listed();
  must(await world.operator.submit('/console/riverside/media', {}, { button: '上传', files: { 文件: [name, type, bytes] } }));
  return until(async () => (await listed()).find((h) => !before.includes(h)));
};

before(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'gongqi-owndata-'));
  site = await startSite('--code-interval', '1');
  world = await openAccount(site);
});
after(async () => {
  await site.stop();
  await other?.stop();
  rmSync(tmp, { recursive: true, force: true });
});

test('the page names every class of data, and who looked by post', async () => {
  const page = must(await world.operator.get('/me/data'), 200);
  const text = words(page);
  assert.match(text, /登录账户 1 .*154\*{4}0094/);
  assert.match(text, /注册主体与身份 1 .*张\*/);
  assert.match(text, /操作日志 \d+.*第十六条 · 保存 6 个月/);
  assert.match(text, /签过的协议与同意 1/);
  assert.match(text, /谁看过你的密封数据.*审核员.*（打码）/);
  assert.doesNotMatch(page.text, /张三|15400000094|15400000095/);
  const stranger = await site.member();
  assert.match(words(await stranger.get('/me/data')), /没有人查看过/);
  const english = await stranger.send('/me/data', { headers: { 'accept-language': 'en', cookie: `${[...stranger.cookies].map(([k, v]) => `${k}=${v}`).join('; ')}; lang=en` } });
  assert.match(words(english), /What is held/);
  assert.equal((await site.person().get('/me/data')).status, 303);
});

test('everything of a person comes as a file, for them alone, after the password', async () => {
  const picture = await take('河.png', 'image/png', Buffer.from(await png().arrayBuffer()));
  await send({ title: '春汛', category: 'environment', markdown: `水位**涨**了两米。\n\n![河面](blob:${picture} "三月的河")`, publish: true });
  const ask = (password) => world.operator.submit('/me/data/export', { 登录密码: password }, { button: '生成文件' });
  must(await ask('wrong password'), 422);
  must(await ask(world.operator.password));
  const ready = await until(async () => (await world.operator.get('/me/data/export')).text.match(/\/me\/data\/export\/\d+\/file/)?.[0]);
  assert.match(words(await world.operator.get('/me/notices')), /导出文件可以下载/);
  const file = must(await world.operator.get(ready), 200);
  assert.equal(file.headers.get('content-type'), 'application/zip');
  const stranger = await site.member();
  assert.equal((await stranger.get(ready)).status, 404);
  assert.equal((await site.person().get(ready)).status, 303);
  const zip = join(tmp, 'mine.zip');
  writeFileSync(zip, file.bytes);
  const read = (name) => execFileSync('python3', ['-c', `import zipfile,sys;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;sys.stdout.buffer.write(z.read(sys.argv[2]) if sys.argv[2] else "\\n".join(z.namelist()).encode())`, zip, name]);
  const names = read('').toString().split('\n');
  assert.ok(names.includes('data.md') && names.includes('accounts/riverside/account.json') && names.includes(`accounts/riverside/media/${picture}.webp`), names.join(' '));
  const data = JSON.parse(read('data.json'));
  assert.equal(data.format, 'gongqi-person-1');
  assert.equal(data.login[0].mobile, '154****0094');
  assert.equal(data.membership[0].handle, 'riverside');
  assert.ok(data.operation.some((o) => o.act === 'POST /me/data/export') && data.look.length > 0);
  assert.doesNotMatch(read('data.json').toString(), /张三|15400000094/);
  must(await ask(world.operator.password));
  await until(async () => files(await world.operator.get('/me/data/export')) === 2);
  must(await ask(world.operator.password));
  await until(async () => files(await world.operator.get('/me/data/export')) === 3);
  assert.match(words(must(await ask(world.operator.password), 422)), /明天再试/);
});

const files = (page) => new Set(page.text.match(/export\/\d+\/file/g)).size;

// What must be equal: texts, documents, declarations and media; numbers and times are new.
function account(dir) {
  const root = JSON.parse(readFileSync(join(dir, 'account.json')));
  const article = (no) => {
    const { state, text, draft } = JSON.parse(readFileSync(join(dir, `articles/${no}.json`)));
    return { state, text, draft, markdown: readFileSync(join(dir, `articles/${no}.md`), 'utf8') };
  };
  const media = Object.fromEntries(readdirSync(join(dir, 'media')).sort().map((n) => [n, readFileSync(join(dir, 'media', n)).toString('base64')]));
  const told = root.media.map(({ hash, type, name, alt, poster, width, height, duration_ms, size }) => ({ hash, type, name, alt, poster, width, height, duration_ms, size })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return { articles: root.articles.map(article).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))), media, told };
}

test('export, import on another site, export: equal', async () => {
  const film = await take('河.mp4', 'video/mp4', video(1));
  const sound = await take('水声.mp3', 'audio/mpeg', audio(1));
  const captions = must(await world.operator.submit(`/console/riverside/media/${film}`, {}, { button: '上传', files: { 字幕文件: ['a.vtt', 'text/vtt', Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\n河水\n')] } }));
  const vtt = decodeURIComponent(captions.location).match(/captions=([0-9a-f]{64})/)[1];
  await send({ title: '有声有色', category: 'environment', declarations: { tags: '河流, 水文', ai: 'assisted', origin: 'original' }, markdown: `> 引文\n\n| 站 | 水位 |\n| --- | --- |\n| 上游 | 2.1 |\n\n![河](video:${film}#${vtt})\n\n![水声](audio:${sound})\n\n- 一\n- 二`, publish: true });
  await send({ title: '还在写', category: 'environment', markdown: '草稿。' });
  const one = join(tmp, 'one');
  assert.match(site.command('export', 'account', 'riverside', '--out', one), /3 articles/);
  assert.throws(() => site.command('export', 'account', 'riverside', '--out', one), /there already/);
  assert.match(readFileSync(join(one, 'articles/2.md'), 'utf8'), /^---\ntitle: 有声有色\ncategory: environment\n[\s\S]*ai: assisted\n---\n\n> 引文/);
  other = await startSite();
  there = await openAccount(other, 'lakeside');
  const said = other.command('import', 'account', one, '--account', 'lakeside');
  assert.match(said, /2 submitted, 1 drafts, 0 there already, 0 refused/);
  const two = join(tmp, 'two');
  other.command('export', 'account', 'lakeside', '--out', two);
  assert.deepEqual(account(two), account(one));
  assert.match(other.command('import', 'account', two, '--account', 'lakeside'), /0 submitted, 0 drafts, 3 there already, 0 refused/);
  const shown = await other.person().get('/a/lakeside/1');
  const src = shown.text.match(/\/media\/[0-9a-f]{64}/)[0];
  must(await other.person().get(src), 200);
});

test('a file that is not as a gongqi site writes it is refused and named', async () => {
  const bad = join(tmp, 'two');
  const name = readdirSync(join(bad, 'media')).find((n) => n.endsWith('.webp'));
  const bytes = readFileSync(join(bad, 'media', name));
  writeFileSync(join(bad, 'media', name), Buffer.concat([bytes, Buffer.from('<script>')]));
  assert.throws(
    () => other.command('import', 'account', bad, '--account', 'lakeside'),
    (e) => /refused\tmedia_damaged/.test(e.stdout) && /1 refused/.test(e.stdout),
  );
});

test('the owner exports the account from the console', async () => {
  assert.match((await world.operator.get('/console/riverside/manage')).text, /\/console\/riverside\/export/);
  must(await world.operator.submit('/console/riverside/export', {}, { button: '导出' }));
  await until(async () => /账号 riverside.*可以下载/.test(words(await world.operator.get('/me/data/export'))));
  const stranger = await site.member();
  assert.equal((await stranger.get('/console/riverside/export')).status, 403);
});

test('a wrong number is corrected: by a code to the new one and the password, and the old one is told', async () => {
  const who = await site.person().signUp('15400000071', '换号的人');
  const path = '/me/security/mobile';
  const change = async (fields, page) => who.submit(path, { 新手机号: '15400000072', 密码: who.password, ...fields }, { button: '更换手机号', page });
  const asked = must(await who.submit(path, { 新手机号: '15400000072' }, { button: '发送验证码' }), 200);
  must(await change({ 短信验证码: '000000' }, asked), 422);
  const code = await site.code('15400000072');
  must(await change({ 短信验证码: code, 密码: 'wrong password' }, asked), 422);
  must(await change({ 短信验证码: code }, asked));
  assert.match(words(await who.get('/me/data')), /154\*{4}0072/);
  assert.ok(await until(() => site.messages.some((m) => m.recipient === '15400000071' && m.text.includes('154****0072'))));
  const old = await (await site.person().visit('/login')).press('登录', { 手机号: '15400000071', 密码: who.password });
  assert.equal(old.status, 422);
  const now = await (await site.person().visit('/login')).press('登录', { 手机号: '15400000072', 密码: who.password });
  assert.equal(now.url.pathname, '/me');
  const taken = must(await who.submit(path, { 新手机号: world.operator.mobile }, { button: '发送验证码' }), 200);
  assert.equal(site.messages.some((m) => m.recipient === world.operator.mobile), false, words(taken));
});

const leave = (who, path, password = who.password) => who.submit(path, { '我已了解后果，确认注销': true, 登录密码: password }, { button: '申请注销' });
const cooling = async (days) => must(await world.boss.submit('/desk/provider', { '注销冷静期，订阅不足一万（天）': String(days), 修改理由: '测试' }, { button: '保存' }));

test('what stands against leaving is told with where to settle it', async () => {
  const page = must(await world.operator.get('/me/leave'), 200);
  assert.match(words(page), /冷静期 7 天.*满 6 个月后.*账号“河岸观察”尚未注销.*没有别的条件/);
  assert.match(page.text, /href="\/console\/riverside\/close"/);
  assert.doesNotMatch(page.text, /name="password"/);
  assert.match(words(await world.officer.get('/me/leave')), /担任平台的职务/);
  const registrant = (await world.operator.get('/me/registrants')).text.match(/\/me\/registrants\/\d+/)[0];
  assert.match(words(must(await world.operator.get(`${registrant}/leave`), 200)), /张\*.*尚未注销/);
  assert.equal((await world.boss.get(`${registrant}/leave`)).status, 404);
});

test('a reader leaves: cooling, taken back, then gone for good, with a receipt that needs no login', async () => {
  const reader = await site.person().signUp('15400000070', '将要离开');
  must(await reader.submit('/a/riverside', {}, { button: '订阅' }));
  must(await leave(reader, '/me/leave', 'wrong password'), 422);
  const at = must(await leave(reader, '/me/leave')).location;
  assert.match(words(await reader.get(at)), /冷静期/);
  must(await reader.get('/me/saved'), 200);
  must(await reader.submit(at, {}, { button: '撤回注销' }));
  assert.match(words(await reader.get(at)), /已撤回/);
  await cooling(0);
  const last = must(await leave(reader, '/me/leave')).location;
  const later = (await reader.get(last)).text.match(/\/left\/\d+\/[0-9a-f]+/)?.[0];
  must(await site.person().get(later.slice(0, -1) + (later.endsWith('0') ? '1' : '0')), 404);
  await until(async () => (await reader.get('/me')).status === 303);
  const refused = must(await (await site.person().visit('/login')).press('登录', { 手机号: reader.mobile, 密码: reader.password }), 422);
  assert.match(words(refused), /已由本人注销/);
  assert.match(words(must(await (await site.person().visit('/login')).press('登录', { 手机号: reader.mobile, 密码: 'another password' }), 422)), /手机号或密码不对/);
  const open = must(await site.person().get(later), 200);
  assert.match(words(open), /已注销.*密封资料清除时间/);
  const receipt = await until(async () => {
    const got = await site.person().get(`${later}/receipt`);
    return got.status === 200 && got;
  });
  assert.match(receipt.text, /^c2sp\.org\/tlog-proof@v1/);
  assert.ok(await until(() => site.messages.some((m) => m.recipient === reader.mobile && m.text.includes(later))));
  site.messages.splice(0, site.messages.length, ...site.messages.filter((m) => m.recipient !== reader.mobile));
  assert.equal((await site.person().api('/accounts/riverside')).data.subscribers ?? 0, 0);
  const again = await site.person().signUp(reader.mobile, '又来了');
  assert.match(words(await again.get('/me/data')), /又来了/);
});

// The decided case of the registrant, and the proof in it, as the reviewer finds them.
async function registrantCase() {
  for (const [href] of (await world.officer.get('/desk/cases?show=decided')).text.matchAll(/\/desk\/cases\/\d+/g)) {
    const proof = (await world.officer.get(href)).text.match(/\/desk\/evidence\/\d+\/\d+/)?.[0];
    if (proof) return [href, proof];
  }
  throw new Error('no case of a registrant');
}

test('a registrant leaves when its account is closed; the login stays', async () => {
  const registrant = (await world.operator.get('/me/registrants')).text.match(/\/me\/registrants\/\d+/)[0];
  must(await world.operator.submit('/console/riverside/close', { '我已了解后果，确认注销这个账号': true, 登录密码: world.operator.password }, { button: '申请注销' }));
  await until(async () => (await site.person().get('/a/riverside')).status === 410);
  const [theCase, proof] = await registrantCase();
  must(await leave(world.operator, `${registrant}/leave`));
  await until(async () => /已注销/.test(words(await world.operator.get(registrant))));
  assert.doesNotMatch((await world.operator.get(registrant)).text, /\/edit"/);
  assert.equal((await world.operator.get(`${registrant}/leave`)).status, 404);
  must(await world.operator.get('/me'), 200);
  assert.match(words(await world.operator.get('/me/notices')), /注册主体已注销/);
  const seen = must(await world.officer.get(theCase), 200);
  assert.match(words(seen), /限制存储/);
  assert.doesNotMatch(seen.text, /110199|\/desk\/evidence/);
  must(await world.officer.get(proof), 403);
});

// Exports of WordPress and Ghost come in as drafts, with pictures through the guard, links between
// them and a report of what was lost; an import goes on where it was cut off (A6.3).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { binary } from './binary.mjs';
import { openAccount, startSite, words } from './drive.mjs';
import { png } from './png.mjs';

let site, world, tmp, pictures, from;
const asked = [];
const exported = (name) => readFileSync(new URL(`exports/${name}`, import.meta.url), 'utf8');

before(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'gongqi-imports-'));
  const bytes = Object.fromEntries(await Promise.all([['river', 40], ['cover', 200]].map(async ([n, c]) => [`${n}.png`, Buffer.from(await png(320, 200, [c, 90, 90]).arrayBuffer())])));
  pictures = http.createServer((req, res) => {
    const name = req.url.split('/').pop();
    asked.push(name);
    if (name === 'moved.png') return res.writeHead(302, { location: '/river.png' }).end();
    if (name === 'inside.png') return res.writeHead(302, { location: 'http://127.0.0.2:1/x.png' }).end();
    if (name === 'round.png') return res.writeHead(302, { location: '/round.png' }).end();
    if (name === 'text.png') return res.writeHead(200).end('not a picture');
    if (!bytes[name]) return res.writeHead(404).end();
    res.writeHead(200, { 'content-type': 'image/png' }).end(bytes[name]);
  });
  await new Promise((r) => pictures.listen(0, '127.0.0.1', r));
  from = `http://127.0.0.1:${pictures.address().port}`;
  site = await startSite();
  world = await openAccount(site);
});
after(async () => {
  pictures.close();
  await site.stop();
  rmSync(tmp, { recursive: true, force: true });
});

// Runs beside the test, which serves the pictures. start false: only the process.
function run(kind, file, ...more) {
  const report = join(tmp, 'report');
  rmSync(report, { force: true });
  const child = spawn(binary(), ['import', kind, file, '--account', 'riverside', '--report', report, ...more, '--data', site.data, ...site.db, '--fetch-allow', '127.0.0.1', '--public-url', site.base], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (c) => (out += c));
  child.stderr.on('data', (c) => (err += c));
  const done = new Promise((resolve) =>
    child.on('exit', (code) => {
      let lines = [];
      try {
        lines = readFileSync(report, 'utf8').trim().split('\n').map((l) => l.split('\t'));
      } catch {}
      resolve({ code, out, err, lines, line: (id) => lines.find(([what]) => what.startsWith(`${id} `) || what === id) });
    }),
  );
  return Object.assign(done, { child });
}
const put = (name, text) => (writeFileSync(join(tmp, name), text), join(tmp, name));
const draft = async (path) => (await world.operator.visit(path)).text;
// Texts of an account as its export has them, by title.
let exports = 0;
function texts() {
  const dir = join(tmp, `export-${++exports}`);
  site.command('export', 'account', 'riverside', '--out', dir);
  const { articles } = JSON.parse(readFileSync(join(dir, 'account.json')));
  return Object.fromEntries(articles.map((no) => {
    const a = JSON.parse(readFileSync(join(dir, `articles/${no}.json`)));
    return [(a.draft ?? a.text).title, { no, state: a.state, ...(a.draft ?? a.text), md: readFileSync(join(dir, `articles/${no}.md`), 'utf8') }];
  }));
}

test('WordPress: drafts with captions, galleries, pictures, links, topics and dates; what is lost is named', async () => {
  const file = put('wordpress.xml', exported('wordpress.xml').replaceAll('PICTURES', from));
  const done = await run('wordpress', file);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /3 drafts, 0 there already, 4 left out, 0 refused; 3 links lead here; 3 pictures, 1 lost; 0 submitted/);
  const all = texts();
  const spring = all['春汛 & 水位'];
  const summer = all['夏天'];
  const secret = all['只给有密码的人'];
  assert.deepEqual([spring.state, summer.state, secret.state], ['draft', 'draft', 'draft']);
  assert.equal(spring.category, 'environment');
  assert.equal(spring.digest, '水位…');
  assert.deepEqual(spring.declared, { tags: '河流', first_published: '2019-03-04 08:30' });
  assert.match(spring.cover, /^[0-9a-f]{64}$/);
  assert.ok(spring.md.includes(`[夏天](${site.base}/a/riverside/${summer.no})和[老文](${site.base}/a/riverside/${secret.no})`), spring.md);
  assert.match(spring.md, /第一段[^\n]*(\\|  )\n同一段的第二行/);
  assert.match(spring.md, /!\[河\]\(blob:[0-9a-f]{64}[^)]*"三月的河"\)/);
  assert.equal(spring.md.match(/!\[/g).length, 2);
  assert.match(spring.md, /\[没了\]\(http[^)]*missing\.png\)/);
  assert.match(spring.md, /脚注\\?\[1\\?\]还在/);
  assert.doesNotMatch(spring.md, /javascript|contact-form|alert|caption/);
  assert.match(summer.md, new RegExp(`\\[春汛\\]\\(${site.base}/a/riverside/${spring.no}\\)`));
  assert.match(summer.md, /> 引文/);
  assert.match(summer.md, /"搬过家的图"/);
  assert.match(summer.md, /https:\/\/video\.example\/2/);
  const [, state, where, why] = done.line('11');
  assert.deepEqual([state, where], ['draft', `/console/riverside/articles/${spring.no}`]);
  for (const said of [/shortcode contact-form-7/, /attachment 99/, /embed https:\/\/video.example/, /players became links: https:\/\/frame.example\/x/, /fetch_status\) http\S+missing.png/, /1 scripts/, /tag dropped:/, /1 links dropped/]) assert.match(why, said);
  assert.equal(done.line('14')[3], 'page');
  assert.equal(done.line('15')[3], 'trash');
  assert.match(words(await world.operator.get('/console/riverside/articles')), /春汛 & 水位/);
  assert.match(await draft(`${where}/edit`), /2019-03-04 08:30/);
});

test('the same export again brings nothing, and asks no picture twice', async () => {
  const before = asked.length;
  const done = await run('wordpress', join(tmp, 'wordpress.xml'));
  assert.match(done.out, /0 drafts, 3 there already, 4 left out, 0 refused/);
  assert.equal(asked.length, before);
});

test('--submit sends what was public there through the gate, and nothing else', async () => {
  const done = await run('wordpress', join(tmp, 'wordpress.xml'), '--submit');
  assert.match(done.out, /2 submitted, 0 kept/, done.err);
  const all = texts();
  assert.deepEqual([all['春汛 & 水位'].state, all['只给有密码的人'].state], ['published', 'draft']);
  const shown = await site.person().get(`/a/riverside/${all['春汛 & 水位'].no}`);
  assert.equal(shown.status, 200);
  assert.match(words(shown), /首发于 2019-03-04 08:30/);
  assert.equal((await site.person().get(`/a/riverside/${all['只给有密码的人'].no}`)).status, 404);
  assert.match((await run('wordpress', join(tmp, 'wordpress.xml'), '--submit')).out, /0 submitted, 0 kept/);
});

test('Ghost: mobiledoc, lexical and HTML', async () => {
  const file = put('ghost.json', exported('ghost.json'));
  const done = await run('ghost', file, '--from', from);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /4 drafts, 0 there already, 2 left out, 0 refused; 3 links lead here; 2 pictures, 0 lost/);
  const all = texts();
  const mobiledoc = all['手机文档'];
  const lexical = all['词法'];
  assert.deepEqual(mobiledoc.declared, { tags: '河流', first_published: '2021-05-06 09:02' });
  assert.equal(mobiledoc.digest, '摘要一句');
  assert.match(mobiledoc.cover, /^[0-9a-f]{64}$/);
  for (const part of [/## 小标题/, /\*\*粗而/, /第二行/, /- 甲\n- 乙/, /!\[河\]\(blob:[0-9a-f]{64}[^)]*"三月的河"\)/, /https:\/\/video\.example\/3/, /- 一\n- 二/, /> 旁白/]) assert.match(mobiledoc.md, part);
  assert.ok(mobiledoc.md.includes(`${site.base}/a/riverside/${lexical.no}`));
  assert.match(done.lines.find(([w]) => w.includes('a1 '))[3], /embed https:\/\/video.example\/3.*card email-cta/);
  for (const part of [/\*\*粗\*斜粗\*\*\*/, /### 标题/, /> 引文/, /3\. 三\n4\. 四/, /\n(---|___|\*\*\*)\n/, /```\w*\na < b\n```/, /> 注意/, /折叠/, /\[书签\]\(https:\/\/b.example\/\)/, /\[按钮\]/, /原样\*\*HTML\*\*/, /"两张"/]) assert.match(lexical.md, part);
  assert.ok(lexical.md.includes(`[旧文](${site.base}/a/riverside/${mobiledoc.no})`));
  assert.equal(lexical.category, 'environment');
  assert.match(done.lines.find(([w]) => w.includes('a6 '))[3], /bad_json/);
  assert.match((await run('ghost', file, '--from', from, '--submit')).out, /4 there already.*2 submitted/);
  assert.equal(texts()['只有 HTML'].state, 'draft');
});

const item = (id, body, more = '') => `<item><title>t${id}</title><link>https://big.example/${id}/</link><content:encoded><![CDATA[${body}]]></content:encoded><wp:post_id>${id}</wp:post_id><wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>${more}</item>\n`;
const head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="c" xmlns:excerpt="e" xmlns:wp="w"><channel>\n<wp:base_blog_url>https://big.example</wp:base_blog_url>\n';
const tail = '</channel></rss>\n';

test('pictures: no private address behind a redirect, no endless redirects, nothing that is no picture; none when told so', async () => {
  const body = ['inside', 'round', 'text', 'river'].map((n) => `<img src="${from}/${n}.png">`).join('');
  const file = put('pictures.xml', head + item(1, `${body}<img src="http://127.0.0.2:1/y.png"><img src="data:image/png;base64,AAAA">`) + tail);
  const done = await run('wordpress', file);
  const why = done.line('1')[3];
  for (const said of [/fetch_private\) \S+inside.png/, /fetch_redirects\) \S+round.png/, /\(image_\w+\) \S+text.png/, /fetch_private\) http:\/\/127.0.0.2:1\/y.png/]) assert.match(why, said);
  assert.equal(texts().t1.md.match(/!\[/g).length, 1);
  const off = put('off.xml', head.replace('big', 'off') + item(2, `<p>x</p><img src="${from}/river.png" alt="河">`) + tail);
  const before = asked.length;
  assert.match((await run('wordpress', off, '--pictures', 'none')).out, /1 drafts.*0 pictures, 1 lost/);
  assert.equal(asked.length, before);
});

test('what can not be read is named with its line; entities do not expand, and what came before stays', async () => {
  const bad = {
    'cut.xml': [head + item(50, 'x') + '<item><title>y', /bad_xml: line 5/],
    'bytes.xml': [Buffer.concat([Buffer.from(`${head}<item><title>`), Buffer.from([0xc3, 0x28]), Buffer.from(`</title></item>${tail}`)]), /bad_xml: line 4/],
    'bomb.xml': [`<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<rss><channel><item><title>&b;</title></item></channel></rss>`, /xml_doctype: line 2/],
    'deep.xml': [`${head}${'<a>'.repeat(100)}${'</a>'.repeat(100)}${tail}`, /nested/],
    'empty.xml': ['', /bad_xml: line 1/],
    'nothing.json': ['{}', /bad_json.*no articles/],
    'cut.json': ['{"db":[{"data":{"posts":[{"id":"1","title":"x"},\n{"id":"2"', /bad_json: line 2/],
    'row.json': ['{"data":{"posts":[\n{"id":"1","html":"x"},\n{"id":"2",\n"html":nul}]}}', /bad_json: line 4/],
    'bytes.json': [Buffer.concat([Buffer.from('{"data":{"posts":[\n{"id":"7","html":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}]}}')]), /bad_json: line 2/],
    'bracket.json': ['{"data":]}', /bad_json: line 1/],
  };
  for (const [name, [text, why]] of Object.entries(bad)) {
    const done = await run(name.endsWith('xml') ? 'wordpress' : 'ghost', put(name, text), '--from', 'https://bad.example');
    assert.equal(done.code, 1, name);
    assert.match(done.err, why, name);
  }
  assert.ok(texts().t50 === undefined, 'a file that is broken is found broken before anything comes in');
  const none = await run('ghost', join(tmp, 'ghost.json'));
  assert.match(none.err, /old site: --from/);
});

test('2,000 articles: cut off in the middle and gone on with, in little memory', { timeout: 600_000 }, async () => {
  const file = join(tmp, 'big.xml');
  const fd = openSync(file, 'w');
  writeSync(fd, head.replace('big.example', 'many.example'));
  for (let i = 1000; i < 3000; i++) writeSync(fd, item(i, `<p>第 ${i} 篇。${'河水上涨。'.repeat(200)}</p><p><a href="https://many.example/${i < 2999 ? i + 1 : 1000}/">下一篇</a></p>`).replaceAll('big.example', 'many.example'));
  writeSync(fd, tail);
  closeSync(fd);
  const first = run('wordpress', file);
  await new Promise((resolve) => first.child.stderr.on('data', (c) => /drafts: [4-9]00/.test(c) && resolve()));
  const status = readFileSync(`/proc/${first.child.pid}/status`, 'utf8');
  first.child.kill('SIGKILL');
  await first;
  const resident = Number(status.match(/VmHWM:\s+(\d+)/)[1]);
  const second = await run('wordpress', file);
  assert.equal(second.code, 0, second.err);
  const [, drafts, there, links] = second.out.match(/(\d+) drafts, (\d+) there already.*; (\d+) links/).map(Number);
  assert.equal(drafts + there, 2000);
  assert.ok(there >= 400 && drafts > 0, second.out);
  assert.equal(links, 2000);
  if (!/debug/.test(binary())) assert.ok(resident < 120_000, `${resident} kB resident`);
});

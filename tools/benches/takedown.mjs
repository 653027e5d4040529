// Removes articles and asks for every public surface until none shows them. takedown.mjs BASE PROGRAM DATA DIR TURNS
// [OTHER [FLAG…]]: decided at BASE, asked at OTHER (the same by default; another node); the flags are given to the
// program. DIR/bench.lua is of prepare.mjs. Prints "WHAT P50 P99" (ms) of each surface and of all.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Person, words } from '../../tests/site/drive.mjs';
import { shaded } from '../../tests/site/png.mjs';

const [base, program, data, dir, count, other = base, ...flags] = process.argv.slice(2);
const turns = Number(count);
const at_once = 8; // as many as are on the first page of every surface
const logins = () => execFileSync(program, ['demo', '--show', '--data', data, ...flags]).toString();
const must = (answer, status) => {
  if (answer.status !== status) throw new Error(`${answer.path}: ${answer.status} ${words(answer).slice(0, 500)}`);
  return answer;
};

async function logIn(role) {
  const row = () => logins().match(new RegExp(`^${role}\\s+(154\\d{8})\\s+(\\S+)\\s+(\\S+)`, 'm'));
  const [, mobile, password] = row();
  const who = new Person({ base });
  await who.submit('/login', { 手机号: mobile, 密码: password });
  for (let tries = 3; ; tries--) {
    const done = await who.submit('/login/second-factor', { 动态验证码: row()[3] }); // a code may run out meanwhile
    if (done.status === 303) return who;
    if (tries === 0) must(done, 303);
  }
}

// Text and picture unlike any other, as what was removed is known again by both.
const some = (n) => Array.from({ length: n }, () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 3000))).join('');
function picture() {
  const grey = Array.from({ length: 64 }, () => Math.random() * 255);
  return new Blob([shaded(320, 200, (x, y) => grey[Math.floor(y * 8) * 8 + Math.floor(x * 8)])], { type: 'image/png' });
}

async function publish({ handle, token, category }) {
  const headers = { authorization: `Bearer ${token}` };
  const call = async (path, body, type) => {
    const answer = await fetch(`${base}/api/v1/accounts/${handle}/${path}`, { method: 'POST', headers: { ...headers, ...type }, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const form = new FormData();
  form.append('file', picture(), 'picture.png');
  const { hash } = await call('media', form);
  const title = some(12);
  const json = { title, category, cover: hash, markdown: `${some(200)}。`, publish: true };
  const made = await call('articles', JSON.stringify(json), { 'content-type': 'application/json' });
  if (made.state !== 'published') throw new Error(JSON.stringify(made));
  return { handle, category, no: made.no, title };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const ask = (path) =>
  new Promise((resolve, reject) => {
    http
      .get(new URL(path, other), { agent }, (res) => {
        const parts = [];
        res.on('data', (c) => parts.push(c));
        res.on('end', () => resolve({ status: res.statusCode, text: Buffer.concat(parts).toString() }));
      })
      .on('error', reject);
  });

// Each surface: where, and whether what came shows the article.
async function surfaces({ handle, category, no, title }) {
  const at = `/a/${handle}/${no}`;
  const link = new RegExp(`/(a|articles)/${handle}/${no}(?![0-9])`);
  const listed = (a) => link.test(a.text);
  const there = (a) => a.status === 200;
  const api = JSON.parse((await ask(`/api/v1/articles/${handle}/${no}`)).text);
  const map = [...(await ask('/sitemap.xml')).text.matchAll(/\/sitemap\/articles[^<]*/g)].map(([path]) => path);
  let sitemap = map[0];
  for (const path of map) if (listed(await ask(path))) sitemap = path;
  return {
    article: [at, there],
    versions: [`${at}/versions`, there],
    media: [new URL(api.cover.url ?? api.cover, base).pathname, there],
    home: ['/', listed],
    account: [`/a/${handle}`, listed],
    category: [`/c/${category}`, listed],
    search: [`/search?q=${encodeURIComponent(title)}`, listed],
    atom: ['/atom.xml', listed],
    'JSON feed': ['/feed.json', listed],
    "account's atom": [`/a/${handle}/atom.xml`, listed],
    sitemap: [sitemap, listed],
    API: [`/api/v1/articles/${handle}/${no}`, there],
    'API list': [`/api/v1/accounts/${handle}/articles`, listed],
  };
}

const pause = (ms) => new Promise((r) => setTimeout(r, ms));

async function shown(all) {
  for (const [name, [path, shows]] of Object.entries(all))
    for (let i = 0; !shows(await ask(path)); i++) {
      if (i > 600) throw new Error(`never on ${name} (${path})`);
      await pause(100);
    }
}

const [reviewer, compliance] = [await logIn('reviewer'), await logIn('compliance')];
const tokens = [...readFileSync(`${dir}/bench.lua`, 'utf8').matchAll(/handle = '(.*?)', token = '(.*?)', category = '(.*?)'/g)].map(([, handle, token, category]) => ({ handle, token, category }));

// The case about it, claimed, as the reviewer has it before them.
async function claimed({ handle, no }) {
  const raised = must(await compliance.submit(`/desk/raise/${handle}/${no}`, { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' }), 303);
  must(await reviewer.submit(raised.location, {}, { button: '领取' }), 303);
  return reviewer.get(raised.location);
}

const took = { 'all surfaces': [], 'the answer to the decision': [], 'all surfaces after the answer': [] };
async function remove(article) {
  const all = await surfaces(article);
  await shown(all); // which also puts them into the page cache
  const page = await claimed(article);
  const begun = performance.now();
  const gone = Object.entries(all).map(async ([name, [path, shows]]) => {
    while (shows(await ask(path))) {
      if (performance.now() - begun > 30000) throw new Error(`still on ${name} (${path})`);
      await pause(1);
    }
    const ms = performance.now() - begun;
    (took[name] ??= []).push(ms);
    return ms;
  });
  const decided = reviewer.submit(page.at, { 处置措施: '移除文章', 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '有问题。', 理由: '违反管理规则。' }, { button: '作出决定', page });
  const done = decided.then((answer) => (must(answer, 303), performance.now() - begun));
  const [answered, last] = [await done, Math.max(...(await Promise.all(gone)))];
  took['the answer to the decision'].push(answered);
  took['all surfaces'].push(last);
  took['all surfaces after the answer'].push(Math.max(0, last - answered));
}

for (let turn = 0; turn < turns; turn += at_once) {
  const fresh = [];
  for (let i = turn; i < Math.min(turn + at_once, turns); i++) fresh.push(await publish(tokens[i % tokens.length]));
  for (const article of fresh) await remove(article);
}
for (const [what, ms] of Object.entries(took)) {
  ms.sort((a, b) => a - b);
  console.log([what, ms[Math.floor(ms.length / 2)].toFixed(1), ms[Math.floor(ms.length * 0.99)].toFixed(1)].join('\t'));
}
agent.destroy();

// Prepares a demo site for the benches as people would: staff choose post-review and a large daily
// quota, operators make API tokens. prepare.mjs BASE PROGRAM DATA DIR [FLAG…] writes DIR/bench.lua and
// DIR/env; the flags are given to the program.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Person, words } from '../../tests/site/drive.mjs';

const [base, program, data, dir, ...flags] = process.argv.slice(2);
const logins = () => [...execFileSync(program, ['demo', '--show', '--data', data, ...flags]).toString().matchAll(/^(\S+)\s+(154\d{8})\s+(\S+)\s+(\S+)/gm)].map(([, role, mobile, password, code]) => ({ role, mobile, password, code }));
const must = (answer, ...statuses) => {
  if (!statuses.includes(answer.status)) throw new Error(`${answer.path}: ${answer.status} ${words(answer).slice(0, 500)}`);
  return answer;
};

async function logIn({ mobile, password }) {
  const who = new Person({ base });
  must(await who.submit('/login', { 手机号: mobile, 密码: password }), 303);
  return who;
}

const people = logins();
const boss = people.find((p) => p.role === 'sysadmin');
const admin = await logIn(boss);
// A busy machine may take longer than a code lives.
for (let tries = 3; ; tries--) {
  const { code } = logins().find((p) => p.mobile === boss.mobile);
  const done = await admin.submit('/login/second-factor', { 动态验证码: code });
  if (done.status === 303) break;
  if (tries === 0) must(done, 303);
}
must(await admin.submit('/desk/provider', { 审核方式: 'post', 每日发布数: '100000', 修改理由: 'bench' }), 200, 303);

const tokens = [];
let cookie;
for (const p of people.filter((x) => x.role === 'operator')) {
  const who = await logIn(p);
  const mine = await who.get('/me');
  for (const [, handle] of mine.text.matchAll(/href="\/console\/([a-z0-9-]+)"/g)) {
    if (tokens.some((t) => t.handle === handle)) continue;
    if ((await who.get(`/console/${handle}/tokens`)).status !== 200) continue; // not its owner
    const made = await who.submit(`/console/${handle}/tokens`, { 名称: 'bench', 有效天数: '30', '图片：上传到媒体库': true });
    const token = made.text.match(/gq_[\w-]+/)?.[0];
    const account = await (await fetch(`${base}/api/v1/accounts/${handle}`)).json();
    if (!token || !account.categories?.length) continue; // one that waits for its approval
    const category = [account.categories].flat()[0];
    const tried = await fetch(`${base}/api/v1/accounts/${handle}/articles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: '试笔', category, markdown: '试笔。', publish: true }),
    });
    // One that leaves, that a measure or a licence keeps from it, or whose versions wait for a second person.
    if (!tried.ok || (await tried.json()).state !== 'published') continue;
    tokens.push({ handle, token, category });
    cookie ??= { handle, value: [...who.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
  }
}
if (!tokens.length) throw new Error('no account may publish');

// A long article: about 27 kB as a page.
const sentences = ['清晨六点，河堤上已经有人跑步，水面的雾气还没有散。', '记录从三年前开始，每周两次，地点和时间都不变。', '数字本身不说明问题，把它们放在一起看，才看得出方向。', '居民们说，变化是慢慢来的，等到注意到的时候，已经习惯了。'];
const paragraph = (n) => Array.from({ length: 5 }, (_, i) => sentences[(n + i) % 4]).join('');
const markdown = Array.from({ length: 54 }, (_, n) => (n % 4 ? '' : `## 第 ${n / 4 + 1} 次记录\n\n`) + paragraph(n)).join('\n\n');
const { handle, token, category } = tokens[0];
const sent = await fetch(`${base}/api/v1/accounts/${handle}/articles`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ title: '一条河的三年', category, markdown, publish: true }),
});
const article = await sent.json();
if (article.state !== 'published') throw new Error(`long article: ${sent.status} ${JSON.stringify(article)}`);

writeFileSync(`${dir}/env`, `long=${article.url}\nhandle=${cookie.handle}\ncategory=${category}\ncookie='${cookie.value}'\n`);
writeFileSync(`${dir}/bench.lua`, `return {\n${tokens.map((t) => `  { handle = '${t.handle}', token = '${t.token}', category = '${t.category}' },\n`).join('')}}\n`);

// One reviewer at the desk: desk.mjs BASE PROGRAM DATA TURNS prints a line "WHAT P50 P99" (ms) of each thing measured.
import { execFileSync } from 'node:child_process';
import { Person, words } from '../../tests/site/drive.mjs';

const [base, program, data, turns] = process.argv.slice(2);
const login = () => execFileSync(program, ['demo', '--show', '--data', data]).toString().match(/^reviewer\s+(154\d{8})\s+(\S+)\s+(\d{6})/m);
const took = {};

function fail(answer) {
  throw new Error(`${answer.path}: ${answer.status} ${words(answer).slice(0, 500)}`);
}

async function timed(what, send) {
  const at = performance.now();
  const answer = await send();
  if (answer.status >= 400) fail(answer);
  if (what) (took[what] ??= []).push(performance.now() - at);
  return answer;
}

const officer = new Person({ base });
const [, mobile, password] = login();
await officer.submit('/login', { 手机号: mobile, 密码: password });
for (let tries = 3; ; tries--) {
  const done = await officer.submit('/login/second-factor', { 动态验证码: login()[3] }); // a code may run out meanwhile
  if (done.status === 303) break;
  if (tries === 0) fail(done);
}

const pages = { 'desk home': '/desk', queue: '/desk/cases', 'queue of a kind': '/desk/cases?kind=article', 'queue of a rare kind': '/desk/cases?kind=licence', mine: '/desk/cases?show=mine', decided: '/desk/cases?show=decided' };
const older = (page) => page.text.match(/href="(\/desk\/cases\?[^"]*after=[^"]*)"/)?.[1].replaceAll('&amp;', '&');

// A case that this reviewer decides by the three verdicts; those with acts of their own are passed over.
async function decidable(answer) {
  for (let i = 0; i < 100; i++) {
    const page = await officer.follow(answer);
    if (page.text.includes('value="approve"')) return page;
    answer = await officer.submit(page.at, {}, { button: '先看下一件', page });
  }
  throw new Error('nothing to decide');
}
const csrf = (page) => page.text.match(/name="_csrf" value="([^"]*)"/)[1];
const post = (path, page, values) => officer.send(path, { method: 'POST', body: new URLSearchParams({ _csrf: csrf(page), ...values }) });

const warm = Math.ceil(turns / 20);
let page = await decidable(await post('/desk/cases/next', await officer.get('/desk'), {}));
for (let turn = -warm; turn < turns; turn++) {
  const as = (what) => (turn < 0 ? undefined : what);
  for (const [what, path] of Object.entries(pages)) {
    const shown = await timed(as(what), () => officer.get(path));
    if (what === 'queue' && older(shown)) await timed(as('queue, second page'), () => officer.get(older(shown)));
  }
  await timed(as('case'), () => officer.get(page.at));
  const here = page;
  const next = await timed(as('submit and next'), async () => officer.follow(await post(`${here.at}/decide`, here, { verdict: 'approve', reason: '', reason_key: '', next: '1' })));
  if (!/^\/desk\/cases\/\d+$/.test(next.at) || next.at === here.at) fail(next);
  page = next.text.includes('value="approve"') ? next : await decidable(next);
}
for (const [what, ms] of Object.entries(took)) {
  ms.sort((a, b) => a - b);
  console.log([what, ms[Math.floor(ms.length / 2)].toFixed(2), ms[Math.floor(ms.length * 0.99)].toFixed(2)].join('\t'));
}

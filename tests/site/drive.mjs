// A running site for tests, with a gateway that catches short messages, and people who drive its
// forms by their labels. GONGQI_TEST_DB=postgres: on a fresh database of the server at GONGQI_TEST_PG.
// person.get, send and submit answer what came; person.visit and page.press follow redirects.
import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import http from 'node:http';
import { binary, launch, serve } from './binary.mjs';

const secret = 'a secret of the test gateway';

// An HTTP server on a free port: answer(body) gives what it sends back as JSON.
export function listen(answer) {
  return new Promise((resolve) => {
    const server = http.createServer((req, res) => {
      let body = '';
      req.on('data', (c) => (body += c));
      req.on('end', async () => {
        const [status, json] = await answer(body, req.headers);
        res.writeHead(status, { 'Content-Type': 'application/json' });
        res.end(JSON.stringify(json));
      });
    });
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() }));
  });
}

export function signed(key, headers, body) {
  const want = createHmac('sha256', key).update(`${headers['x-gongqi-timestamp']}.${body}`).digest('hex');
  return headers['x-gongqi-signature'] === `sha256=${want}`;
}

function database() {
  if (process.env.GONGQI_TEST_DB !== 'postgres') return [];
  const name = `site_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', [process.env.GONGQI_TEST_PG, '-qc', `CREATE DATABASE ${name}`]);
  const url = new URL(process.env.GONGQI_TEST_PG);
  url.pathname = `/${name}`;
  execFileSync(binary(), ['migrate', '--database', url.href], { stdio: 'pipe' });
  return ['--database', url.href];
}

// Flags are further flags of `serve`; rates are lifted unless a flag says otherwise.
export async function startSite(...flags) {
  const messages = [];
  const gateway = await listen((body, headers) => {
    const message = JSON.parse(body);
    if (!signed(secret, headers, body)) return [403, {}];
    messages.push(message);
    return [200, {}];
  });
  const db = database();
  const rate = flags.some((f) => f.startsWith('--rate')) ? [] : ['--rate-factor', '1000'];
  const args = [...db, '--sms-url', gateway.url, '--sms-secret', secret, '--fetch-allow', '127.0.0.1', '--argon2-memory', '8M', '--argon2-ops', '1', ...rate, ...flags];
  const server = await serve(...args);
  const site = { ...server, db, base: `http://127.0.0.1:${server.port}`, messages };
  // The code that was sent to a number; each is given out once.
  site.code = async (mobile) => {
    for (let i = 0; i < 200; i++) {
      const at = messages.findIndex((m) => m.recipient === mobile && /\b\d{6}\b/.test(m.text));
      if (at >= 0) return messages.splice(at, 1)[0].text.match(/\d{6}/)[0];
      await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`no message for ${mobile}`);
  };
  // Runs a command of the same binary on this site: command('user', 'add', mobile, name).
  site.command = (name, ...args) => execFileSync(binary(), [name, ...args, '--data', server.data, ...db], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  site.person = () => new Person(site);
  // Somebody made by the command line (quick) and logged in; roles: 'sysadmin,reviewer', then with
  // the second factor set up.
  site.member = async (roles = '', name = '测试用户') => {
    const mobile = `139${String(randomInt(1e8)).padStart(8, '0')}`;
    const password = site.command('user', 'add', mobile, name).trim().split('\t')[1];
    if (roles) site.command('user', 'roles', mobile, roles);
    const who = Object.assign(site.person(), { mobile, password, name });
    await who.logIn();
    if (roles) await who.secondFactor();
    return who;
  };
  // Ends it by a signal, and starts it again on the same data (at another port).
  site.kill = (signal = 'SIGKILL') => (site.child.kill(signal), site.ended);
  site.again = async (...more) => {
    Object.assign(site, await launch(server.data, [...args, ...more]));
    site.base = `http://127.0.0.1:${site.port}`;
  };
  site.stop = async () => {
    gateway.close();
    const how = await site.kill('SIGTERM');
    rmSync(server.data, { recursive: true, force: true });
    if (db.length) execFileSync('psql', [process.env.GONGQI_TEST_PG, '-qc', `DROP DATABASE IF EXISTS ${new URL(db[1]).pathname.slice(1)} WITH (FORCE)`], { stdio: 'ignore' });
    return how;
  };
  return site;
}

export const plain = (html) =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .trim();
const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)].slice(1).map((m) => [m[1], plain(m[2] ?? '')]));

// What a browser would send of a form, and which label belongs to which field.
function readForm(html) {
  const fields = [];
  for (const [tag, name] of html.matchAll(/<(input|button)\b[^>]*>/g)) {
    const a = attributes(tag);
    if (name === 'button' || !a.name) continue;
    const choice = a.type === 'checkbox' || a.type === 'radio';
    fields.push({ ...a, choice, value: a.value ?? '', on: !choice || 'checked' in a });
  }
  for (const [, tag, inner] of html.matchAll(/<(select\b[^>]*)>([\s\S]*?)<\/select>/g)) {
    const chosen = inner.match(/<option value="([^"]*)"[^>]*\bselected/);
    const options = [...inner.matchAll(/<option value="([^"]*)"[^>]*>([\s\S]*?)<\/option>/g)].map((m) => [plain(m[2]), plain(m[1])]);
    fields.push({ ...attributes(`<${tag}>`), value: chosen ? plain(chosen[1]) : '', on: true, options });
  }
  for (const [, tag, inner] of html.matchAll(/<(textarea\b[^>]*)>([\s\S]*?)<\/textarea>/g)) {
    fields.push({ ...attributes(`<${tag}>`), value: plain(inner), on: true });
  }
  const labels = new Map();
  for (const [, of, text] of html.matchAll(/<label[^>]*\bfor="([^"]*)"[^>]*>([\s\S]*?)<\/label>/g)) labels.set(plain(text), fields.find((f) => f.id === of));
  for (const [, inner] of html.matchAll(/<label class="choice">([\s\S]*?)<\/label>/g)) {
    const a = attributes(inner.match(/<input[^>]*>/)[0]);
    labels.set(plain(inner), fields.find((f) => f.name === a.name && f.value === (a.value ?? '')));
  }
  const buttons = [...html.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)].map((m) => ({ ...attributes(`<button ${m[1]}>`), text: plain(m[2]) }));
  return { fields, labels, buttons };
}

// What came back: status, location, headers, bytes, text (as it came), words (as one reads it), url.
class Page {
  constructor(person, res, bytes, path) {
    const url = new URL(res.url);
    Object.assign(this, { person, status: res.status, location: res.headers.get('location'), headers: res.headers, bytes, text: bytes.toString(), path, url, at: url.pathname + url.search });
  }

  get words() {
    return words(this);
  }

  // Texts of field errors and of the summary.
  get errors() {
    return [...this.text.matchAll(/class="(?:field-error|form-errors)"[^>]*>([\s\S]*?)<\/(?:p|div)>/g)].map((m) => plain(m[1]));
  }

  // Fills in the form that has this button, presses it and goes where that leads.
  async press(button, values = {}, files = {}) {
    return this.person.follow(await this.person.submit(this.at, values, { button, files, page: this }));
  }
}

export class Person {
  constructor(site) {
    this.site = site;
    this.cookies = new Map();
    this.step = 0;
  }

  async send(path, options = {}) {
    const headers = { cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '), 'accept-language': 'zh', ...options.headers };
    const res = await fetch(new URL(path, this.site.base), { redirect: 'manual', ...options, headers });
    for (const line of res.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value && !/max-age=0\b/i.test(line)) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return new Page(this, res, Buffer.from(await res.arrayBuffer()), path);
  }

  get(path) {
    return this.send(path);
  }

  async follow(page) {
    for (let i = 0; i < 8 && page.location && page.status >= 300 && page.status < 400; i++) page = await this.get(page.location);
    return page;
  }

  async visit(path) {
    return this.follow(await this.get(path));
  }

  // Fills in fields by their labels and presses a button by its text; files: { label: [name, type, bytes] }.
  async submit(path, values, { button, files = {}, page } = {}) {
    const shown = page ?? (await this.get(path));
    const forms = [...shown.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map((m) => ({ a: attributes(`<form ${m[1]}>`), ...readForm(m[2]) })).filter((f) => f.a.method === 'post');
    const form = forms.find((f) => (!button || f.buttons.some((b) => b.text === button)) && [...Object.keys(values), ...Object.keys(files)].every((l) => f.labels.has(l)));
    if (!form) throw new Error(`no form on ${path} (${shown.status}) with ${Object.keys(values)} ${button ?? ''}\n${plain(shown.text).replace(/\s+/g, ' ').slice(0, 600)}`);
    for (const [label, value] of Object.entries(values)) {
      const field = form.labels.get(label);
      if (field.type === 'radio') for (const f of form.fields) if (f.name === field.name) f.on = false;
      if (field.choice) field.on = Boolean(value);
      else field.value = field.options?.find(([text]) => text === value)?.[1] ?? value;
    }
    const body = form.a.enctype === 'multipart/form-data' ? new FormData() : new URLSearchParams();
    for (const f of form.fields) if (f.on && f.name && f.type !== 'file') body.append(f.name, f.value);
    for (const [label, [name, type, bytes]] of Object.entries(files)) body.append(form.labels.get(label).name, new Blob([bytes], { type }), name);
    const pressed = form.buttons.find((b) => b.text === button && b.name);
    if (pressed) body.append(pressed.name, pressed.value ?? '');
    return this.send(form.a.action || path, { method: 'POST', body });
  }

  async signUp(mobile, name = '张读者', password = 'correct horse battery') {
    Object.assign(this, { mobile, name, password });
    const asked = await this.submit('/signup', { 手机号: mobile, 称呼: name }, { button: '发送验证码' });
    if (asked.status >= 400) throw new Error(`signup: ${asked.status} ${plain(asked.text).slice(0, 500)}`);
    const code = await this.site.code(mobile);
    const done = await this.submit('/signup', { 称呼: name, 手机号: mobile, 短信验证码: code, 密码: password });
    if (done.status !== 303) throw new Error(`signup: ${done.status} ${plain(done.text).replace(/\s+/g, ' ').slice(0, 700)}`);
    return this;
  }

  async logIn(password = this.password) {
    const page = await this.visit('/login');
    const after = await page.press('登录', { 手机号: this.mobile, 密码: password });
    if (after.url.pathname !== '/login/second-factor' || !this.secret) return after;
    return after.press('继续', { 动态验证码: this.totp() });
  }

  // A code that was not used before: the next step's, when this one's was.
  totp() {
    this.step = Math.max(Math.floor(Date.now() / 30000), this.step + 1);
    return totp(this.secret, this.step * 30000);
  }

  // Sets up the second factor; keeps the secret and the recovery codes, answers the page with them.
  async secondFactor() {
    const page = await this.get('/me/security/totp');
    this.secret = secretOn(page);
    const done = await page.press('确认并开启', { 动态验证码: this.totp() });
    if (done.status >= 400) throw new Error(`totp: ${done.status} ${words(done)}`);
    this.recovery = [...done.text.matchAll(/<li><code>(\d{10})<\/code>/g)].map((m) => m[1]);
    return done;
  }

  // A token for the API of an account that this person runs.
  async token(handle, days = 30) {
    const made = await this.submit(`/console/${handle}/tokens`, { 名称: '测试脚本', 有效天数: String(days) }, { button: '生成令牌' });
    const token = made.text.match(/gq_[\w-]+/)?.[0];
    if (!token) throw new Error(`no token: ${made.status} ${words(made)}`);
    return token;
  }

  // A call of the API: json is sent as POST; answers the page with its data.
  async api(path, { token, json } = {}) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(json && { 'content-type': 'application/json' }) };
    const page = await this.send(`/api/v1${path}`, json ? { method: 'POST', headers, body: JSON.stringify(json) } : { headers });
    page.data = /^application\/(problem\+)?json/.test(page.headers.get('content-type')) ? JSON.parse(page.text) : undefined;
    return page;
  }
}

export const words = (page) => plain(page.text.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<\/(p|li|dd|dt|h\d|div)>/g, ' ')).replace(/\s+/g, ' ');

// A number with a right check digit that belongs to nobody: area code 110199 was never given out.
export function citizenNumber(serial, birth = '19900307') {
  const head = `110199${birth}${String(serial).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((s, w, i) => s + w * Number(head[i]), 0);
  return head + '10X98765432'[sum % 11];
}

export const pdf = ['proof.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n')];

// Six digits of RFC 6238 at a time.
export function totp(base32, at = Date.now()) {
  const bits = [...base32.replace(/[\s=]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const from = mac[19] & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1e6).padStart(6, '0');
}

export const secretOn = (page) => page.text.match(/<code>([A-Z2-7 ]{32,})<\/code>/)?.[1];

async function accept(who, link) {
  const path = new URL(link).pathname;
  const done = await who.submit(path, {}, { button: '接受邀请' });
  if (done.status !== 303) throw new Error(`invite: ${done.status} ${words(done)}`);
  await who.secondFactor();
  return who;
}

// A system administrator by `gongqi init`, who invites the others: staff(site, mobile, ['总编辑']).
export async function admin(site, mobile = '15400000090') {
  const printed = site.command('init');
  const who = await site.person().signUp(mobile, '管理员');
  return accept(who, printed.match(/system administrator\s+(\S+)/)[1]);
}

export async function staff(site, boss, mobile, roles, name = '工作人员') {
  const page = await boss.submit('/desk/staff/invite', { ...Object.fromEntries(roles.map((r) => [r, true])), 备注: '测试' }, { button: '生成邀请链接' });
  const link = page.text.match(/value="([^"]*\/invite\/[^"]+)"/)?.[1];
  if (!link) throw new Error(`no invitation: ${page.status} ${words(page)}`);
  const who = await site.person().signUp(mobile, name);
  return accept(who, plain(link));
}

// Walks the main road to an account whose articles are published at once, as many as one likes: its
// operator, staff, and a token for the API.
export async function openAccount(site, handle = 'riverside') {
  const boss = await admin(site);
  const chief = await staff(site, boss, '15400000091', ['总编辑'], '总编辑');
  const officer = await staff(site, boss, '15400000092', ['审核员'], '审核员');
  const must = (page) => {
    if (page.status !== 303) throw new Error(`${page.path}: ${page.status} ${words(page).slice(0, 800)}`);
    return page;
  };
  must(await boss.submit('/desk/posts', { 人选: '总编辑', 任命文件号: '任字1号' }, { button: '任命' }));
  must(await boss.submit('/desk/provider', { 审核方式: 'post', 每日发布数: '100000', 修改理由: '测试' }, { button: '保存' }));
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  must(await chief.submit('/desk/policies/service_agreement', { 标题: '服务协议', '正文（Markdown）': '## 第一条', 生效日期: today }, { button: '公布' }));
  const approve = async () => {
    const href = (await officer.get('/desk/cases')).text.match(/\/desk\/cases\/\d+/)[0];
    must(await officer.submit(href, {}, { button: '领取' }));
    must(await officer.submit(href, {}, { button: '通过' }));
  };
  const operator = await site.person().signUp('15400000094', '运营者');
  const form = '/me/registrants/new/individual';
  const page = await operator.submit(form, { 真实姓名: '张三', 证件类型: '居民身份证', 证件号码: citizenNumber(1), 所在省份: '浙江', 手机号码: '15400000095' }, { button: '获取验证码' });
  const registrant = must(await operator.submit(form, { 短信验证码: await site.code('15400000095') }, { button: '提交认证', files: { 证件照片: pdf }, page })).location;
  await approve();
  must(await operator.submit(`${registrant}/agreement`, { 我已阅读并同意本协议的全部内容: true }, { button: '签署' }));
  const chosen = (await operator.get('/me/accounts/new')).text.match(/<option value="(\d+)"/)[1];
  must(await operator.submit('/me/accounts/new', { 注册主体: chosen, 账号名称: '河岸观察', 账号地址: handle, 账号介绍: '记录一条河的四季。', 环境: true }, { button: '申请公众账号' }));
  await approve();
  return { boss, chief, officer, operator, handle, token: await operator.token(handle) };
}

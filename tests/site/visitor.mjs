// A whole site for a test: the binary on a free port with its own data (SQLite, or a fresh database
// of GONGQI_TEST_PG when GONGQI_TEST_DB=postgres), and people who fill in its forms by label.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from './binary.mjs';

const postgres = process.env.GONGQI_TEST_DB === 'postgres';

function freshDatabase() {
  const url = process.env.GONGQI_TEST_PG;
  const name = `site_${process.pid}_${randomInt(1e9)}`;
  execFileSync('psql', ['-q', '-d', url, '-c', `CREATE DATABASE ${name}`]);
  const own = new URL(url.replace(/^postgres(ql)?:/, 'http:').replace('http:///', 'http://nohost/'));
  own.pathname = `/${name}`;
  const text = own.href.replace('http://nohost/', 'postgresql:///').replace(/^http:/, 'postgresql:');
  return { url: text, drop: () => execFileSync('psql', ['-q', '-d', url, '-c', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]) };
}

// Starts a site. flags: further flags of `serve`; rates are lifted unless they say otherwise.
export async function site(...flags) {
  const data = mkdtempSync(join(tmpdir(), 'gongqi-site-'));
  const db = postgres ? freshDatabase() : null;
  const env = { ...process.env, ...(db && { GONGQI_DATABASE: db.url }) };
  for (const k of Object.keys(env)) if (k.startsWith('GONGQI_TEST_')) delete env[k];
  // Runs a command of the same binary on this site: command('outbox').
  const command = (name, ...args) =>
    execFileSync(binary(), [name, ...args, '--data', data], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = command('init');
  const rate = flags.some((f) => f.startsWith('--rate')) ? [] : ['--rate-factor', '1000'];
  const child = spawn(binary(), ['serve', '--data', data, '--listen', '127.0.0.1:0', ...rate, ...flags], {
    env, stdio: ['ignore', 'inherit', 'pipe'] });
  let log = '';
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const started = await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const line = log.split('\n').find((l) => l.includes('"event":"serving"') && l.endsWith('}'));
      if (line) resolve(JSON.parse(line));
    });
    ended.then((how) => reject(new Error(`did not start: ${JSON.stringify(how)}\n${log}`)));
  });
  const origin = `http://127.0.0.1:${started.port}`;
  const invites = [...printed.matchAll(/\/invite\/[\w-]+/g)].map((m) => m[0]);
  // The newest code that went to a number.
  const code = (mobile) => {
    const masked = `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
    const line = command('outbox').split('\n').find((l) => l.split('\t')[2] === masked);
    return /\b\d{6}\b/.exec(line?.split('\t')[3] ?? '')?.[0];
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const how = await ended;
    rmSync(data, { recursive: true, force: true });
    db?.drop();
    return how;
  };
  const self = { origin, port: started.port, data, env, command, code, stop, log: () => log, invites };
  self.visitor = (lang = 'zh') => new Visitor(origin, lang);
  // Somebody who signed up (by the command line: quick) and logged in; roles are granted, with the
  // second factor set up. The visitor has mobile, password and, for roles, secret.
  self.person = async (roles = '', name = '测试用户') => {
    const mobile = `139${String(randomInt(1e8)).padStart(8, '0')}`;
    const password = command('user', 'add', mobile, name).trim().split('\t')[1];
    if (roles) command('user', 'roles', mobile, roles);
    const v = self.visitor();
    Object.assign(v, { mobile, password, name });
    await v.logIn();
    if (roles) await v.setUpSecondFactor();
    return v;
  };
  return self;
}

const decode = (s) => s.replace(/&(#\d+|#x[\da-f]+|\w+);/gi, (all, e) => {
  if (e[0] === '#') return String.fromCodePoint(e[1] === 'x' ? parseInt(e.slice(2), 16) : Number(e.slice(1)));
  return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[e] ?? all;
});
export const plain = (html) => decode(html.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

function attributes(tag) {
  const out = {};
  for (const m of tag.matchAll(/([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g))
    out[m[1].toLowerCase()] = decode(m[2] ?? m[3] ?? m[4] ?? '');
  return out;
}

// One page as it came, with its forms.
export class Page {
  constructor(visitor, response, body) {
    this.visitor = visitor;
    this.status = response.status;
    this.headers = response.headers;
    this.url = new URL(response.url);
    this.path = this.url.pathname + this.url.search;
    this.html = body;
    this.text = plain(body);
  }

  get title() {
    return plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(this.html)?.[1] ?? '');
  }

  // Texts of field errors and of the summary.
  get errors() {
    return [...this.html.matchAll(/class="(?:field-error|form-errors)"[^>]*>([\s\S]*?)<\/(?:p|div)>/g)].map((m) => plain(m[1]));
  }

  forms() {
    return [...this.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map((m) => {
      const fields = [];
      const body = m[2];
      for (const f of body.matchAll(/<(input|textarea|select|button)\b([^>]*)>(?:([\s\S]*?)<\/\1>)?/g)) {
        const a = attributes(f[2]);
        const field = { tag: f[1], ...a, type: a.type ?? (f[1] === 'button' ? 'submit' : 'text') };
        if (f[1] === 'textarea') field.value = decode((f[3] ?? '').replace(/^\n/, ''));
        if (f[1] === 'select') {
          const options = [...(f[3] ?? '').matchAll(/<option\b([^>]*)>([\s\S]*?)<\/option>/g)];
          field.options = options.map((o) => ({ ...attributes(o[1]), text: plain(o[2]) }));
          field.value = (field.options.find((o) => 'selected' in o) ?? field.options[0])?.value ?? '';
        }
        if (f[1] === 'button') field.text = plain(f[3] ?? '');
        field.label = f[1] === 'button' ? field.text : labelOf(body, field, f.index);
        fields.push(field);
      }
      const a = attributes(m[1]);
      return { action: a.action ?? '', method: (a.method ?? 'get').toLowerCase(), enctype: a.enctype, fields, body };
    });
  }

  form(button) {
    const has = (f) => f.fields.some((x) => x.type === 'submit' && !('aria-hidden' in x) && x.text === button);
    const found = this.forms().find(has);
    if (!found) throw new Error(`no button “${button}” on ${this.path} (${this.status}): ${this.text.slice(0, 600)}`);
    return found;
  }

  // Fills in fields by label (check boxes: label: true or false; choices: the label of the choice;
  // files: {name, type, data}) and presses the button.
  async submit(button, values = {}) {
    const form = this.form(button);
    const data = fill(form, values);
    const pressed = form.fields.find((x) => x.type === 'submit' && !('aria-hidden' in x) && x.text === button);
    if (pressed.name) data.push([pressed.name, pressed.value ?? '']);
    return this.visitor.post(form.action || this.path, data, form.enctype?.startsWith('multipart'));
  }
}

function labelOf(body, field, at) {
  const named = field.id && new RegExp(`<label\\b[^>]*for="${field.id}"[^>]*>([\\s\\S]*?)</label>`).exec(body);
  if (named) return plain(named[1]);
  const open = body.lastIndexOf('<label', at);
  const close = body.indexOf('</label>', at);
  return open >= 0 && body.lastIndexOf('</label>', at) < open ? plain(body.slice(open, close)) : '';
}

function fill(form, values) {
  const data = [];
  const unused = new Set(Object.keys(values));
  for (const f of form.fields) {
    if (!f.name || f.type === 'submit' || f.type === 'button') continue;
    const given = f.label in values;
    if (given) unused.delete(f.label);
    const value = values[f.label];
    if (f.type === 'checkbox' || f.type === 'radio') {
      if (given ? value : 'checked' in f && !radioGiven(form, f, values)) data.push([f.name, f.value ?? 'on']);
    } else if (f.type === 'file') {
      if (given) data.push([f.name, value]);
    } else if (f.tag === 'select' && given) {
      const option = f.options.find((o) => o.text === value) ?? f.options.find((o) => o.value === value);
      if (!option) throw new Error(`no choice “${value}” in “${f.label}”`);
      data.push([f.name, option.value]);
    } else data.push([f.name, given ? String(value) : f.value ?? '']);
  }
  if (unused.size) throw new Error(`no field “${[...unused].join('”, “')}”; there are: ${form.fields.map((f) => f.label).filter(Boolean).join(', ')}`);
  return data;
}
const radioGiven = (form, field, values) =>
  field.type === 'radio' && form.fields.some((f) => f.name === field.name && values[f.label]);

// Somebody with a browser: cookies, language, redirects followed.
export class Visitor {
  constructor(origin, lang) {
    this.origin = origin;
    this.lang = lang;
    this.cookies = new Map();
  }

  async request(path, options = {}, follow = 8) {
    const url = new URL(path, this.origin);
    const headers = { 'accept-language': this.lang, ...options.headers };
    if (this.cookies.size) headers.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
    const response = await fetch(url, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const to = response.headers.get('location');
    if (to && follow > 0 && response.status >= 300 && response.status < 400) {
      await response.arrayBuffer();
      return this.request(to, {}, follow - 1);
    }
    return new Page(this, response, await response.text());
  }

  get(path) {
    return this.request(path);
  }

  post(path, data, multipart = false) {
    if (!multipart) return this.request(path, { method: 'POST', body: new URLSearchParams(data) });
    const body = new FormData();
    for (const [k, v] of data) {
      if (v && typeof v === 'object') body.append(k, new Blob([v.data], { type: v.type }), v.name);
      else body.append(k, v);
    }
    return this.request(path, { method: 'POST', body });
  }

  async logIn(password = this.password) {
    const page = await this.get('/login');
    const after = await page.submit('登录', { 手机号: this.mobile, 密码: password });
    if (after.path.startsWith('/login/second-factor') && this.secret) {
      return after.submit('继续', { 动态验证码: totp(this.secret, 30) });
    }
    return after;
  }

  // Leaves the recovery codes in this.recovery.
  async setUpSecondFactor() {
    const shown = await this.get('/me/security/totp');
    this.secret = secretOn(shown);
    const done = await shown.submit('确认并开启', { 动态验证码: totp(this.secret) });
    this.recovery = [...done.html.matchAll(/<li><code>(\d{10})<\/code>/g)].map((m) => m[1]);
    return done;
  }
}

export const secretOn = (page) => /<code>([A-Z2-7]{32})<\/code>/.exec(page.html)?.[1];

// Six digits (RFC 6238), shift seconds from now: each step works once only.
export function totp(secret, shift = 0) {
  let bits = '';
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + shift) / 30)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

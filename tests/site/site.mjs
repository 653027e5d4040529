// A running site and people on it: a client with cookies that fills in forms by their labels.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { binary, serve } from './binary.mjs';

const databaseUrl = () => {
  if (process.env.GONGQI_TEST_DB !== 'postgres') return undefined;
  const name = `gongqi_site_${process.pid}_${Math.floor(Math.random() * 1e9)}`;
  const url = process.env.GONGQI_TEST_PG;
  const made = spawnSync('psql', ['-qX', url, '-c', `CREATE DATABASE ${name}`], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const u = new URL(url);
  return url.replace(u.pathname === '' ? /$/ : new RegExp(`${u.pathname}(?=\\?|$)`), `/${name}`);
};

// Starts a site; on PostgreSQL with a fresh database.
export async function site(...flags) {
  const url = databaseUrl();
  const more = url ? ['--database', url] : [];
  if (url) execFileSync(binary(), ['migrate', ...more]);
  const s = await serve('--rate-factor', '1000', ...more, ...flags);
  const command = (name, ...args) => execFileSync(binary(), [name, ...(name === 'import' ? args : []), '--data', s.data, ...more, ...(name === 'import' ? [] : args)], { encoding: 'utf8' });
  return { ...s, base: `http://127.0.0.1:${s.port}`, command, person: () => new Person(`http://127.0.0.1:${s.port}`, command) };
}

const unescape = (t) => t.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
const attribute = (tag, name) => unescape((tag.match(new RegExp(`\\s${name}="([^"]*)"`)) ?? [])[1] ?? '');

// Fields of the form that posts to action (or the last form of the page).
export function formOf(html, action) {
  const forms = [...html.matchAll(/<form[^>]*method="post"[^>]*>[\s\S]*?<\/form>/g)].map((m) => m[0])
    .filter((f) => !/action="\/(lang|theme|logout)"/.test(f));
  const form = action ? forms.find((f) => attribute(f.match(/<form[^>]*>/)[0], 'action') === action) : forms.at(-1);
  if (!form) throw new Error(`no form ${action ?? ''} in\n${html.slice(0, 3000)}`);
  const fields = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const type = attribute(tag, 'type');
    if (!name || type === 'file') continue;
    if ((type === 'checkbox' || type === 'radio') && !/\schecked/.test(tag)) continue;
    fields[name] = attribute(tag, 'value');
  }
  for (const m of form.matchAll(/<textarea[^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/textarea>/g)) fields[m[1]] = unescape(m[2]);
  for (const m of form.matchAll(/<select[^>]*name="([^"]+)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const on = m[2].match(/<option[^>]*selected[^>]*>/) ?? m[2].match(/<option[^>]*>/);
    fields[m[1]] = on ? attribute(on[0], 'value') : '';
  }
  return { fields, multipart: /multipart\/form-data/.test(form.match(/<form[^>]*>/)[0]), html: form };
}

export class Person {
  constructor(base, command) {
    Object.assign(this, { base, command, cookies: {} });
  }

  async request(path, options = {}) {
    const cookie = Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
    const headers = { ...(cookie ? { cookie } : {}), ...options.headers };
    const answer = await fetch(this.base + path, { redirect: 'manual', ...options, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value === '' || /Max-Age=0/i.test(line)) delete this.cookies[name];
      else this.cookies[name] = value;
    }
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get('location'), text, headers: answer.headers };
  }

  get(path) {
    return this.request(path);
  }

  // Opens path, fills in its form, sends it; files are {field: Blob}.
  async send(path, values = {}, { action, files } = {}) {
    const page = await this.get(path);
    if (page.status !== 200) throw new Error(`${path}: ${page.status} ${page.location ?? ''}\n${page.text.slice(0, 500)}`);
    const form = formOf(page.text, action);
    const all = { ...form.fields, ...values };
    const to = action ?? path;
    if (form.multipart || files) {
      const body = new FormData();
      for (const [k, v] of Object.entries(all)) for (const one of [].concat(v)) body.append(k, one);
      for (const [k, f] of Object.entries(files ?? {})) body.append(k, f, f.name ?? `${k}.png`);
      return this.request(to, { method: 'POST', body });
    }
    const body = new URLSearchParams();
    for (const [k, v] of Object.entries(all)) for (const one of [].concat(v)) body.append(k, one);
    return this.request(to, { method: 'POST', body });
  }

  // The newest code that was sent.
  code() {
    const m = this.command('outbox').split('\n')[0].match(/(\d{6})/);
    if (!m) throw new Error('no code in the outbox');
    return m[1];
  }

  async signUp(mobile, name, password = 'quiet-river-7-stones') {
    Object.assign(this, { mobile, name, password });
    await this.send('/signup', { name, mobile, act: 'send' });
    const done = await this.send('/signup', { name, mobile, code: this.code(), password });
    if (done.status !== 303) throw new Error(`sign up: ${done.status}\n${done.text.slice(0, 2000)}`);
    return this;
  }

  // Sets up the second factor; keeps the secret for later codes.
  async secondFactor() {
    const page = await this.get('/me/security/totp');
    this.secret = page.text.match(/<code>([A-Z2-7]+)<\/code>/)[1];
    const done = await this.send('/me/security/totp', { code: totp(this.secret) });
    if (done.status !== 200) throw new Error(`second factor: ${done.status}`);
    return this;
  }
}

export function totp(secret, at = Date.now()) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const n = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(n % 1000000).padStart(6, '0');
}

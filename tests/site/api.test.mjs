// The API: every call of the OpenAPI document, its real answers (success and refusal) checked against
// the schemas that the document gives; scopes, expiry and the log of tokens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openAccount, startSite, words } from './drive.mjs';
import { png } from './png.mjs';

let s, a, anyone, doc, tokens;
const base = '/api/v1/accounts/riverside';

async function token(name, scopes, days = '30') {
  const all = Object.fromEntries(['读取：自己的全部文章（含草稿）和它们的状态', '草稿：新建草稿', '发布：提交、定时、撤回文章', '图片：上传到媒体库', '统计：阅读和订阅数'].map((label) => [label, scopes.includes(label.slice(0, 2))]));
  const page = await a.operator.submit('/console/riverside/tokens', { 名称: name, 有效天数: days, ...all }, { button: '生成令牌' });
  return { page, value: page.text.match(/gq_[\w-]+/)?.[0] };
}

before(async () => {
  s = await startSite();
  a = await openAccount(s);
  anyone = s.person();
  doc = JSON.parse((await anyone.get('/api/v1/openapi.json')).text);
  tokens = {};
  for (const name of ['读取', '草稿', '发布', '图片', '统计']) tokens[name] = (await token(`只有${name}`, [name])).value;
  tokens.all = (await token('全部', ['读取', '草稿', '发布', '图片', '统计'])).value;
});
after(() => s?.stop());

// ---- a small validator of the schemas that the document uses; a keyword it does not know is an error ----

const kinds = { string: (v) => typeof v === 'string', integer: Number.isInteger, boolean: (v) => typeof v === 'boolean', null: (v) => v === null, array: Array.isArray, object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v) };
const formats = { 'date-time': (v) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(v) && !Number.isNaN(Date.parse(v)), date: (v) => /^\d{4}-\d\d-\d\d$/.test(v), int64: Number.isSafeInteger };
const said = new Set(['description', 'x-scope', 'contentMediaType']);

function problems(schema, v, at = '$') {
  const keys = Object.keys(schema).filter((k) => !said.has(k));
  if (schema.$ref) return problems(schema.$ref.split('/').slice(1).reduce((o, k) => o[k], doc), v, at);
  if (schema.anyOf) return schema.anyOf.some((one) => problems(one, v, at).length === 0) ? [] : [`${at}: none of anyOf`];
  const bad = keys.filter((k) => !['type', 'format', 'enum', 'maxLength', 'items', 'properties', 'required', 'additionalProperties'].includes(k)).map((k) => `${at}: keyword ${k}`);
  const types = [schema.type].flat();
  if (!types.some((t) => kinds[t]?.(v))) return [...bad, `${at}: ${JSON.stringify(v)} is no ${types}`];
  if (v === null) return bad;
  if (schema.format && !formats[schema.format](v)) bad.push(`${at}: ${v} is no ${schema.format}`);
  if (schema.enum && !schema.enum.includes(v)) bad.push(`${at}: ${v} is none of ${schema.enum}`);
  if (schema.maxLength && [...v].length > schema.maxLength) bad.push(`${at}: too long`);
  if (schema.items) v.forEach((one, i) => bad.push(...problems(schema.items, one, `${at}[${i}]`)));
  for (const name of schema.required ?? []) if (!(name in v)) bad.push(`${at}.${name} is missing`);
  if (schema.properties) for (const [name, one] of Object.entries(v)) bad.push(...(schema.properties[name] ? problems(schema.properties[name], one, `${at}.${name}`) : schema.additionalProperties === false ? [`${at}.${name} is not in the document`] : []));
  return bad;
}

test('the validator finds what is wrong', () => {
  const account = { handle: 'a', name: 'b', intro: '', class: 'individual', verified: true, avatar: null, categories: [], subscribers: 0, articles: 0, real_name: null, since: '2026-01-01T00:00:00.000Z', licences: [] };
  const ref = { $ref: '#/components/schemas/account' };
  assert.deepEqual(problems(ref, account), []);
  for (const wrong of [{ ...account, extra: 1 }, { ...account, verified: 'yes' }, { ...account, since: 'soon' }, { ...account, avatar: undefined }, { ...account, licences: [{}] }, (({ name, ...rest }) => rest)(account)]) assert.notDeepEqual(problems(ref, wrong), []);
});

// ---- the calls ----

const operations = () => Object.entries(doc.paths).flatMap(([path, item]) => Object.entries(item).map(([method, op]) => ({ path, method: method.toUpperCase(), ...op })));
const seen = new Map();

// Calls an operation of the document and checks what it sends and what it gets against it.
async function call(id, path, { as, json, form, status, reason } = {}) {
  const op = operations().find((o) => o.operationId === id);
  const expected = op.path.replace(/\{(\w+)\}/g, '[^/?]+').replace(/\./g, '\\.');
  assert.match(path, new RegExp(`^${expected}(\\?.*)?$`), `${id} at ${path}`);
  const headers = { ...(as && { authorization: `Bearer ${as}` }), ...(json && { 'content-type': 'application/json' }) };
  const page = await anyone.send(path, { method: op.method, headers, ...(op.method === 'POST' && { body: form ?? (json ? JSON.stringify(json) : undefined) }) });
  const want = op.responses[page.status];
  assert.ok(want, `${id}: ${page.status} is not in the document: ${page.text}`);
  assert.deepEqual(problems(want.content['application/json'].schema, JSON.parse(page.text)), [], `${id} ${page.status}`);
  assert.equal(page.status, status ?? Number(Object.keys(op.responses)[0]), page.text);
  const data = JSON.parse(page.text);
  if (reason) assert.equal(data.error.reason, reason);
  if (page.status < 300 && json) assert.deepEqual(problems(op.requestBody.content['application/json'].schema, json), [], `body of ${id}`);
  const kinds = seen.get(id) ?? new Set();
  seen.set(id, kinds.add(page.status < 300 ? 'success' : 'refusal'));
  return data;
}
const text = (more) => ({ title: '水位', category: 'environment', markdown: '水面平静。', ...more });
const soon = (hours) => Date.now() + hours * 3600e3;

test('every route below /api/ is in the document, and nothing else', () => {
  const routes = [...readFileSync(new URL('../../src/app/routes.def', import.meta.url), 'utf8').matchAll(/^ROUTE\((GET|POST), "(\/api\/[^"]*)"/gm)].map(([, method, path]) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  assert.deepEqual(operations().map((o) => `${o.method} ${o.path}`).sort(), routes.sort());
  assert.equal(doc.openapi, '3.1.0');
  assert.equal(new Set(operations().map((o) => o.operationId)).size, routes.length);
});

test('reading what is public', async () => {
  await call('account', base);
  await call('account', '/api/v1/accounts/nobody', { status: 404 });
  const { no } = await call('article_new', `${base}/articles`, { as: tokens.all, json: text({ publish: true, tags: ['河'], declarations: { origin: 'original', ai: 'assisted', ad: true } }) });
  const page = await call('articles', `${base}/articles`);
  assert.equal(page.articles[0].no, no);
  await call('articles', `${base}/articles?before=x`, { status: 422 });
  await call('article', `/api/v1/articles/riverside/${no}`);
  await call('article', '/api/v1/articles/riverside/999', { status: 404 });
  await call('openapi', '/api/v1/openapi.json');
});

test('writing: drafts, submissions, schedule, back to the draft, withdrawal', async () => {
  const draft = await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text() });
  assert.equal(draft.state, 'draft');
  await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text({ titel: 'x' }), status: 422, reason: 'unknown_member' });
  await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text({ tags: [1] }), status: 422, reason: 'wrong_type' });
  await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text({ markdown: '', doc: {} }), status: 422 });
  const sent = await call('article_submit', `${base}/articles/${draft.no}`, { as: tokens.发布, json: text({ title: '提交' }) });
  assert.equal(sent.state, 'published');
  await call('article_submit', `${base}/articles/999`, { as: tokens.发布, json: text(), status: 404 });
  const gone = await call('article_withdraw', `${base}/articles/${draft.no}/withdraw`, { as: tokens.发布, json: { reason: '数字有误' } });
  assert.deepEqual([gone.state, gone.reason], ['withdrawn', '数字有误']);
  await call('article_withdraw', `${base}/articles/${draft.no}/withdraw`, { as: tokens.发布, json: { reason: '' }, status: 409 });
  const later = await call('article_new', `${base}/articles`, { as: tokens.all, json: text({ title: '明天', publish: true, publish_at: soon(24) }) });
  assert.equal(later.state, 'scheduled');
  const at = soon(48);
  const moved = await call('article_schedule', `${base}/articles/${later.no}/schedule`, { as: tokens.发布, json: { publish_at: at } });
  assert.equal(Date.parse(moved.publish_at), at);
  await call('article_schedule', `${base}/articles/${later.no}/schedule`, { as: tokens.发布, json: { publish_at: soon(-1) }, status: 422, reason: 'time_past' });
  await call('article_schedule', `${base}/articles/${draft.no}/schedule`, { as: tokens.发布, json: { publish_at: at }, status: 409, reason: 'not_planned' });
  const back = await call('article_unsubmit', `${base}/articles/${later.no}/unsubmit`, { as: tokens.发布 });
  assert.equal(back.state, 'draft');
  await call('article_unsubmit', `${base}/articles/${later.no}/unsubmit`, { as: tokens.发布, status: 409 });
});

test('own articles by state, where one stands, figures, pictures', async () => {
  const all = await call('own_articles', `${base}/own-articles`, { as: tokens.读取 });
  const drafts = await call('own_articles', `${base}/own-articles?state=draft`, { as: tokens.读取 });
  assert.ok(all.articles.length > drafts.articles.length && drafts.articles.length > 0);
  assert.ok(drafts.articles.every((d) => d.state === 'draft'));
  const last = all.articles.at(-1);
  const rest = await call('own_articles', `${base}/own-articles?before=${Date.parse(last.updated_at)}.${last.no}`, { as: tokens.读取 });
  assert.equal(rest.articles.length, 0);
  await call('own_articles', `${base}/own-articles?state=lost`, { as: tokens.读取, status: 422 });
  const { no } = all.articles[0];
  await call('article_status', `${base}/articles/${no}/status`, { as: tokens.读取 });
  await call('article_status', `${base}/articles/999/status`, { as: tokens.读取, status: 404 });
  const figures = await call('account_figures', `${base}/figures?days=7`, { as: tokens.统计 });
  assert.equal(figures.days.length, 7);
  assert.equal(figures.hours.length, 24);
  await call('account_figures', `${base}/figures?days=1000`, { as: tokens.统计, status: 422 });
  assert.equal((await call('article_figures', `${base}/articles/${no}/figures`, { as: tokens.统计 })).days.length, 30);
  await call('article_figures', `${base}/articles/999/figures`, { as: tokens.统计, status: 404 });
  const form = new FormData();
  form.append('file', png(), 'river.png');
  form.append('alt', '河');
  const picture = await call('media_new', `${base}/media`, { as: tokens.图片, form });
  assert.equal(picture.width, 640);
  const nothing = new FormData();
  nothing.append('alt', '河');
  await call('media_new', `${base}/media`, { as: tokens.图片, form: nothing, status: 422 });
});

test('each call needs the scope that the document names, and says which one is missing', async () => {
  const names = { read: '读取', draft: '草稿', publish: '发布', media: '图片', figures: '统计' };
  for (const op of operations().filter((o) => o.security.length)) {
    const [scope] = op.security[0].token;
    const path = op.path.replace('{handle}', 'riverside').replace('{no}', '1');
    const json = op.method === 'POST' ? {} : undefined;
    for (const [other, name] of Object.entries(names)) {
      if (other === scope) continue;
      const { error } = await call(op.operationId, path, { as: tokens[name], json, status: 403, reason: 'scope_missing' });
      assert.equal(error.scope, scope);
    }
    await call(op.operationId, path, { json, status: 401 });
    await call(op.operationId, path, { as: 'gq_wrong', json, status: 401, reason: 'bad_token' });
  }
  const page = await anyone.send(`${base}/articles`, { method: 'POST', headers: { authorization: `Bearer ${tokens.读取}`, 'content-type': 'application/json' }, body: '{}' });
  assert.equal(page.headers.get('www-authenticate'), 'Bearer error="insufficient_scope", scope="draft"');
});

test('a draft token does not publish by the member of the body', async () => {
  const before = (await call('own_articles', `${base}/own-articles`, { as: tokens.读取 })).articles.length;
  const { error } = await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text({ publish: true }), status: 403, reason: 'scope_missing' });
  assert.equal(error.scope, 'publish');
  assert.equal((await call('own_articles', `${base}/own-articles`, { as: tokens.读取 })).articles.length, before);
  await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text({ publish: false }) });
});

test('every call of the document was made here, with success and with refusal', () => {
  const lacks = operations().map((o) => [o.operationId, [...(seen.get(o.operationId) ?? [])].sort().join()]).filter(([id, kinds]) => kinds !== (id === 'openapi' ? 'success' : 'refusal,success'));
  assert.deepEqual(lacks, []);
});

// ---- tokens ----

const tokenAt = (list, name) => [...list.text.matchAll(/<a[^>]*href="(\/console\/riverside\/tokens\/\d+)"[^>]*>([\s\S]*?)<\/a>/g)].find((m) => m[2].includes(name))[1];

test('a token shows its scopes, its last use and every call with its outcome; revoked it is void', async () => {
  const list = await a.operator.get('/console/riverside/tokens');
  assert.match(words(list), /只有草稿[^]*只有读取/);
  const href = tokenAt(list, '只有草稿');
  const page = await a.operator.get(href);
  assert.match(words(page), /POST \/api\/v1\/accounts\/:handle\/articles/);
  assert.match(words(page), /403 scope_missing/);
  assert.match(words(page), /127\.0\.0\.1:\d+/);
  assert.match(words(page), /成功/);
  assert.equal((await a.operator.submit(href, {}, { button: '停用令牌' })).status, 303);
  await call('article_new', `${base}/articles`, { as: tokens.草稿, json: text(), status: 401, reason: 'bad_token' });
  assert.doesNotMatch((await a.operator.get(href)).text, /停用令牌/);
});

test('the log of a token has pages', async () => {
  for (let i = 0; i < 60; i++) await call('account_figures', `${base}/figures?days=1`, { as: tokens.统计 });
  const list = await a.operator.get('/console/riverside/tokens');
  const page = await a.operator.get(tokenAt(list, '只有统计'));
  const next = page.text.match(/href="([^"]*\?before=\d+)"/)[1];
  assert.match(words(await a.operator.get(next)), /figures/);
});

test('a token ends; without end only when the provider allows it; with no scope there is none', async () => {
  const none = await token('什么都不能', []);
  assert.equal(none.page.status, 422);
  const forever = await a.operator.get('/console/riverside/tokens');
  assert.doesNotMatch(forever.text, /不过期<\/option>/);
  const refused = await token('永远', ['读取'], '0');
  assert.equal(refused.page.status, 422);
  assert.equal((await a.boss.submit('/desk/provider', { 允许不过期的令牌: true, 修改理由: '测试' }, { button: '保存' })).status, 303);
  for (let i = 0; i < 50 && !/不过期<\/option>/.test((await a.operator.get('/console/riverside/tokens')).text); i++) await new Promise((r) => setTimeout(r, 100));
  const kept = await token('永远', ['读取'], '0');
  await call('own_articles', `${base}/own-articles`, { as: kept.value });
});

test('"it was not me" revokes the tokens that this login made', async () => {
  const other = Object.assign(s.person(), { mobile: a.operator.mobile, password: a.operator.password });
  assert.ok((await other.logIn()).status < 400);
  const page = await a.operator.get('/me/security');
  const action = page.text.match(/\/me\/security\/devices\/\d+\/disown/)[0];
  const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1];
  assert.equal((await a.operator.send(action, { method: 'POST', body: new URLSearchParams({ _csrf: csrf }) })).status, 303);
  for (const one of [tokens.all, tokens.读取, a.token]) await call('own_articles', `${base}/own-articles`, { as: one, status: 401, reason: 'bad_token' });
});

test('the page of the API names every call and every object, in both languages', async () => {
  for (const lang of ['zh', 'en']) {
    const page = await anyone.send('/api', { headers: { 'accept-language': lang } });
    assert.equal(page.status, 200);
    for (const o of operations()) assert.ok(page.text.includes(`${o.method} ${o.path.replace(/\{(\w+)\}/g, ':$1')}`), o.operationId);
    for (const name of Object.keys(doc.components.schemas)) assert.ok(page.text.includes(`id="o-${name}"`), name);
    assert.doesNotMatch(page.text, /\{0\}|<script[^>]+src="http/);
  }
});

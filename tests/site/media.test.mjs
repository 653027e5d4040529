// Audio and video: the whole road from a file in pieces to a public article, and what is refused.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audio, av, video } from './av.mjs';
import { openAccount, startSite, words } from './drive.mjs';

let site, who, base, csrf, long;
before(async () => {
  // Made before there are connections: it takes so long that the server would close them as idle.
  long = video(40, '1280x720');
  site = await startSite();
  who = await openAccount(site);
  base = `/console/${who.handle}/media`;
  csrf = (await who.operator.get(base)).text.match(/name="_csrf" value="([^"]+)"/)[1];
});
after(() => site.stop());

async function post(path, fields = {}, person = who.operator) {
  const body = new FormData();
  body.append('_csrf', csrf);
  for (const [k, v] of Object.entries(fields)) v instanceof Buffer ? body.append(k, new Blob([v]), 'piece') : body.append(k, String(v));
  const page = await person.send(`${base}${path}`, { method: 'POST', body, headers: { 'X-CSRF-Token': csrf } });
  page.data = /json/.test(page.headers.get('content-type') ?? '') ? JSON.parse(page.text) : undefined;
  return page;
}

const look = async (id) => JSON.parse((await who.operator.get(`${base}/uploads/${id}`)).text);

async function send(name, bytes) {
  const begun = await post('/uploads', { name, size: bytes.length });
  if (begun.status !== 201) return begun.data;
  const { id } = begun.data;
  const piece = await post(`/uploads/${id}`, { offset: 0, file: bytes });
  assert.equal(piece.status, 200, piece.text);
  const done = await post(`/uploads/${id}/finish`);
  return done.status === 200 ? id : done.data;
}

async function settled(id) {
  for (let i = 0; i < 400; i++) {
    const now = await look(id);
    if (!['waiting', 'working'].includes(now.state)) return now;
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('never converted');
}

const left = () => readdirSync(join(site.data, 'media'));
const headers = async (person, path, more = {}) => person.send(path, { headers: more });

test('what was cancelled when all of it was here is told as cancelled, not as a broken store', async () => {
  const bytes = video();
  const { data } = await post('/uploads', { name: '不要了.mp4', size: bytes.length });
  assert.equal((await post(`/uploads/${data.id}`, { offset: 0, file: bytes })).data.received, bytes.length);
  await post(`/uploads/${data.id}/cancel`);
  const late = await post(`/uploads/${data.id}/finish`);
  assert.equal(late.status, 409, late.text);
  assert.equal(late.data.state, 'cancelled');
  assert.equal((await post(`/uploads/${data.id}`, { offset: 0, file: bytes })).data.state, 'cancelled');
});

test('a video comes in pieces, is converted, and is public once its article is', async () => {
  const bytes = video();
  const { data } = await post('/uploads', { name: '河边.mp4', size: bytes.length });
  const third = Math.floor(bytes.length / 3);
  const first = await post(`/uploads/${data.id}`, { offset: 0, file: bytes.subarray(0, third) });
  assert.equal(first.data.received, third);
  // a connection that was lost: the script asks where it was, or is told
  const wrong = await post(`/uploads/${data.id}`, { offset: 10, file: bytes.subarray(10, 20) });
  assert.equal(wrong.status, 409);
  assert.equal(wrong.data.received, third);
  assert.equal((await look(data.id)).received, third);
  assert.equal((await post(`/uploads/${data.id}/finish`)).status, 409);
  assert.equal((await post(`/uploads/${data.id}`, { offset: third, file: bytes.subarray(third) })).data.received, bytes.length);
  assert.match((await post(`/uploads/${data.id}/finish`)).data.state, /^(waiting|working)$/); // a worker may be quicker than the answer
  const made = await settled(data.id);
  assert.equal(made.state, 'done', made.message);
  assert.equal(made.mime, 'video/mp4');
  assert.match(made.poster, /^[0-9a-f]{64}$/);
  assert.deepEqual(left(), []);

  const vtt = Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\n水声\n');
  const captions = await post('/captions', { file: vtt });
  assert.equal(captions.data.cues, 1, captions.text);
  assert.equal((await post('/captions', { file: Buffer.from('1\n00:00:01,000 --> x') })).data.error.reason, 'captions_head');

  const visitor = site.person();
  for (const hash of [made.hash, captions.data.hash]) {
    assert.equal((await visitor.get(`/media/${hash}`)).status, 404, 'not public yet');
    assert.equal((await who.operator.get(`/media/${hash}`)).status, 200, 'for its members');
    assert.equal((await who.officer.get(`/media/${hash}`)).status, 200, 'for reviewers');
  }
  assert.match((await who.operator.get(`/media/${made.hash}`)).headers.get('cache-control'), /private/);
  const stranger = await site.member();
  assert.equal((await stranger.get(`/media/${made.hash}`)).status, 404);

  const markdown = `水位在涨。\n\n![河边](video:${made.hash}?${made.poster}#${captions.data.hash})`;
  const article = await who.operator.api(`/accounts/${who.handle}/articles`, { token: who.token, json: { title: '有视频', category: 'environment', markdown, publish: true } });
  assert.equal(article.data?.state, 'published', article.text);
  const at = `/a/${who.handle}/${article.data.no}`;
  const page = (await visitor.get(at)).text;
  assert.match(page, new RegExp(`<video controls preload="none" poster="/media/${made.poster}" src="/media/${made.hash}" aria-label="河边"><track kind="captions" label="CC" default src="/media/${captions.data.hash}"></video>`));
  const whole = await visitor.get(`/media/${made.hash}`);
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get('content-type'), 'video/mp4');
  assert.match(whole.headers.get('cache-control'), /immutable/);
  const part = await headers(visitor, `/media/${made.hash}`, { range: 'bytes=100-199' });
  assert.equal(part.status, 206);
  assert.deepEqual(part.bytes, whole.bytes.subarray(100, 200));
  const shown = await visitor.get(`/media/${captions.data.hash}`);
  assert.equal(shown.headers.get('content-type'), 'text/vtt; charset=utf-8');
  assert.match(shown.text, /水声/);

  const atom = (await visitor.get(`/a/${who.handle}/atom.xml`)).text;
  assert.match(atom, new RegExp(`rel="enclosure" type="video/mp4" length="${whole.bytes.length}" href="[^"]*/media/${made.hash}"`));
  const feed = JSON.parse((await visitor.get(`/a/${who.handle}/feed.json`)).text);
  assert.equal(feed.items[0].attachments[0].size_in_bytes, whole.bytes.length);

  const item = await who.operator.get(`${base}/${made.hash}`);
  assert.match(words(item), /用在文章，编号 1/);
  assert.equal((await post(`/${made.hash}/delete`)).status, 409, 'in use');
  const gone = await who.operator.submit(`/console/${who.handle}/articles/${article.data.no}`, { 原因: '试验' }, { button: '撤下文章' });
  assert.equal(gone.status, 303, words(gone));
  assert.equal((await visitor.get(`/media/${made.hash}`)).status, 404, 'withdrawn with its article');
});

test('audio by a plain form, listed in the library, deleted when unused', async () => {
  const sent = await who.operator.submit(base, {}, { button: '上传', files: { 文件: ['晨声.mp3', 'audio/mpeg', audio()] } });
  assert.equal(sent.status, 303, words(sent));
  let page;
  for (let i = 0; i < 200; i++) {
    page = await who.operator.get(`${base}?kind=audio`);
    if (/<td[^>]*>[^<]*<a[^>]*>晨声\.mp3/.test(page.text) || /href="[^"]*\/media\/[0-9a-f]{64}"[^>]*>\s*晨声/.test(page.text)) break;
    await new Promise((r) => setTimeout(r, 100));
  }
  const hash = page.text.match(/\/media\/([0-9a-f]{64})"/)?.[1];
  assert.ok(hash, words(page));
  assert.match(words(page), /0:02/);
  assert.match(words(await who.operator.get(`${base}?q=晨`)), /晨声/);
  assert.doesNotMatch(words(await who.operator.get(`${base}?q=夜`)), /晨声/);
  assert.match((await who.operator.get(`/media/${hash}`)).headers.get('content-type'), /audio\/mp4/);
  const done = await who.operator.submit(`${base}/${hash}`, {}, { button: '删除' });
  assert.equal(done.status, 303, words(done));
  assert.equal((await who.operator.get(`${base}/${hash}`)).status, 404);
  assert.equal((await who.operator.get(`/media/${hash}`)).status, 404);
});

test('what is no audio or video is refused in words, and nothing is left', async () => {
  const cases = [
    ['media_type', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')],
    ['media_damaged', video(2).subarray(0, 9000)],
    ['media_codec', av('a.mkv', '-f', 'lavfi', '-i', 'testsrc=d=1:s=64x64:r=5', '-c:v', 'ffv1')],
    ['media_truncated', video(8, '320x240', '-movflags', '+faststart').subarray(0, 40000)],
  ];
  for (const [reason, bytes] of cases) {
    const id = await send('x.mp4', bytes);
    const at = typeof id === 'string' ? await settled(id) : { state: 'failed', reason: id.error.reason, message: id.error.message };
    assert.equal(at.state, 'failed', reason);
    assert.equal(at.reason, reason);
    assert.match(at.message, /请/);
  }
  assert.equal((await post('/uploads', { name: 'x.mp4', size: 0 })).status, 422);
  assert.equal((await post('/uploads', { name: 'x.mp4', size: 501e6 })).status, 413);
  assert.deepEqual(left(), []);
  assert.match(words(await who.operator.get(base)), /文件不完整/);
});

test('cancelling ends it at once, also while it is converted', async () => {
  const { data } = await post('/uploads', { name: 'a.mp4', size: 100 });
  await post(`/uploads/${data.id}`, { offset: 0, file: Buffer.alloc(10) });
  assert.equal(left().length, 1);
  assert.equal((await post(`/uploads/${data.id}/cancel`)).status, 303);
  assert.equal((await look(data.id)).state, 'cancelled');
  assert.deepEqual(left(), []);
  const id = await send('long.mp4', long);
  while ((await look(id)).state === 'waiting') await new Promise((r) => setTimeout(r, 50));
  await post(`/uploads/${id}/cancel`);
  assert.equal((await look(id)).state, 'cancelled');
  for (let i = 0; i < 100 && left().length; i++) await new Promise((r) => setTimeout(r, 100));
  assert.deepEqual(left(), []);
});

test('nobody else may upload, look or cancel', async () => {
  const { data } = await post('/uploads', { name: 'a.mp4', size: 100 });
  const other = await site.member();
  assert.notEqual((await other.get(`${base}/uploads/${data.id}`)).status, 200);
  assert.notEqual((await other.get(base)).status, 200);
  await post(`/uploads/${data.id}/cancel`);
});

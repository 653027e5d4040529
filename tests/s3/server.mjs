// A small S3 for tests: PUT, GET with ranges, HEAD, DELETE and ListObjectsV2 of one bucket in memory, path style.
// Checks AWS Signature Version 4 by Node's own crypto (written apart from src/blob/s3_sign.c), the hash of what was
// sent and the clock; keeps If-Match and If-None-Match. Used by tests/site/s3.test.mjs, and by src/blob/s3_test.c as
// `node tests/s3/server.mjs`, which prints its port and ends with its standard input.
//   POST /_fault {"status":503,"count":2}    the next requests are answered so; "cut": true: not at all
//   POST /_age {"key":"a/b","seconds":90}    the object is so much older
//   POST /_hold {"key":"a/b"}                the next PUT of that key waits until /_release
//   POST /_lax {"lax":true}                  conditions of writes are ignored, as by stores that do not know them
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';

export const KEY = 'AKIAGONGQITEST', SECRET = 'a/secret+of/the+test+store', BUCKET = 'gongqi-test', REGION = 'cn-north-1';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
const encode = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// The name of what is wrong, or nothing.
function refusal(req, body) {
  const m = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(req.headers.authorization ?? '');
  if (!m) return 'AccessDenied';
  const [, key, day, region, names, signature] = m;
  if (key !== KEY) return 'InvalidAccessKeyId';
  if (region !== REGION) return 'AuthorizationHeaderMalformed';
  const date = req.headers['x-amz-date'] ?? '';
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(at - Date.now()) < 900000) || !date.startsWith(day)) return 'RequestTimeTooSkewed';
  if (req.headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const signed = names.split(';');
  const must = ['host', ...Object.keys(req.headers).filter((h) => h.startsWith('x-amz-'))];
  if (must.some((h) => !signed.includes(h)) || names !== [...signed].sort().join(';')) return 'AccessDenied';
  const url = new URL(req.url, 'http://x');
  const query = [...url.searchParams].map(([k, v]) => `${encode(k)}=${encode(v)}`).sort().join('&');
  const path = url.pathname.split('/').map((p) => encode(decodeURIComponent(p))).join('/');
  const canonical = [req.method, path, query, ...signed.map((h) => `${h}:${req.headers[h].trim()}`), '', names, sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const secret = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${SECRET}`, day), region));
  return timingSafeEqual(hmac(secret, text), Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

const STATUS = { NoSuchKey: 404, NoSuchBucket: 404, PreconditionFailed: 412, InvalidRange: 416, MethodNotAllowed: 405, XAmzContentSHA256Mismatch: 400, AuthorizationHeaderMalformed: 400 };
const escaped = (s) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

export function startS3(port = 0) {
  const objects = new Map();
  const state = { fault: { count: 0 }, lax: false, requests: 0 };

  function list(params) {
    const prefix = params.get('prefix') ?? '', after = params.get('start-after') ?? '';
    const max = Math.min(Number(params.get('max-keys') ?? 1000), 1000);
    const all = [...objects.keys()].filter((k) => k.startsWith(prefix) && k > after).sort();
    const shown = all.slice(0, max).map((k) => `<Contents><Key>${escaped(k)}</Key><Size>${objects.get(k).data.length}</Size></Contents>`);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${BUCKET}</Name><IsTruncated>${all.length > max}</IsTruncated>${shown.join('')}</ListBucketResult>`;
  }

  function put(req, key, body, now) {
    const there = objects.get(key), { 'if-match': match, 'if-none-match': none } = req.headers;
    if (!state.lax && ((none === '*' && there) || (match && there?.tag !== match))) return [there || none ? 'PreconditionFailed' : 'NoSuchKey'];
    const tag = `"${createHash('md5').update(body).digest('hex')}"`;
    objects.set(key, { data: body, tag, at: now });
    return [200, { ETag: tag }];
  }

  function get(req, key) {
    const o = objects.get(key);
    if (!o) return ['NoSuchKey'];
    const headers = { ETag: o.tag, 'Last-Modified': new Date(o.at).toUTCString(), 'Accept-Ranges': 'bytes' };
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    if (!range) return [200, headers, o.data];
    if (Number(range[1]) >= o.data.length) return ['InvalidRange'];
    const end = Math.min(range[2] === '' ? o.data.length - 1 : Number(range[2]), o.data.length - 1);
    return [206, { ...headers, 'Content-Range': `bytes ${range[1]}-${end}/${o.data.length}` }, o.data.subarray(Number(range[1]), end + 1)];
  }

  function answer(req, body) {
    const url = new URL(req.url, 'http://x'), [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    const bad = refusal(req, body), key = rest.join('/');
    if (bad) return [bad];
    if (bucket !== BUCKET) return ['NoSuchBucket'];
    if (req.method === 'GET' && !key) return [200, { 'Content-Type': 'application/xml' }, list(url.searchParams)];
    if (req.method === 'PUT') return put(req, key, body, Date.now());
    if (req.method === 'GET' || req.method === 'HEAD') return get(req, key);
    if (req.method !== 'DELETE') return ['MethodNotAllowed'];
    objects.delete(key);
    return [204];
  }

  function control(req, body) {
    const told = JSON.parse(body);
    if (req.url === '/_fault') state.fault = told;
    if (req.url === '/_lax') state.lax = told.lax;
    if (req.url === '/_hold') state.hold = told.key;
    if (req.url === '/_release') state.release?.();
    if (req.url === '/_age') objects.get(told.key).at -= told.seconds * 1000;
    return [200];
  }

  const server = http.createServer(async (req, res) => {
    const parts = [];
    for await (const part of req) parts.push(part);
    const body = Buffer.concat(parts);
    state.requests++;
    let [status, headers, data] = [200];
    if (req.url.startsWith('/_')) [status, headers, data] = control(req, body);
    else if (state.fault.count > 0 && state.fault.count--) {
      if (state.fault.cut) return req.socket.destroy();
      [status, headers, data] = [state.fault.status, {}, '<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>'];
    } else {
      if (req.method === 'PUT' && req.url === `/${BUCKET}/${state.hold}`) {
        state.hold = undefined;
        await new Promise((resolve) => (state.release = resolve));
      }
      [status, headers, data] = answer(req, body);
    }
    if (typeof status === 'string') [status, headers, data] = [STATUS[status] ?? 403, { 'Content-Type': 'application/xml' }, `<Error><Code>${status}</Code><Message>of the test store</Message></Error>`];
    res.writeHead(status, { ...headers, ...(data === undefined ? {} : { 'Content-Length': Buffer.byteLength(data) }) });
    res.end(req.method === 'HEAD' ? undefined : data);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve({ endpoint: `http://127.0.0.1:${server.address().port}`, port: server.address().port, objects, state, close: () => { server.closeAllConnections(); server.close(); } }));
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const store = await startS3();
  console.log(store.port);
  process.stdin.resume().on('end', () => process.exit());
}

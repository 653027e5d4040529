// A second verifier, in plain Node without any package and without a line of the C one: checks keys,
// checkpoints, cosignatures, receipts, consistency and whole copies of a log (C2SP tlog-tiles,
// signed-note, tlog-cosignature, tlog-proof; RFC 9162). Throws when something is wrong.
//
//   node verify.mjs checkpoint|receipt|log|consistency|package KEY …   as gongqi-verify
import { createHash, createPublicKey, verify as ed25519 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
export const leafHash = (entry) => sha(Buffer.from([0]), entry);
const node = (l, r) => sha(Buffer.from([1]), l, r);
const fail = (what) => {
  throw new Error(what);
};

function unbase64(text) {
  const b = Buffer.from(text, 'base64');
  if (b.toString('base64') !== text) fail(`not base64: ${text.slice(0, 60)}`);
  return b;
}
function hash(text) {
  const b = unbase64(text);
  if (b.length !== 32) fail('not a hash');
  return b;
}
function number(text) {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) fail(`not a number: ${text}`);
  return BigInt(text);
}

export function readKey(text) {
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)\s*$/.exec(text) ?? fail('not a key');
  const b = unbase64(data);
  if (b.length !== 33 || (b[0] !== 1 && b[0] !== 4)) fail('unknown type of key');
  const right = sha(Buffer.from(`${name}\n`), b).subarray(0, 4).toString('hex');
  if (right !== id) fail('the id is not of this key');
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), b.subarray(1)]);
  return { name, id, type: b[0], key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

export function readNote(text) {
  const end = text.lastIndexOf('\n\n');
  if (end < 0 || !text.endsWith('\n')) fail('not a signed note');
  const lines = text.slice(end + 2).split('\n').slice(0, -1);
  if (!lines.length) fail('no signatures');
  const sigs = lines.map((line) => {
    const [, name, data] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? fail('not a signature line');
    const b = unbase64(data);
    if (b.length < 5) fail('a short signature');
    return { name, id: b.subarray(0, 4).toString('hex'), sig: b.subarray(4) };
  });
  return { body: text.slice(0, end + 1), sigs };
}

// Returns the time of a cosignature, 0 for a plain signature.
export function checkSignature(note, key) {
  const mine = note.sigs.filter((s) => s.name === key.name && s.id === key.id);
  if (!mine.length) fail(`no signature by ${key.name}`);
  let at = 0;
  for (const { sig } of mine) {
    let message = note.body;
    let raw = sig;
    if (key.type === 4) {
      if (sig.length !== 72) fail('a cosignature has 72 bytes');
      at = sig.readBigUInt64BE(0);
      message = `cosignature/v1\ntime ${at}\n${note.body}`;
      raw = sig.subarray(8);
    }
    if (raw.length !== 64 || !ed25519(null, Buffer.from(message), key.key, raw)) fail(`a wrong signature by ${key.name}`);
  }
  return at;
}

export function readCheckpoint(text, key) {
  const note = readNote(text);
  checkSignature(note, key);
  const lines = note.body.split('\n');
  if (lines.length < 4 || lines[0] !== key.name) fail('not a checkpoint of this log');
  const c = { origin: lines[0], size: number(lines[1]), root: hash(lines[2]), note };
  if (c.size === 0n && !c.root.equals(sha())) fail('an empty tree with a root');
  return c;
}

export function checkInclusion(index, size, leaf, path, root) {
  if (index >= size) fail('no such leaf');
  let fn = index;
  let sn = size - 1n;
  let r = leaf;
  for (const p of path) {
    if (sn === 0n) fail('a proof that is too long');
    if (fn & 1n || fn === sn) {
      r = node(p, r);
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else r = node(r, p);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  if (sn !== 0n || !r.equals(root)) fail('the leaf is not in the tree');
}

export function checkReceipt(text, key, entry) {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  if (end < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1') fail('not a receipt');
  const extra = lines[0]?.startsWith('extra ') ? unbase64(lines.shift().slice(6)) : undefined;
  const [, index] = /^index (\d+)$/.exec(lines.shift() ?? '') ?? fail('no index');
  const c = readCheckpoint(text.slice(end + 2), key);
  const leaf = entry ?? extra ?? fail('no entry');
  checkInclusion(number(index), c.size, leafHash(leaf), lines.map(hash), c.root);
  return { ...c, index: number(index), entry: leaf };
}

// ---- a copy of a log: get(path) gives the bytes of a file, or null ----
export function tilePath(level, n, width) {
  let path = '';
  for (let rest = n, last = true; last || rest > 0; rest = Math.floor(rest / 1000), last = false)
    path = `/${last ? '' : 'x'}${String(rest % 1000).padStart(3, '0')}${path}`;
  return `tile/${level}${path}${width < 256 ? `.p/${width}` : ''}`;
}

export async function checkLog(get, key, { entries = true } = {}) {
  const c = readCheckpoint((await get('checkpoint')).toString(), key);
  const size = Number(c.size);
  const read = async (level, n, width) => (await get(tilePath(level, n, width))) ?? cut(await get(tilePath(level, n, 256)), level, width);
  const levels = [];
  async function add(k, h) {
    const l = (levels[k] ??= { n: 0, v: [] });
    l.v.push(h);
    if (l.v.length === 256) await close(k);
  }
  async function close(k) {
    const l = levels[k];
    const bytes = await read(k, l.n, l.v.length);
    if (!bytes || !bytes.equals(Buffer.concat(l.v))) fail(`${tilePath(k, l.n, l.v.length)} is wrong`);
    if (l.v.length < 256) return;
    let v = l.v;
    while (v.length > 1) v = v.filter((_, i) => i % 2 === 0).map((x, i) => node(x, v[2 * i + 1]));
    levels[k] = { n: l.n + 1, v: [] };
    await add(k + 1, v[0]);
  }
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    const hashes = entries ? bundle(await read('entries', n, width), width).map(leafHash) : split(await read(0, n, width), width);
    for (const h of hashes) await add(0, h);
  }
  for (let k = 0; k < levels.length; k++) if (levels[k].v.length) await close(k);
  // The root: of every level the hashes that are in no full tile, from the right.
  let root;
  for (const { v } of levels) {
    let part = v.map((h) => ({ h, n: 1 }));
    for (let width = 1; width < 256; width *= 2) {
      const odd = part.length % 2 ? part.pop() : undefined;
      if (odd) root = root ? node(odd.h, root) : odd.h;
      part = part.filter((_, i) => i % 2 === 0).map((x, i) => ({ h: node(x.h, part[2 * i + 1].h) }));
    }
  }
  if (!(root ?? sha()).equals(c.root)) fail('the entries do not make the signed root');
  return c;
}
function split(b, width) {
  if (!b || b.length !== width * 32) fail('a tile of another size');
  return Array.from({ length: width }, (_, i) => b.subarray(i * 32, i * 32 + 32));
}
function bundle(b, width) {
  const out = [];
  if (!b) fail('a bundle is missing');
  for (let at = 0; at < b.length; ) {
    if (at + 2 > b.length || at + 2 + b.readUInt16BE(at) > b.length) fail('a bundle ends within an entry');
    out.push(b.subarray(at + 2, at + 2 + b.readUInt16BE(at)));
    at += 2 + b.readUInt16BE(at);
  }
  if (out.length !== width) fail(`a bundle of ${out.length} entries instead of ${width}`);
  return out;
}
function cut(full, level, width) {
  if (!full) return null;
  if (level !== 'entries') return full.subarray(0, width * 32);
  let at = 0;
  for (let i = 0; i < width; i++) at += 2 + full.readUInt16BE(at);
  return full.subarray(0, at);
}
// The old root again out of the newer copy: slow, but it shares nothing with proofs.
export async function checkConsistency(get, key, oldText, newText) {
  const [old, now] = [readCheckpoint(oldText, key), readCheckpoint(newText, key)];
  if (old.size > now.size) fail('the second is the older one');
  const rootOf = async (size) => {
    const all = [];
    for (let n = 0; n * 256 < size; n++) {
      const width = Math.min(256, Number(now.size) - n * 256);
      const b = (await get(tilePath(0, n, width))) ?? cut(await get(tilePath(0, n, 256)), 0, width);
      all.push(...split(b, width));
    }
    const tree = (v) => {
      if (v.length < 2) return v[0] ?? sha();
      let half = 1;
      while (half * 2 < v.length) half *= 2;
      return node(tree(v.slice(0, half)), tree(v.slice(half)));
    };
    return tree(all.slice(0, size));
  };
  for (const c of [old, now]) if (!(await rootOf(Number(c.size))).equals(c.root)) fail(`the copy has no tree of ${c.size} leaves with the signed root`);
}

// ---- evidence packages: archives with stored members one behind the other, every header as it must be ----
const crcTable = Array.from({ length: 256 }, (_, i) => {
  for (let k = 0; k < 8; k++) i = i & 1 ? (i >>> 1) ^ 0xedb88320 : i >>> 1;
  return i >>> 0;
});
const crc32 = (b) => {
  let c = 0xffffffff;
  for (const x of b) c = crcTable[(c ^ x) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};
const number64 = (b, at) => {
  const n = b.readBigUInt64LE(at);
  return n > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(n);
};
const MANY = 0xffffffff;

function readEnd(b) {
  const end = b.length - 22;
  if (end < 0 || b.readUInt32LE(end) !== 0x06054b50 || b.readUInt32LE(end + 4) !== 0 || b.readUInt16LE(end + 20) !== 0) fail('no archive, or its end is broken');
  let [n, size, start] = [b.readUInt16LE(end + 8), b.readUInt32LE(end + 12), b.readUInt32LE(end + 16)];
  if (b.readUInt16LE(end + 10) !== n) fail('the end of the archive is broken');
  if (n !== 0xffff || size !== MANY || start !== MANY) return { n, size, start, end };
  const at = end - 76;
  if (at < 0 || b.readUInt32LE(at) !== 0x06064b50 || number64(b, at + 4) !== 44 || b.readUInt32LE(at + 12) !== ((45 << 16) | 0x32d) || number64(b, at + 16) !== 0) fail('the end of the archive is broken');
  [n, size, start] = [number64(b, at + 24), number64(b, at + 40), number64(b, at + 48)];
  if (number64(b, at + 32) !== n || b.readUInt32LE(at + 56) !== 0x07064b50 || b.readUInt32LE(at + 60) !== 0 || number64(b, at + 64) !== at || b.readUInt32LE(at + 72) !== 1) fail('the end of the archive is broken');
  return { n, size, start, end: at };
}

const goodName = (name) => name.length <= 200 && /^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/.test(name) && !name.split('/').some((part) => /^\.+$/.test(part));

// The members in the order of the file; says what is not as gongqi writes it.
export function readArchive(b, say) {
  const { n, size, start, end } = readEnd(b);
  if (start + size !== end) fail('the directory is not where the end says');
  const members = [];
  let [at, next] = [start, 0];
  for (let i = 0; i < n; i++) {
    if (at + 46 > end || b.readUInt32LE(at) !== 0x02014b50) fail('the directory is broken');
    const [nameLength, extraLength] = [b.readUInt16LE(at + 28), b.readUInt16LE(at + 30)];
    if (at + 46 + nameLength + extraLength > end) fail('the directory is broken');
    const name = b.toString('utf8', at + 46, at + 46 + nameLength);
    const extra = b.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    let [length, from] = [b.readUInt32LE(at + 24), b.readUInt32LE(at + 42)];
    const [big, far] = [length === MANY, from === MANY];
    if (extra.length !== (big || far ? 4 : 0) + (big ? 16 : 0) + (far ? 8 : 0)) fail('the directory is broken');
    if (big) length = number64(extra, 4);
    if (far) from = number64(extra, extra.length - 8);
    if (!goodName(name)) say('name', name);
    const data = next + 30 + nameLength + (big ? 20 : 0);
    if (data + length > start) fail('members and directory do not fit together');
    // What both headers share, and what is fixed in each.
    const same = b.subarray(next + 4, next + 28).equals(b.subarray(at + 6, at + 30)) && b.subarray(next + 30, next + 30 + nameLength).equals(b.subarray(at + 46, at + 46 + nameLength));
    const fixed = b.readUInt32LE(next) === 0x04034b50 && b.readUInt16LE(next + 28) === (big ? 20 : 0) && b.readUInt16LE(at + 4) === 0x32d && b.readUInt16LE(at + 6) === 45 && b.readUInt32LE(at + 8) === 0x800 && b.readUInt32LE(at + 12) === b.readUInt32LE(start + 12) && b.readUInt32LE(at + 20) === b.readUInt32LE(at + 24) && b.readUInt32LE(at + 32) === 0 && b.readUInt16LE(at + 36) === 0 && b.readUInt32LE(at + 38) === 0o100644 * 65536 && from === next;
    const head64 = (e, from, bytes) => e.readUInt32LE(from) === ((bytes << 16) | 1) && (!big || (number64(e, from + 4) === length && number64(e, from + 12) === length));
    const wide = (!big || head64(b, next + 30 + nameLength, 16)) && (!(big || far) || head64(extra, 0, extra.length - 4));
    if (!same || !fixed || !wide) say('header', name);
    members.push({ name, crc: b.readUInt32LE(at + 16), bytes: b.subarray(data, data + length) });
    next = data + length;
    at += 46 + nameLength + extraLength;
  }
  if (at !== end || next !== start) say('header', '(the archive)');
  return members;
}

// Returns what is wrong, as lines "changed: versions/1.json"; throws when nothing can be checked.
export function checkPackage(b, key) {
  const wrong = [];
  const say = (what, name) => wrong.push(`${what}: ${name}`);
  const members = readArchive(b, say);
  const byName = new Map();
  for (const m of members) byName.has(m.name) ? say('doubled', m.name) : byName.set(m.name, m);
  const good = new Map();
  const text = (name) => (good.has(name) ? good.get(name).toString() : fail(`${name} is missing or changed`));
  const m = byName.get('manifest.json') ?? fail('there is no manifest.json');
  if (crc32(m.bytes) !== m.crc) say('changed', m.name);
  let manifest;
  try {
    manifest = JSON.parse(m.bytes.toString());
  } catch {
    return wrong.length ? wrong : ['changed: manifest.json'];
  }
  if (manifest.format !== 'gongqi-evidence/1') fail('manifest.json is not of a format known here');
  const listed = new Set(['manifest.json', 'package.tlog-proof']);
  for (const f of manifest.files) {
    const x = byName.get(f.path);
    if (!x) {
      say('missing', f.path);
      continue;
    }
    if (listed.has(f.path)) say('doubled', f.path);
    listed.add(f.path);
    if (x.bytes.length !== f.size || sha(x.bytes).toString('hex') !== f.sha256) say('changed', f.path);
    else if (crc32(x.bytes) !== x.crc) say('header', f.path);
    else good.set(f.path, x.bytes);
  }
  for (const name of byName.keys()) if (!listed.has(name)) say('extra', name);
  const attempt = (name, what) => {
    try {
      return what();
    } catch {
      say('log', name);
    }
  };
  attempt('package.tlog-proof', () => {
    const own = byName.get('package.tlog-proof') ?? fail('missing');
    if (crc32(own.bytes) !== own.crc) fail('its checksum is wrong');
    const leaf = JSON.parse(checkReceipt(own.bytes.toString(), key).entry.toString());
    if (leaf.kind !== 'package_made' || leaf.public.sha256 !== sha(m.bytes).toString('hex')) fail('the log has another manifest');
  });
  const head = attempt('log/checkpoint', () => readCheckpoint(text('log/checkpoint'), key));
  if (!head) return wrong;
  const lines = attempt('log/records.jsonl', () => text('log/records.jsonl').split('\n').filter(Boolean)) ?? [];
  for (const line of lines) attempt('log/records.jsonl', () => checkRecord(JSON.parse(line), { key, text, checkpoint: text('log/checkpoint') }));
  return wrong;
}

function checkRecord({ id, salt, body }, { key, text, checkpoint }) {
  const proof = text(`log/${id}.tlog-proof`);
  if (proof.slice(proof.indexOf('\n\n') + 2) !== checkpoint) fail('another checkpoint');
  const leaf = JSON.parse(checkReceipt(proof, key).entry.toString());
  if (sha(Buffer.from(salt, 'hex'), Buffer.from(body)).toString('hex') !== leaf.hash) fail('not what the leaf says');
  const { kind, data } = JSON.parse(body);
  if (!kind.startsWith('article_') || !data.sha256 || !data.version) return;
  const v = JSON.parse(text(`versions/${data.version}.json`));
  const parts = [v.title, v.digest, v.cover, v.category, text(`versions/${data.version}.doc.json`), ...(v.declared ? [v.declared] : [])];
  if (sha(Buffer.from(parts.map((part) => `${part}\0`).join(''))).toString('hex') !== data.sha256) fail('another version');
}

export function reader(at) {
  if (/^https?:/.test(at))
    return async (path) => {
      const res = await fetch(`${at.replace(/\/$/, '')}/${path}`);
      if (res.status === 404) return null;
      if (res.status !== 200) fail(`${path}: HTTP ${res.status}`);
      return Buffer.from(await res.arrayBuffer());
    };
  return async (path) => {
    try {
      return readFileSync(join(at, path));
    } catch (e) {
      if (e.code === 'ENOENT' || e.code === 'ENOTDIR') return null;
      throw e;
    }
  };
}

async function main([command, keyText, ...args]) {
  const text = (path) => readFileSync(path, 'utf8');
  const key = readKey(/^[^\s+]+\+[0-9a-f]{8}\+/.test(keyText) ? keyText : text(keyText));
  if (command === 'checkpoint') readCheckpoint(text(args[0]), key);
  else if (command === 'receipt') checkReceipt(text(args[0]), key);
  else if (command === 'log') await checkLog(reader(args[0]), key);
  else if (command === 'hashes') await checkLog(reader(args[0]), key, { entries: false });
  else if (command === 'consistency') await checkConsistency(reader(args[0]), key, text(args[1]), text(args[2]));
  else if (command === 'package') {
    const wrong = checkPackage(readFileSync(args[0]), key);
    for (const line of wrong) console.log(line);
    if (wrong.length) fail(`${wrong.length} things are wrong, each named above`);
  } else fail('checkpoint, receipt, log, hashes, consistency or package');
}
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main(process.argv.slice(2)).catch((e) => {
    console.error(`BAD: ${e.message}`);
    process.exit(1);
  });

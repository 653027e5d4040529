// Checks a receipt (.tlog-proof, C2SP) in the browser: the entry is in the tree (RFC 9162), and the
// tree was signed by the key on this page (Ed25519 signed note). Nothing is uploaded.
const encoder = new TextEncoder();
const FIRST = 'c2sp.org/tlog-proof@v1';

function unbase64(text) {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4) throw new Error('base64');
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  parts.reduce((at, p) => (out.set(p, at), at + p.length), 0);
  return out;
}

const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
const node = (left, right) => sha256(join([1], left, right));

function number(text) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) throw new Error('number');
  return Number(text);
}

function hash(text) {
  const b = unbase64(text);
  if (b.length !== 32) throw new Error('hash');
  return b;
}

export function parse(text) {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  if (end < 0 || lines.shift() !== FIRST) throw new Error('first line');
  const extra = lines[0] && lines[0].startsWith('extra ') ? unbase64(lines.shift().slice(6)) : null;
  const index = lines.shift();
  if (!index || !index.startsWith('index ')) throw new Error('index');
  const checkpoint = text.slice(end + 2);
  const split = checkpoint.lastIndexOf('\n\n');
  if (split < 0) throw new Error('note');
  const body = checkpoint.slice(0, split + 1);
  const [origin, size, root, ...rest] = body.split('\n');
  if (!rest.length) throw new Error('checkpoint');
  const signatures = checkpoint.slice(split + 2).split('\n').filter(Boolean).map((line) => {
    const m = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!m) throw new Error('signature');
    const b = unbase64(m[2]);
    return { name: m[1], id: b.slice(0, 4), sig: b.slice(4) };
  });
  return { extra, index: number(index.slice(6)), path: lines.map(hash), body, origin, size: number(size), root: hash(root), signatures };
}

// RFC 9162 2.1.3.2. Sizes pass 2^32, so there are no bit operators.
export async function included({ index, size, path, root }, leaf) {
  if (index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let r = leaf;
  const shift = () => { fn = Math.floor(fn / 2); sn = Math.floor(sn / 2); };
  for (const p of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = await node(p, r);
      while (fn % 2 === 0 && fn !== 0) shift();
    } else {
      r = await node(r, p);
    }
    shift();
  }
  return sn === 0 && same(r, root);
}

// True, false, or null when this browser knows no Ed25519.
export async function signedBy(receipt, keyText) {
  const at = keyText.lastIndexOf('+', keyText.length - 45);
  const [name, id] = keyText.slice(0, at).split('+');
  const key = unbase64(keyText.slice(at + 1));
  const mine = receipt.signatures.filter((s) => s.name === name && same(s.id, Uint8Array.from(id.match(/../g), (x) => parseInt(x, 16))));
  if (!mine.length || key.length !== 33 || receipt.origin !== name) return false;
  let imported;
  try {
    imported = await crypto.subtle.importKey('raw', key.slice(1), { name: 'Ed25519' }, false, ['verify']);
  } catch (e) {
    return null;
  }
  const results = await Promise.all(mine.map((s) => crypto.subtle.verify('Ed25519', imported, s.sig, encoder.encode(receipt.body))));
  return results.every(Boolean);
}

function line(list, tone, text) {
  const li = document.createElement('li');
  const dot = document.createElement('i');
  dot.className = 'dot';
  li.className = `st-${tone}`;
  li.append(dot, text);
  list.append(li);
}

async function show(box, file) {
  const result = box.querySelector('.receipt-result');
  const say = box.dataset;
  const list = document.createElement('ul');
  list.className = 'receipt-lines';
  try {
    const receipt = parse(await file.text());
    if (!receipt.extra) throw new Error('entry');
    const fits = await included(receipt, await sha256(join([0], receipt.extra)));
    line(list, fits ? 'ok' : 'bad', fits ? say.good : say.wrong);
    const signed = await signedBy(receipt, say.key);
    line(list, signed ? 'ok' : signed === null ? 'warn' : 'bad', signed ? say.signature : signed === null ? say.none : say.nosig);
    line(list, 'info', `${say.cosigned}: ${receipt.signatures.length - 1}`);
    if (fits) {
      line(list, 'info', say.leaf);
      const pre = document.createElement('pre');
      const entry = JSON.parse(new TextDecoder().decode(receipt.extra));
      if (typeof entry.time === 'number') entry.time = new Date(entry.time).toISOString();
      pre.textContent = JSON.stringify(entry, null, 2);
      list.lastChild.append(pre);
    }
  } catch (e) {
    line(list, 'bad', say.bad);
  }
  result.replaceChildren(list);
}

function start(box) {
  const input = box.querySelector('input');
  const drop = box.querySelector('.receipt-drop');
  box.hidden = false;
  input.addEventListener('change', () => input.files[0] && show(box, input.files[0]));
  ['dragover', 'dragleave', 'drop'].forEach((name) => drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle('over', name === 'dragover');
    if (name === 'drop' && event.dataTransfer.files[0]) show(box, event.dataTransfer.files[0]);
  }));
}

if (typeof document !== 'undefined' && window.crypto && crypto.subtle) {
  document.querySelectorAll('.receipt-check').forEach(start);
}

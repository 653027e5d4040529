// What the look promises: sizes, no foreign addresses, contrast, and icons that exist.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'look-'));
const built = spawnSync('node', [path.join(here, 'build.mjs'), '--out', out], { encoding: 'utf8' });
assert.equal(built.status, 0, built.stderr);
const files = fs.readdirSync(out);
test.after(() => fs.rmSync(out, { recursive: true }));

const find = (pattern) => path.join(out, files.find((name) => pattern.test(name)));
const size = (pattern) => fs.statSync(find(pattern)).size;

test('reader.css is at most 12 KB, app.js 8 KB and both 30 KB compressed', () => {
  const css = size(/^reader-.*css\.gz$/);
  const js = size(/^app-.*js\.gz$/);
  assert.ok(css <= 12 * 1024, `reader.css ${css}`);
  assert.ok(js <= 8 * 1024, `app.js ${js}`);
  assert.ok(css + js <= 30 * 1024);
});

test('style sheets load nothing, not even data: addresses', () => {
  for (const name of files.filter((file) => file.endsWith('.css'))) {
    const css = fs.readFileSync(path.join(out, name), 'utf8');
    assert.doesNotMatch(css, /url\(|@import/, name);
  }
});

test('scripts evaluate no text', () => {
  const js = fs.readFileSync(find(/^app-.*js$/), 'utf8');
  assert.doesNotMatch(js, /\beval\(|new Function|innerHTML/);
});

function themes() {
  const css = fs.readFileSync(path.join(here, 'css/tokens.css'), 'utf8');
  const pairs = (text) => Object.fromEntries([...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)]
    .map((m) => [m[1], m[2].trim()]));
  const block = (selector) => {
    const at = css.indexOf(`${selector} {`);
    assert.ok(at >= 0, selector);
    return pairs(css.slice(at, css.indexOf('}', at)));
  };
  const light = block(':root');
  return {
    light,
    system: { ...light, ...block(':root:not([data-theme="light"])') },
    dark: { ...light, ...block(':root[data-theme="dark"]') },
  };
}

function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  assert.match(full, /^#[0-9a-f]{6}$/i);
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(full.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

const TEXT = [];
for (const ground of ['--bg', '--surface', '--sunk', '--page']) {
  for (const ink of ['--text', '--text-2']) TEXT.push([ink, ground]);
}
for (const ground of ['--bg', '--surface']) {
  for (const ink of ['--accent', '--danger', '--warn', '--ok', '--info']) TEXT.push([ink, ground]);
  for (const c of ['gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple']) {
    TEXT.push([`--c-${c}`, ground]);
  }
}
for (const tone of ['danger', 'warn', 'ok', 'info']) {
  TEXT.push([`--${tone}`, `--${tone}-soft`], ['--text', `--${tone}-soft`]);
}
TEXT.push(['--on-accent', '--accent'], ['--on-accent', '--accent-strong'], ['--text', '--accent-soft']);

for (const [name, tokens] of Object.entries(themes())) {
  test(`text has a contrast of 7:1 (${name})`, () => {
    for (const [ink, ground] of TEXT) {
      const ratio = contrast(tokens[ink], tokens[ground]);
      assert.ok(ratio >= 7, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });
  test(`labels, dots and borders of fields can be told apart (${name})`, () => {
    assert.ok(contrast(tokens['--accent'], tokens['--accent-soft']) >= 4.5);
    for (const mark of ['--line-strong', '--dot-neutral', '--dot-danger', '--dot-ok', '--dot-info', '--focus']) {
      const ratio = contrast(tokens[mark], tokens['--surface']);
      assert.ok(ratio >= 3, `${mark}: ${ratio.toFixed(2)}`);
    }
  });
}

test('dark is the same by choice and by system', () => {
  const { system, dark } = themes();
  assert.deepEqual(system, dark);
});

test('every icon that a template or a table names is in the sprite', () => {
  const have = new Set(fs.readFileSync(path.join(here, 'icons.txt'), 'utf8').split(/\s+/));
  const src = path.join(path.dirname(here), 'src');
  for (const file of fs.readdirSync(src, { recursive: true }).filter((f) => f.endsWith('.html'))) {
    const text = fs.readFileSync(path.join(src, file), 'utf8');
    for (const [, name] of text.matchAll(/show_icon\(o, S\("([\w-]+)"\)\)/g)) {
      assert.ok(have.has(name), `${file}: ${name}`);
    }
  }
});

test('the lock file names no host', () => {
  const lock = JSON.parse(fs.readFileSync(path.join(here, 'package-lock.json'), 'utf8'));
  for (const [name, entry] of Object.entries(lock.packages)) {
    assert.ok(!entry.resolved, name);
    assert.ok(!name || entry.integrity, name);
  }
});

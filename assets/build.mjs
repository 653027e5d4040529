// Bundles style sheets, scripts and icons, names them by content, and writes the C that embeds them.
//
//   node build.mjs --out DIR [--c FILE --h FILE --depfile FILE]
//
// Without --c only the files are written (for tests and for looking at them in a browser).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const inputs = new Set([fileURLToPath(import.meta.url)]);

// What is built: a logical name (asset_url(S("reader.css"))) and its source. Browsers of readers
// may be old (in-app browsers of phones); consoles ask for one of the last two years.
const READER = ['chrome87', 'safari14.1', 'firefox90'];
const CONSOLE = ['chrome123', 'safari17.5', 'firefox128'];
const BUNDLES = [
  { name: 'reader.css', from: 'css/reader.css', target: READER },
  { name: 'console.css', from: 'css/console.scss', target: CONSOLE },
  { name: 'app.js', from: 'js/app.js', target: READER },
  { name: 'receipt.js', from: 'js/receipt.js', target: READER },
  { name: 'passkey.js', from: 'js/passkey.js', target: READER },
  { name: 'offline-page.js', from: 'js/offline-page.js', target: READER },
  { name: 'editor.js', from: 'js/editor.js', target: CONSOLE, optional: true },
  { name: 'editor.css', from: 'css/editor.css', target: CONSOLE, optional: true },
];
// The service worker is made last: it names the files of the frame of pages, by content.
const WORKER = { name: 'sw.js', from: 'js/sw.js', target: READER };
const SHELL = ['reader.css', 'app.js', 'offline-page.js', 'icons.svg', 'favicon.svg', 'logo.svg'];
const COPIES = [
  { name: 'logo.svg', from: 'svg/logo.svg' },
  { name: 'favicon.svg', from: 'svg/favicon.svg' },
];
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function option(name) {
  const i = process.argv.indexOf(`--${name}`);
  return i > 0 ? process.argv[i + 1] : undefined;
}

function read(relative) {
  const file = path.join(here, relative);
  inputs.add(file);
  return fs.readFileSync(file);
}

// node_modules follows the lock file: the hash of the lock it was made from stands inside it.
function install() {
  const stamp = path.join(here, 'node_modules', '.gongqi-lock');
  const hash = createHash('sha256').update(read('package-lock.json')).digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (npm.status !== 0) {
    process.stderr.write(`npm ci failed in assets/:\n${npm.stderr}\n`);
    process.exit(1);
  }
  fs.writeFileSync(stamp, hash);
}

function scssPlugin(sass) {
  return {
    name: 'scss',
    setup(build) {
      build.onLoad({ filter: /\.scss$/ }, (args) => {
        const result = sass.compile(args.path, {
          loadPaths: [path.join(here, 'node_modules')], quietDeps: true, logger: sass.Logger.silent,
        });
        const files = result.loadedUrls.map((url) => fileURLToPath(url));
        files.forEach((file) => inputs.add(file));
        return { contents: result.css, loader: 'css', resolveDir: path.dirname(args.path) };
      });
    },
  };
}

async function bundle(entry, define = {}) {
  const esbuild = await import('esbuild');
  const sass = await import('sass');
  const result = await esbuild.build({
    absWorkingDir: here, entryPoints: [entry.from], bundle: true, minify: true, write: false,
    format: 'iife', target: entry.target, metafile: true, legalComments: 'none', charset: 'utf8',
    logLevel: 'warning', plugins: [scssPlugin(sass)], outfile: entry.name,
    define: { 'process.env.NODE_ENV': '"production"', ...define },
  });
  Object.keys(result.metafile.inputs).forEach((file) => inputs.add(path.join(here, file)));
  return Buffer.from(result.outputFiles[0].contents);
}

// One sprite of the icons named in icons.txt; templates show one with the partial icon().
export function sprite(list) {
  const symbols = list.map((name) => {
    const file = path.join(here, 'node_modules/heroicons/24/outline', `${name}.svg`);
    const body = fs.readFileSync(file, 'utf8').replace(/^[^]*?<svg[^>]*>|<\/svg>\s*$/g, '');
    return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/>\s+</g, '><').trim()}</symbol>`;
  });
  const style = 'fill="none" stroke="currentColor" stroke-width="1.5"';
  return `<svg xmlns="http://www.w3.org/2000/svg"><g ${style}>${symbols.join('')}</g></svg>`;
}

function encodings(body) {
  const gz = gzipSync(body, { level: 9 });
  const br = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  return { '': body, '.gz': gz.length < body.length ? gz : null, '.br': br.length < body.length ? br : null };
}

async function build() {
  const made = [];
  for (const entry of BUNDLES) {
    if (entry.optional && !fs.existsSync(path.join(here, entry.from))) continue;
    made.push({ name: entry.name, body: await bundle(entry) });
  }
  for (const entry of COPIES) made.push({ name: entry.name, body: read(entry.from) });
  const icons = read('icons.txt').toString().split(/\s+/).filter(Boolean);
  made.push({ name: 'icons.svg', body: Buffer.from(sprite(icons)) });
  return made;
}

function publish(asset, out) {
  asset.hash = createHash('sha256').update(asset.body).digest('hex').slice(0, 12);
  const ext = path.extname(asset.name);
  asset.type = TYPES[ext];
  asset.file = `${path.basename(asset.name, ext)}-${asset.hash}${ext}`;
  asset.parts = encodings(asset.body);
  for (const [suffix, body] of Object.entries(asset.parts)) {
    if (body) fs.writeFileSync(path.join(out, asset.file + suffix), body);
  }
}

async function publishAll(out) {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const made = await build();
  made.forEach((asset) => publish(asset, out));
  const shell = SHELL.map((name) => [name, `/static/${made.find((one) => one.name === name).file}`]);
  const worker = { name: WORKER.name, body: await bundle(WORKER, { SHELL: JSON.stringify(shell) }) };
  publish(worker, out);
  return [...made, worker].sort((a, b) => (a.file < b.file ? -1 : 1));
}

// .incbin instead of big arrays: half a second less to compile, and no second copy in memory.
function embed(made, out) {
  const text = (s) => `{"${s}", ${Buffer.byteLength(s)}}`;
  const asm = [];
  const rows = [];
  made.forEach((asset, i) => {
    const cells = Object.entries(asset.parts).map(([suffix, body], part) => {
      if (!body) return '{NULL, 0}';
      const symbol = `asset_${i}_${part}`;
      asm.push(`EMBED(${symbol}, "${path.join(out, asset.file + suffix)}")`);
      return `{${symbol}, ${body.length}}`;
    });
    rows.push(`    {${text(asset.name)}, ${text(`/static/${asset.file}`)}, ${text(asset.type)},`
      + ` ${text(asset.hash)},\n     ${cells.join(', ')}},`);
  });
  return `/* Made by assets/build.mjs. */
#include "assets_data.h"
#define EMBED(symbol, file) \\
    __asm__(".pushsection .rodata\\n.balign 16\\n.hidden " #symbol "\\n.global " #symbol "\\n" #symbol \\
            ":\\n.incbin \\"" file "\\"\\n.byte 0\\n.popsection\\n"); \\
    extern const uint8_t symbol[];
${asm.join('\n')}
const struct asset asset_table[] = {
${rows.join('\n')}
};
const size_t asset_count = sizeof(asset_table) / sizeof(asset_table[0]);
`;
}

const HEADER = `/* Made by assets/build.mjs. */
#pragma once
#include "web/assets.h"
extern const struct asset asset_table[]; /* sorted by path */
extern const size_t asset_count;
`;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const out = path.resolve(option('out'));
  install();
  const made = await publishAll(out);
  if (option('h')) fs.writeFileSync(option('h'), HEADER);
  if (option('c')) fs.writeFileSync(option('c'), embed(made, out));
  if (option('depfile')) {
    const escaped = [...inputs].map((file) => file.replace(/ /g, '\\ ')).join(' ');
    fs.writeFileSync(option('depfile'), `${option('c')}: ${escaped}\n`);
  }
}

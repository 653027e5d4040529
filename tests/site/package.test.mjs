// tools/package-deb makes a Debian package of what was built: its contents, its dependencies, its
// manual, and the program as it comes out of it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { binary } from './binary.mjs';

const root = new URL('../..', import.meta.url).pathname;
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const skip = !has('dpkg-shlibdeps') && 'no dpkg-dev';
let tmp, deb, tree;

before(() => {
  if (skip) return;
  tmp = mkdtempSync(join(tmpdir(), 'gongqi-deb-'));
  deb = execFileSync(join(root, 'tools/package-deb'), [tmp], { encoding: 'utf8', env: { ...process.env, GONGQI_BUILD: dirname(binary()) } }).trim();
  tree = join(tmp, 'tree');
  execFileSync('dpkg-deb', ['--extract', deb, tree]);
  execFileSync('dpkg-deb', ['--control', deb, join(tmp, 'control')]);
});
after(() => tmp && rmSync(tmp, { recursive: true, force: true }));

test('it holds what a system needs, owned by root', { skip }, () => {
  assert.match(deb, /gongqi_\d+\.\d+\.\d+_\w+\.deb$/);
  const list = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' });
  for (const path of ['usr/bin/gongqi', 'usr/bin/gongqi-verify', 'usr/lib/systemd/system/gongqi.service', 'usr/lib/sysusers.d/gongqi.conf', 'usr/share/man/man1/gongqi.1.gz', 'usr/share/doc/gongqi/copyright', 'usr/share/doc/gongqi/changelog.gz', 'usr/share/bash-completion/completions/gongqi']) assert.match(list, new RegExp(` \\./${path}\n`), path);
  for (const line of list.trim().split('\n')) assert.match(line, /^\S+ root\/root /);
  assert.match(list, /-rwxr-xr-x root\/root .*usr\/bin\/gongqi\n/);
  const depends = execFileSync('dpkg-deb', ['--field', deb, 'Depends'], { encoding: 'utf8' });
  for (const lib of ['libc6', 'libmicrohttpd12', 'libsqlite3-0', 'libpq5', 'libexpat1']) assert.match(depends, new RegExp(`${lib}\\b`));
  const unit = readFileSync(join(tree, 'usr/lib/systemd/system/gongqi.service'), 'utf8');
  assert.match(unit, /^\[Unit\]\nConditionDirectoryNotEmpty=\/var\/lib\/gongqi\n/);
  assert.match(unit, /^User=gongqi$/m);
  assert.doesNotMatch(unit, /DynamicUser/);
  for (const script of ['postinst', 'prerm', 'postrm']) execFileSync('sh', ['-n', join(tmp, 'control', script)]);
});

test('the programs run as they come out of it', { skip }, () => {
  assert.match(execFileSync(join(tree, 'usr/bin/gongqi'), ['version'], { encoding: 'utf8' }), /\d+\.\d+/);
  execFileSync('md5sum', ['--quiet', '-c', join(tmp, 'control/md5sums')], { cwd: tree });
  const site = join(tmp, 'site');
  assert.match(execFileSync(join(tree, 'usr/bin/gongqi'), ['init', '--data', site], { encoding: 'utf8' }), /system administrator/);
  assert.ok(existsSync(join(site, 'gongqi.db')));
});

test('the manual knows every command and setting, and has no fault', { skip }, () => {
  const page = execFileSync('gzip', ['-dc', join(tree, 'usr/share/man/man1/gongqi.1.gz')], { encoding: 'utf8' });
  const commands = readFileSync(join(root, 'src/app/commands.def'), 'utf8').matchAll(/^X\("(\w+)"/gm);
  for (const [, name] of commands) assert.match(page, new RegExp(`^\\.B gongqi ${name}$`, 'm'));
  const settings = readFileSync(join(root, 'src/settings/settings.def'), 'utf8').matchAll(/^X\(\w+, (\w+),/gm);
  for (const [, name] of settings) assert.ok(page.includes(name), name);
  assert.doesNotMatch(page, new RegExp(`${process.cwd()}|${tmpdir()}/`));
  if (!has('man') && !has('groff')) return;
  for (const name of ['gongqi', 'gongqi-verify']) {
    const file = join(tree, `usr/share/man/man1/${name}.1.gz`);
    const done = has('man') ? spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', file], { encoding: 'utf8', env: { ...process.env, MANROFFSEQ: '', MANWIDTH: '80' } }) : spawnSync('sh', ['-c', `gzip -dc ${file} | groff -man -Tutf8 -ww`], { encoding: 'utf8' });
    assert.equal(done.stderr, '', name);
  }
});

test('lintian finds no error', { skip: skip || (!has('lintian') && 'no lintian') }, () => {
  const done = spawnSync('lintian', ['--fail-on', 'error', deb], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stdout);
});

test('dpkg installs it into a root of its own', { skip: skip || (process.getuid() !== 0 && 'needs root') }, () => {
  const to = join(tmp, 'root');
  execFileSync('mkdir', ['-p', `${to}/var/lib/dpkg/info`, `${to}/var/lib/dpkg/updates`, `${to}/var/lib/dpkg/triggers`]);
  execFileSync('touch', [`${to}/var/lib/dpkg/status`, `${to}/var/lib/dpkg/available`]);
  execFileSync('dpkg', [`--root=${to}`, '--force-depends', '--force-script-chrootless', '--unpack', deb], { stdio: 'pipe' });
  assert.match(execFileSync(join(to, 'usr/bin/gongqi'), ['version'], { encoding: 'utf8' }), /\d+\.\d+/);
});

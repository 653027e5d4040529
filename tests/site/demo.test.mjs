// gongqi demo: an empty site becomes a lively one; a filled one is left alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSite } from './drive.mjs';

let s;
let table;
before(async () => {
  s = await startSite();
  table = s.command('demo');
});
after(() => s.stop());

const page = async (path) => {
  const answer = await fetch(s.base + path, { headers: { 'accept-language': 'zh-CN' } });
  return { status: answer.status, html: await answer.text() };
};

test('every role has a login with a second factor', () => {
  for (const role of ['sysadmin', 'security_admin', 'reviewer', 'editor_in_chief', 'compliance', 'privacy_officer'])
    assert.match(table, new RegExp(`^${role}\\s+154\\d{8}\\s+\\S+\\s+\\d{6}\\s`, 'm'));
  assert.match(table, /^operator\s+154\d{8}\s+\S+\s+-\s/m);
  assert.match(table, /^reader\s+154\d{8}\s/m);
});

test('readers find articles with pictures that are served', async () => {
  const home = await page('/');
  assert.equal(home.status, 200);
  const link = home.html.match(/href="(\/a\/[a-z-]+\/\d+)"/)[1];
  const article = await page(link);
  assert.equal(article.status, 200);
  const picture = article.html.match(/src="(\/media\/[^"]+)"/)[1];
  const answer = await fetch(s.base + picture);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^image\/webp/);
});

test('the policies in force are public', async () => {
  for (const kind of ['service_agreement', 'rules', 'convention', 'privacy'])
    assert.equal((await page(`/rules/${kind}`)).status, 200, kind);
});

test('a filled site is refused, --show still prints the table', () => {
  assert.throws(() => s.command('demo'), /not_empty/);
  const again = s.command('demo', '--show');
  assert.equal(again.split('\n').filter((l) => /154\d{8}/.test(l)).length, 29);
});

// Hours in China on both sides of midnight and of office hours, and the ends of months and of years.
const release = new URL('../../build/release/gongqi', import.meta.url).pathname;
const here = { skip: existsSync(release) ? false : 'faketime and the sanitizers do not go together' };
for (const at of ['2026-11-25 15:59:00', '2026-12-31 16:01:00', '2027-02-28 09:30:00', '2028-02-29 01:10:00'])
  test(`it can be made at ${at} UTC`, here, () => {
    const data = mkdtempSync(join(tmpdir(), 'gongqi-hour-'));
    try {
      const clock = { ...process.env, TZ: 'UTC' };
      execFileSync('faketime', ['-f', `@${at}`, release, 'demo', '--data', data], { stdio: 'pipe', env: clock });
      const made = execFileSync('sqlite3', [join(data, 'gongqi.db'), 'SELECT MAX(created_at) FROM users'], { encoding: 'utf8' });
      assert.ok(Math.abs(Number(made) - Date.parse(`${at.replace(' ', 'T')}Z`)) < 600_000, `made at ${new Date(Number(made)).toISOString()}`);
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

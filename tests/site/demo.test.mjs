// gongqi demo: an empty site becomes a lively one; a filled one is left alone.
import assert from 'node:assert/strict';
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

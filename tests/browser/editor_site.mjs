// A demo site for the editor's tests: one of its operators in a browser, writing a new article.
import { demoData, serve } from '../site/binary.mjs';
import { launch } from './chromium.mjs';

export async function editorSite() {
  const server = await serve();
  const table = demoData(server.data);
  const browser = await launch();
  const people = [...table.matchAll(/^operator\s+(\d+)\s+(\S+)/gm)].map((m) => ({ mobile: m[1], password: m[2] }));
  const faults = [];

  async function operator(n = 0, options = {}) {
    const context = await browser.newContext({ baseURL: `http://127.0.0.1:${server.port}`, locale: 'zh-CN', viewport: { width: 1440, height: 900 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    await page.goto('/login');
    await page.getByLabel('手机号').fill(people[n].mobile);
    await page.getByLabel('密码').fill(people[n].password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/login');
    await page.goto('/me');
    const handle = await page.locator('a[href^="/console/"]').first().getAttribute('href');
    await page.close();
    return { context, console: handle.match(/^\/console\/[^/]+/)[0] };
  }

  // A page on the editor of a new article; whatever the browser complains of is kept in faults.
  async function open(who, title) {
    const page = await who.context.newPage();
    watch(page);
    await page.goto(`${who.console}/articles/new`);
    await page.getByLabel('标题').fill(title);
    await page.locator('main button[type="submit"]').click();
    await page.locator('#ed-doc').waitFor();
    return page;
  }

  function watch(page) {
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) faults.push(message.text()); });
    page.on('pageerror', (error) => faults.push(error.stack));
    return page;
  }

  const stop = async () => {
    await browser.close();
    await server.stop();
  };
  return { browser, faults, open, operator, stop, watch };
}

// The editor says that everything is on the server.
export const saved = (page) => page.locator('.ed-state[data-state="saved"]').waitFor({ timeout: 15000 });

export async function paste(page, html, text = '') {
  await page.locator('#ed-doc').focus();
  await page.evaluate(([h, t]) => {
    const data = new DataTransfer();
    data.setData('text/html', h);
    data.setData('text/plain', t);
    document.querySelector('#ed-doc').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, [html, text]);
}

// JSON to an address of this site from the page itself, with its token.
export const send = (page, path, body) => page.evaluate(async ([to, json]) => {
  const token = document.querySelector('input[name="_csrf"]').value;
  const res = await fetch(to, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token }, body: JSON.stringify(json) });
  return { status: res.status, data: await res.json() };
}, [path, body]);

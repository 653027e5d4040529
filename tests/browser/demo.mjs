// The demo site with a browser beside it, and its people logged in.
import { demoData, serve } from '../site/binary.mjs';
import { arrives, launch } from './chromium.mjs';

export const visitor = 'visitor';

export async function demoSite() {
  const server = await serve();
  const table = demoData(server.data);
  const browser = await launch();
  const base = `http://127.0.0.1:${server.port}`;
  const context = (options = {}) => browser.newContext({ baseURL: base, locale: 'zh-CN', reducedMotion: 'reduce', viewport: { width: 1440, height: 900 }, ...options });

  const person = (role) => {
    const [, mobile, password] = table.match(new RegExp(`^${role}\\s+(\\d+)\\s+(\\S+)`, 'm'));
    return { mobile, password };
  };
  // Logs in the first person of a role by the pages, with the second factor where it is asked for.
  async function login(role, options) {
    const ctx = await context(options);
    if (role === visitor) return ctx;
    const { mobile, password } = person(role);
    const page = await ctx.newPage();
    await page.goto('/login');
    await page.getByLabel('手机号').fill(mobile);
    await page.getByLabel('密码').fill(password);
    await arrives(page, () => page.getByRole('button', { name: '登录', exact: true }).click());
    if (page.url().endsWith('/login/second-factor')) {
      const code = demoData(server.data, '--show').match(new RegExp(`${mobile}\\s+\\S+\\s+(\\d{6})`))[1];
      await page.getByLabel('动态验证码').fill(code);
      await arrives(page, () => page.keyboard.press('Enter'));
    }
    await page.close();
    return ctx;
  }
  const stop = async () => {
    await browser.close();
    await server.stop();
  };
  return { base, browser, context, person, login, stop };
}

// Headless Chromium for the browser tests.
import { chromium } from 'playwright-core';

const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// Does what sends a form or follows a link, and waits until the page that answers has loaded. The state
// of the page that was left is no sign of that: it is 'loaded' until the answer's first byte.
export async function arrives(page, act) {
  await Promise.all([page.waitForEvent('load'), act()]);
}

export function launch() {
  return chromium.launch({ executablePath: process.env.GONGQI_TEST_CHROMIUM ?? '/usr/bin/chromium', args });
}

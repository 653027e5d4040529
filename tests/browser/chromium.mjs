// Headless Chromium for the browser tests.
import { chromium } from 'playwright-core';

const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function launch() {
  return chromium.launch({ executablePath: process.env.GONGQI_TEST_CHROMIUM ?? '/usr/bin/chromium', args });
}

import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where systems keep it; playwright-core brings no browser of its own. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine; `undefined` where there is none. */
export const chromiumPath = PLACES.find((path) => path !== undefined && existsSync(path));

/** Starts it without a window; it ends with the test. */
export async function startChromium(t: TestContext, executablePath: string): Promise<Browser> {
  const browser = await launchChromium(executablePath);
  t.after(() => browser.close());
  return browser;
}

/** Starts it without a window; the caller closes it. */
export function launchChromium(executablePath: string): Promise<Browser> {
  // As root, which containers often are, Chromium's sandbox does not start; it opens nothing but our own pages.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, chromiumSandbox: !isRoot, timeout: 60_000 });
}

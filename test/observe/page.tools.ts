import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { onEnd, startHost } from '../../packages/local-lambda/test/fixture-package.ts';
import { chromiumPath, launchChromium } from '../bench/reports/chromium.ts';

const skip =
  chromiumPath === undefined
    ? 'there is no Chromium here: apt-get install chromium, or set CHROMIUM to its path'
    : false;
const TOKEN = 'a-token-of-24-characters';
const SOURCE = `export const handler = async (event) => {
  console.log('got', JSON.stringify(event).slice(0, 60));
  if (event.fail) throw new TypeError('<b>no</b>');
  await new Promise((done) => setTimeout(done, event.ms ?? 0));
  return { n: event.n };
};`;

test('in a real browser: log in, see, invoke, query and end, by keyboard too', { skip }, async (t) => {
  const host = await startHost(
    t,
    { orders: { source: SOURCE }, 'users-with-a-rather-long-name': { source: SOURCE } },
    { token: TOKEN },
  );
  const browser = await launchChromium(chromiumPath ?? '');
  onEnd(t, () => browser.close());
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${host.url}/_host/`)) faults.push(`asked for ${request.url()}`);
  });

  await page.goto(`${host.url}/_host/`);
  await page.getByLabel("The host's token").fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('No environment runs.').waitFor();

  await page.getByRole('button', { name: /^orders/ }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.getByRole('button', { name: /^orders/ }).getAttribute('aria-pressed'), 'true');
  await page.getByLabel('Event, as JSON').fill('{"n": 41');
  await page.getByRole('button', { name: 'Invoke' }).press('Enter');
  await page.getByRole('alert').filter({ hasText: 'The event is not JSON' }).waitFor();
  await page.getByLabel('Event, as JSON').fill('{"n": 41}');
  await page.getByRole('button', { name: 'Invoke' }).press('Enter');
  await page.getByText(/^Answered after \d+ ms in environment [\da-f]{12}\.$/).waitFor();
  await page.getByRole('row', { name: /orders idle/ }).waitFor();
  await page.getByRole('row', { name: /orders success/ }).waitFor();
  await page.getByRole('log').getByText('got {"n":41}').waitFor();

  await page.getByLabel('Sample event').selectOption('sqs');
  // The page's policy lets no text be run as a script, and with that nothing that waits in it.
  while (!(await page.getByLabel('Event, as JSON').inputValue()).includes('aws:sqs'));
  await page.getByLabel('Event, as JSON').fill('{"fail":true}');
  await page.getByRole('button', { name: 'Invoke' }).press('Enter');
  await page.getByText(/^Failed after/).waitFor();
  await page.getByRole('row', { name: /orders TypeError/ }).waitFor();

  await host.flushLogs();
  await page.getByRole('button', { name: 'Run' }).press('Enter');
  await page.getByText('1 row', { exact: true }).waitFor();
  await page.getByLabel('Query', { exact: true }).fill('stats nonsense(');
  await page.getByRole('button', { name: 'Run' }).press('Enter');
  await page.locator('#query-problem:not(:empty)').waitFor();
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('400')));

  await page.getByRole('button', { name: /^users/ }).press('Enter');
  await page.getByText('No environment runs.').waitFor();
  await page.reload();
  const gots = page.getByRole('log').getByText('got {"n":41}');
  await gots.waitFor();
  await page.getByRole('button', { name: /^orders/ }).press('Enter');
  await gots.waitFor();
  assert.equal(await gots.count(), 1);
  await page.getByRole('button', { name: /^All functions/ }).press('Enter');
  await page.getByRole('button', { name: /^End environment/ }).press('Enter');
  await page.getByText('No environment runs.').waitFor();

  await assertAccessible(page);
  const shots = process.env['PAGE_SHOTS'];
  for (const width of [390, 1400]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 1000 });
      await page.emulateMedia({ colorScheme });
      const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      const wide = await page.evaluate(
        `[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest('.scroll')).map((one) => one.outerHTML.slice(0, 80))`,
      );
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width}: ${wide}`);
      if (shots === undefined) continue;
      await mkdir(shots, { recursive: true });
      await page.screenshot({ path: `${shots}/${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  assert.deepEqual(faults, []);
});

/** Every control has a name, and the keyboard reaches whatever scrolls. */
async function assertAccessible(page: Page): Promise<void> {
  const nameless = await page.evaluate(`
    [...document.querySelectorAll('button, select, textarea, input, [role=log], table th')]
      .filter((element) => {
        const by = element.getAttribute('aria-labelledby');
        const named = by === null ? undefined : document.getElementById(by)?.textContent;
        return !(element.textContent?.trim() || element.ariaLabel || element.labels?.length || named);
      })
      .map((element) => element.outerHTML)`);
  assert.deepEqual(nameless, []);
  const outOfReach = await page.evaluate(`
    [...document.querySelectorAll('.scroll')].filter(({ tabIndex }) => tabIndex !== 0).map(({ outerHTML }) => outerHTML.slice(0, 80))`);
  assert.deepEqual(outOfReach, []);
}

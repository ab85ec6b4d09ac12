import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { picture } from '../adapters/sharp/hostile-images.ts';
import { chromiumPath, launchChromium } from '../bench/reports/chromium.ts';
import { withEmulator } from '../with-emulator.ts';
import { addSheep, type PortraitStack, startPortraits } from './portrait-stack.ts';

const needsBrowser = {
  skip: chromiumPath === undefined && 'no Chromium: install it, or name it in CHROMIUM',
};
const LIMIT_MS = 20_000;

const place = await withEmulator();
let stack: PortraitStack;
let browser: Browser | undefined;

before(async () => {
  stack = await startPortraits(place);
  if (chromiumPath !== undefined) browser = await launchChromium(chromiumPath);
  for (const tattoo of [7, 8, 9]) await addSheep(stack.url, tattoo);
});
after(async () => {
  await browser?.close();
  const errors = stack?.logLines.filter((line) => line.includes('"level":"ERROR"')) ?? [];
  await stack?.close();
  assert.deepEqual(errors, []);
});

/** Opens the gallery; what the console complains of ends the test. */
async function open(): Promise<{ page: Page; complaints: string[] }> {
  assert.ok(browser);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${stack.url}/gallery`);
  return { page, complaints };
}

const statusOf = (page: Page, text: RegExp) =>
  page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: LIMIT_MS });

test(
  'a file that is chosen in the browser appears as a portrait, without a reload',
  needsBrowser,
  async () => {
    const { page, complaints } = await open();
    const photo = await picture(1600, 1200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await page.evaluate('window.isSamePage = true');
    await page.getByLabel('Tattoo of the sheep').fill('7');
    await page
      .getByLabel('Photo')
      .setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
    await page.getByRole('button', { name: 'Upload' }).click();
    await statusOf(page, /^The portrait of sheep 7 is in the gallery\.$/);
    const image = page.getByRole('img', { name: 'Portrait of sheep 7' });
    await page.waitForFunction('document.images[0].complete && document.images[0].naturalWidth > 0');
    const size = await image.evaluate((one: { naturalWidth: number; naturalHeight: number }) => [
      one.naturalWidth,
      one.naturalHeight,
    ]);
    assert.deepEqual(size, [300, 400], 'fitted, and upright');
    const bytes = new Uint8Array(await (await fetch((await image.getAttribute('src')) ?? '')).arrayBuffer());
    const { format, exif } = await sharp(bytes).metadata();
    assert.deepEqual({ format, exif }, { format: 'webp', exif: undefined });
    assert.match(await page.locator('figcaption').innerText(), /^Sheep 7, \d+\.\d{3} kg$/);
    assert.equal(await page.evaluate('window.isSamePage'), true);
    assert.deepEqual(complaints, []);
    assert.deepEqual(await stack.keys('uploads/'), []);
  },
);

test('a renamed text has its reason on the page, and in the dead letters', needsBrowser, async () => {
  const { page } = await open();
  const buffer = Buffer.from('no photo at all');
  await page.getByLabel('Tattoo of the sheep').fill('8');
  await page.getByLabel('Photo').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByRole('button', { name: 'Upload' }).click();
  const reason = 'the file is a text; it must be a JPEG, PNG or WebP image';
  await statusOf(page, new RegExp(`^Refused: Sheep 8: ${reason}$`));
  assert.equal(await page.locator('#refused li').first().innerText(), `Sheep 8: ${reason}`);
  await page.reload();
  assert.equal(await page.locator('#refused li').first().innerText(), `Sheep 8: ${reason}`);
  assert.deepEqual(
    (await stack.deadLetters()).map((letter) => letter.reason),
    [reason],
  );
});

test('a sheep that is not there and a file that is too large are told at once', needsBrowser, async () => {
  const { page } = await open();
  const choose = async (tattoo: string, bytes: number) => {
    await page.getByLabel('Tattoo of the sheep').fill(tattoo);
    const file = { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.alloc(bytes) };
    await page.getByLabel('Photo').setInputFiles(file);
    await page.getByRole('button', { name: 'Upload' }).click();
  };
  await choose('404', 1000);
  await statusOf(page, /^Not uploaded: sheep 404 is not in the shed$/);
  await choose('7', 11_000_000);
  await statusOf(page, /^Not uploaded: it has 11\.0 MB; at most 10 are allowed$/);
});

test('the keyboard alone uploads, and everything has a name', needsBrowser, async () => {
  const { page } = await open();
  const focused = () =>
    page.evaluate("document.activeElement.id || document.activeElement.textContent || ''") as Promise<string>;
  const order: string[] = [];
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  assert.deepEqual(order, ['tattoo', 'file', 'Upload']);
  const buffer = await picture(80, 60).png().toBuffer();
  await page.getByLabel('Photo').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer });
  await page.getByLabel('Tattoo of the sheep').focus();
  await page.keyboard.type('9');
  await page.keyboard.press('Enter');
  await statusOf(page, /^The portrait of sheep 9/);
  // What a checker of accessibility looks for first.
  const faults = await page.evaluate(`[
    ...[...document.querySelectorAll('input,progress')].filter((one) => one.labels.length === 0 && !one.ariaLabel),
    ...[...document.images].filter((one) => !one.alt),
    ...[...document.querySelectorAll('section,nav')].filter((one) => !one.ariaLabel && !document.getElementById(one.getAttribute('aria-labelledby'))),
    ...[...document.querySelectorAll('[aria-describedby]')].filter((one) => !document.getElementById(one.getAttribute('aria-describedby'))),
    ...(document.documentElement.lang && document.title && document.querySelectorAll('h1').length === 1 && document.querySelector('main') ? [] : [document.documentElement]),
  ].map((one) => one.outerHTML.slice(0, 80))`);
  assert.deepEqual(faults, []);
  const ids = (await page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")) as string[];
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`the page is legible in the ${scheme} scheme and on a phone`, needsBrowser, async () => {
    const { page } = await open();
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 360, height: 640 });
    const [text, ground] = (await page.evaluate(`[
      getComputedStyle(document.body).color, getComputedStyle(document.documentElement).colorScheme,
    ]`)) as [string, string];
    assert.equal(ground, 'light dark');
    assert.equal(text, scheme === 'light' ? 'rgb(0, 0, 0)' : 'rgb(255, 255, 255)');
    assert.equal(
      await page.evaluate('document.documentElement.scrollWidth <= 360'),
      true,
      'no scrolling sideways',
    );
  });
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { renderHtml } from '../../../bench/reports/html/page.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { bareResult, sampleResult } from '../sample-result.ts';
import { chromiumPath, startChromium } from './chromium.ts';

const SAMPLES: readonly [name: string, result: BenchResult][] = [
  ['whole', sampleResult({ hasCpu: true })],
  [
    'three stacks',
    sampleResult({ stacks: ['ts', 'python', 'a-name-that-is-rather-long'], rounds: 15, hasCpu: true }),
  ],
  ['bare', bareResult()],
];

const SCREENS = [390, 1400].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

const skip =
  chromiumPath === undefined
    ? 'there is no Chromium here: apt-get install chromium, or set CHROMIUM to its path'
    : false;

test('in a real browser: no error, no request, no overflow, words for every picture', { skip }, async (t) => {
  const browser = await startChromium(t, chromiumPath ?? '');
  const folder = await mkdtemp(join(tmpdir(), 'browser-test-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, result] of SAMPLES) {
    const path = join(folder, `${name}.html`);
    await writeFile(path, renderHtml(result));
    const url = pathToFileURL(path).href;
    for (const { width, colorScheme } of SCREENS) {
      await t.test(`${name} at ${width} px, ${colorScheme}`, async () => {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        try {
          const page = await context.newPage();
          const faults: string[] = [];
          page.on('console', (message) => faults.push(message.text()));
          page.on('pageerror', (error) => faults.push(error.message));
          page.on('request', (request) => {
            if (request.url() !== url && !request.url().startsWith('data:'))
              faults.push(`asked for ${request.url()}`);
          });
          await page.goto(url, { waitUntil: 'load' });
          assert.deepEqual(faults, []);
          await assertPage(page, width, result.scenarios.length > 0);
        } finally {
          await context.close();
        }
      });
    }
  }
});

/** What `look-at-page.js` gives. */
interface Seen {
  readonly scrollWidth: number;
  readonly figures: number;
  readonly pictures: number;
  readonly namedPictures: number;
  readonly tables: number;
  readonly nameless: number;
  readonly ids: readonly string[];
  readonly deadLinks: number;
  readonly unreachable: number;
  readonly smallestText: number;
  readonly textColours: readonly string[];
  readonly background: string;
  readonly headings: number;
  readonly clipped: readonly string[];
}

// The script of a browser: TypeScript, which knows no document here, leaves it alone.
const LOOK = readFileSync(join(import.meta.dirname, 'look-at-page.js'), 'utf8');

async function assertPage(page: Page, width: number, hasCharts: boolean) {
  const seen = await page.evaluate<Seen>(LOOK);
  assert.equal(seen.scrollWidth, width, 'no horizontal overflow');
  assert.equal(seen.pictures, seen.figures, 'one of the two pictures of a figure is shown');
  assert.ok(!hasCharts || seen.figures >= 3, String(seen.figures));
  assert.equal(seen.namedPictures, seen.pictures, 'every picture has its text');
  assert.equal(seen.tables, seen.figures, 'every figure has its table');
  assert.equal(seen.nameless, 0, 'what is no picture is decoration');
  assert.equal(new Set(seen.ids).size, seen.ids.length, 'no id twice');
  assert.equal(seen.deadLinks, 0);
  assert.equal(seen.unreachable, 0, 'what scrolls can be reached by keyboard');
  assert.equal(seen.headings, 1);
  assert.ok(seen.smallestText >= 10, `text of ${seen.smallestText} px`);
  assert.ok(
    !seen.textColours.includes('rgb(0, 0, 0)') && !seen.textColours.includes(seen.background),
    String(seen.textColours),
  );
  assert.deepEqual(seen.clipped, [], 'no text is cut at the edge of its picture');
}

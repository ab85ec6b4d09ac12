import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OptionTable } from '@sheep-shed/options';
import { flagOf } from '@sheep-shed/options';
import { COMMON_OPTIONS } from '@sheep-shed/options/command';
import { METRICS } from '../../bench/analysis/metrics.ts';
import { THRESHOLD_METRICS } from '../../bench/analysis/thresholds.ts';
import { COMPARE_OPTIONS } from '../../bench/commands/compare.ts';
import { REPORT_OPTIONS } from '../../bench/commands/report.ts';
import { CALIBRATE_OPTIONS } from '../../bench/plan/calibrate-options.ts';
import { EXPORT_OWN_OPTIONS, IMPORT_OPTIONS as K6_IMPORT_OPTIONS } from '../../bench/plan/export-options.ts';
import { HERD_IMPORT_OPTIONS } from '../../bench/plan/herd-import-options.ts';
import { HERD_OPTIONS } from '../../bench/plan/herd-options.ts';
import { BENCH_OPTIONS } from '../../bench/plan/options.ts';
import { PREDICT_OPTIONS } from '../../bench/plan/predict-options.ts';
import { constantRows } from '../../bench/reports/on-lambda-table.ts';
import { STACK_NAMES, STACKS } from '../../bench/stacks/catalogue.ts';
import { EVENT_OPTIONS } from '../../packages/local-lambda/src/cli/event-options.ts';
import {
  DROP_OPTIONS,
  PS_OPTIONS,
  REDRIVE_OPTIONS,
} from '../../packages/local-lambda/src/cli/instance-options.ts';
import { INVOKE_OPTIONS } from '../../packages/local-lambda/src/cli/invoke-options.ts';
import { LOGS_OPTIONS } from '../../packages/local-lambda/src/cli/logs-options.ts';
import { SERVE_OPTIONS } from '../../packages/local-lambda/src/cli/options.ts';
import { LOG_INSIGHTS_OPTIONS } from '../../packages/log-insights/src/options.ts';
import { functionsOf } from '../../src/functions/catalogue.ts';
import { FLOCK_OPTIONS } from '../../src/functions/flock-options.ts';
import { CAT_OPTIONS } from '../../src/functions/get-cat/options.ts';
import { IMPORT_OPTIONS } from '../../src/functions/import-flock/options.ts';
import { PORTRAIT_OPTIONS } from '../../src/functions/portrait-options.ts';
import { CREDENTIAL_OPTIONS, SHED_OPTIONS } from '../../src/functions/shed-options.ts';
import { container } from '../../src/hosts/container/container.ts';
import { optionsOf } from '../../src/hosts/host-options.ts';
import { POLLER_OPTIONS } from '../../src/hosts/poller/poller-options.ts';
import { worker } from '../../src/hosts/worker/worker.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const LOCAL_LAMBDA = 'docs/local-lambda-options.md';

/** Every document of the repository. */
const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)));

/** A section of a page, by its heading. */
const sectionOf = (page: string, heading: string) =>
  read(page)
    .split(/^## /m)
    .find((section) => section.startsWith(`${heading}\n`)) ?? '';

test('the pages of options have one row for every option of the programs, as the tables have it, and no other', () => {
  const tables: readonly [heading: string, table: OptionTable, page?: string][] = [
    ['# Configuration', COMMON_OPTIONS],
    ['Bench', BENCH_OPTIONS],
    ['Bench: reports', REPORT_OPTIONS],
    ['Bench: predictions', PREDICT_OPTIONS],
    ['Bench: calibration', CALIBRATE_OPTIONS],
    ['Bench: comparisons', COMPARE_OPTIONS],
    ['Bench: export', EXPORT_OWN_OPTIONS],
    ['Bench: import', K6_IMPORT_OPTIONS],
    ['Herd', HERD_OPTIONS],
    ['Herd: import', HERD_IMPORT_OPTIONS],
    ['local-lambda', SERVE_OPTIONS, LOCAL_LAMBDA],
    ['invoke', INVOKE_OPTIONS, LOCAL_LAMBDA],
    ['event', EVENT_OPTIONS, LOCAL_LAMBDA],
    ['logs', LOGS_OPTIONS, LOCAL_LAMBDA],
    ['ps', PS_OPTIONS, LOCAL_LAMBDA],
    ['drop', DROP_OPTIONS, LOCAL_LAMBDA],
    ['redrive', REDRIVE_OPTIONS, LOCAL_LAMBDA],
    ['Options of every host', optionsOf({}), 'docs/hosts.md'],
    ['Options of the container', container.options, 'docs/hosts.md'],
    ['Options of the worker', worker.options, 'docs/worker.md'],
    ['Options of the poller', POLLER_OPTIONS, 'docs/poller.md'],
    ['log-insights', LOG_INSIGHTS_OPTIONS],
  ];
  for (const [heading, table, page = 'docs/configuration.md'] of tables) {
    const expected = Object.entries(table).map(([name, option]) => {
      const repeatable = option.repeatable ? ' (repeatable)' : '';
      const variable = option.env === undefined ? '–' : `\`${option.env}\``;
      const allowed = option.isSwitch ? 'a switch' : option.allowed;
      const hasDefault = option.default !== undefined && !option.isSwitch;
      const byDefault = hasDefault ? [option.default].flat().join(' ') : '–';
      return `| \`${flagOf(name)}\`${repeatable} | ${variable} | ${option.help} | ${allowed} | ${byDefault} |`;
    });
    const rows = sectionOf(page, heading).split('\n');
    assert.deepEqual(
      rows.filter((line) => line.startsWith('| `--')),
      expected,
      heading,
    );
  }
});

test('docs/prediction.md has the constants of the model, as the reports show them', () => {
  const rows = read('docs/prediction.md')
    .split('\n')
    .filter((line) => /^\| `(cpu|dynamodb|tail|connection|first)-/.test(line));
  assert.deepEqual(
    rows,
    constantRows().map(
      ([id, what, value, unit, source]) => `| \`${id}\` | ${what} | ${value} | ${unit} | ${source} |`,
    ),
  );
});

test('docs/ci.md describes every metric of thresholds, as the bench does, and no other', () => {
  const rows = sectionOf('docs/ci.md', 'Thresholds')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const expected = Object.entries(METRICS).map(
    ([name, { unit, help }]) => `| \`${name}\` |${unit === '' ? '' : ` ${unit}`} | ${help} |`,
  );
  assert.deepEqual(
    rows.filter((line) => !line.startsWith('| `ratio`')),
    expected,
  );
  assert.equal(rows.length, THRESHOLD_METRICS.length);
});

test('… and one for every variable of the functions', () => {
  const page = read('docs/configuration.md');
  for (const option of Object.values<OptionTable[string]>({
    ...SHED_OPTIONS,
    ...PORTRAIT_OPTIONS,
    ...FLOCK_OPTIONS,
    ...IMPORT_OPTIONS,
    ...CREDENTIAL_OPTIONS,
    ...CAT_OPTIONS,
  })) {
    const byDefault = option.required ? 'required' : String(option.default ?? '–');
    assert.ok(
      page.includes(`| \`${option.env}\` | ${option.help} | ${option.allowed} | ${byDefault} |`),
      option.env,
    );
  }
});

test('docs/dependencies.md names every dependency, and no other', () => {
  const packages = readdirSync(join(ROOT, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `packages/${name}/`);
  const manifests = ['', 'lab/', ...packages];
  const used = manifests.flatMap((folder) => {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(read(`${folder}package.json`));
    return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  });
  const foreign = new Set(used.filter((name) => !name.startsWith('@sheep-shed/')));
  const firstCells = [...read('docs/dependencies.md').matchAll(/^\| (`.*?) \|/gm)].map(
    ([, cell = '']) => cell,
  );
  const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.sort(), [...foreign].sort());
});

/** The anchors of a page, as GitHub makes them of its headings. */
const anchorsOf = (page: string) =>
  new Set(
    [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

test('every link between documents leads somewhere', () => {
  for (const page of PAGES) {
    for (const [, link = '', anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = link === '' ? page : join(page, '..', link);
      assert.ok(existsSync(join(ROOT, target)), `${page} links to ${link}`);
      if (anchor !== undefined)
        assert.ok(anchorsOf(target).has(anchor), `${page} links to ${link}#${anchor}`);
    }
  }
});

test('every script that the documents call exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const page of PAGES) {
    for (const [, name = ''] of read(page).matchAll(/npm run (?:--?s\w* )?([a-z:-]+)/g)) {
      assert.ok(Object.hasOwn(scripts, name), `${page} calls npm run ${name}`);
    }
  }
});

test('docs/workload.md shows the rows of the catalogue of stacks, and no other', () => {
  const rows = sectionOf('docs/workload.md', 'The same care')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const names = functionsOf('every stack').map(({ name }) => name);
  assert.deepEqual(rows, [
    ...STACK_NAMES.map((name) => `| \`${name}\` | ${STACKS[name].about} | \`${STACKS[name].runtime}\` |`),
    ...STACK_NAMES.map((name) => {
      const { beforeFirstCall } = STACKS[name];
      assert.deepEqual(Object.keys(beforeFirstCall), names);
      return `| \`${name}\` | ${Object.values(beforeFirstCall).join(' | ')} |`;
    }),
  ]);
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCH_OPTIONS } from '../../bench/options.ts';
import type { OptionTable } from '../../src/config.ts';
import { flagOf } from '../../src/config.ts';
import { CAT_OPTIONS } from '../../src/functions/get-cat/options.ts';
import { CREDENTIAL_OPTIONS, SHED_OPTIONS } from '../../src/functions/shed-options.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('docs/configuration.md has one row for every option of the bench, as the table has it, and no other', () => {
  const expected = Object.entries(BENCH_OPTIONS as OptionTable).map(([name, option]) => {
    const repeatable = option.repeatable ? ' (repeatable)' : '';
    const variable = option.env === undefined ? '–' : `\`${option.env}\``;
    const allowed = option.isSwitch ? 'a switch' : option.allowed;
    const hasDefault = option.default !== undefined && !option.isSwitch;
    const byDefault = hasDefault ? [option.default].flat().join(' ') : '–';
    return `| \`${flagOf(name)}\`${repeatable} | ${variable} | ${option.help} | ${allowed} | ${byDefault} |`;
  });
  const bench = read('docs/configuration.md').split('## Bench')[1] ?? '';
  assert.deepEqual(
    bench.split('\n').filter((line) => line.startsWith('| `--')),
    expected,
  );
});

test('… and one for every variable of the functions', () => {
  const page = read('docs/configuration.md');
  for (const option of Object.values<OptionTable[string]>({
    ...SHED_OPTIONS,
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
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const firstCells = [...read('docs/dependencies.md').matchAll(/^\| (`.*?) \|/gm)].map(
    ([, cell = '']) => cell,
  );
  const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort());
});

test('every link between documents leads somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ];
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(ROOT, page, '..', link)), `${page} links to ${link}`);
    }
  }
});

test('every script that the documents call exists', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ];
  for (const page of pages.filter((name) => name.endsWith('.md'))) {
    for (const [, name = ''] of read(page).matchAll(/npm run (?:-s )?([a-z:]+)/g)) {
      assert.ok(Object.hasOwn(scripts, name), `${page} calls npm run ${name}`);
    }
  }
});

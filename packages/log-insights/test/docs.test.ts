import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHOICES } from '../src/evaluate/choices.ts';
import { FUNCTIONS, UNSUPPORTED_FUNCTIONS } from '../src/language/functions.ts';
import { FORMATS, OPTION_TABLE, renderHelp } from '../src/options.ts';
import { PRICES } from '../src/prices.ts';
import { listShippedQueries } from '../src/shipped-queries.ts';

const docs = await readFile(join(import.meta.dirname, '../../../docs/insights.md'), 'utf8');

test('docs/insights.md lists every function, supported or not, and no other', () => {
  const listed = (start: string, end: string): readonly string[] =>
    [...(docs.split(start)[1]?.split(end)[0] ?? '').matchAll(/`([^`]+)`/g)].flatMap(
      ([, names]) => names?.split(' ') ?? [],
    );
  const names = [...listed('\nAggregates: ', '\n'), ...listed('\nFunctions: ', '\n')];
  assert.deepEqual([...names].sort(), [...FUNCTIONS.values()].map(({ name }) => name).sort());
  const refused = listed('modes of `parse`, ', '\n').map((name) => name.toLowerCase());
  assert.deepEqual([...refused].sort(), [...UNSUPPORTED_FUNCTIONS].sort());
});

test('docs/insights.md explains every choice, and no other', () => {
  const listed = [...docs.matchAll(/^\| `([a-z-]+)` \| (?!.*\?)/gm)].map(([, name]) => name);
  const known = Object.keys(CHOICES);
  assert.deepEqual(listed.filter((name) => known.includes(name ?? '')).sort(), [...known].sort());
});

test('docs/insights.md lists the shipped queries with their questions', async () => {
  for (const { name, question } of await listShippedQueries())
    assert.ok(docs.includes(`| \`${name}\` | ${question} |`), name);
});

test('the help names every option and format, and the queries cost what the price table says', async () => {
  const help = renderHelp();
  for (const name of Object.keys(OPTION_TABLE)) assert.ok(help.includes(`--${name}`), name);
  for (const format of FORMATS) assert.ok(help.includes(format));
  const cost = (await listShippedQueries()).find(({ name }) => name === 'cost')?.text ?? '';
  assert.ok(cost.includes(`* ${PRICES['lambda-compute-arm64'].usd.toFixed(10)}`));
  assert.ok(
    cost.includes(`* ${PRICES['lambda-requests'].usd.toFixed(2)} / ${PRICES['lambda-requests'].per}`),
  );
});

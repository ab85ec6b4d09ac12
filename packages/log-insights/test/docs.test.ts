import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHOICES } from '../src/evaluate/choices.ts';
import { FUNCTIONS, UNSUPPORTED_FUNCTIONS } from '../src/language/functions.ts';

const docs = await readFile(join(import.meta.dirname, '../LANGUAGE.md'), 'utf8');

test('LANGUAGE.md lists every function, supported or not, and no other', () => {
  const listed = (start: string, end: string): readonly string[] =>
    [...(docs.split(start)[1]?.split(end)[0] ?? '').matchAll(/`([^`]+)`/g)].flatMap(
      ([, names]) => names?.split(' ') ?? [],
    );
  const names = [...listed('\nAggregates: ', '\n'), ...listed('\nFunctions: ', '\n')];
  assert.deepEqual([...names].sort(), [...FUNCTIONS.values()].map(({ name }) => name).sort());
  const refused = listed('modes of `parse`, ', '\n').map((name) => name.toLowerCase());
  assert.deepEqual([...refused].sort(), [...UNSUPPORTED_FUNCTIONS].sort());
});

test('LANGUAGE.md explains every choice, and no other', () => {
  const listed = [...docs.matchAll(/^\| `([a-z-]+)` \| (?!.*\?)/gm)].map(([, name]) => name);
  const known = Object.keys(CHOICES);
  assert.deepEqual(listed.filter((name) => known.includes(name ?? '')).sort(), [...known].sort());
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = '{src,bench,lab,test,packages/*/{src,test},rehearsal,develop,deploy,rabbitmq}';

/** Names that something else than a source file of ours uses. */
const USED_FROM_OUTSIDE: Readonly<Record<string, string>> = {
  'src/functions/catalogue.ts TEXT_TO_BYTES': 'one of a row of constants that are alike',
  'src/adapters/dynamodb/environment-credentials.ts defaultProvider': "stands in for a module of AWS's SDK",
};

test('every value that a file exports is used in another one', async () => {
  const files = await Array.fromAsync(
    glob(`${FOLDERS}/**/*.{ts,mjs,cjs}`, { cwd: ROOT, exclude: ['test/house/exports.test.ts'] }),
  );
  assert.ok(files.length > 500, 'the sources are found');
  const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
  const users = new Map<string, number>();
  for (const text of texts.values()) {
    for (const word of new Set(text.match(/\w+/g))) users.set(word, (users.get(word) ?? 0) + 1);
  }
  const unused = [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm)]
      .filter(([, name = '']) => users.get(name) === 1)
      .map(([, name]) => `${file} ${name}`),
  );
  assert.deepEqual(
    unused.filter((one) => !one.includes('/handler.ts ')).sort(),
    Object.keys(USED_FROM_OUTSIDE).sort(),
  );
});

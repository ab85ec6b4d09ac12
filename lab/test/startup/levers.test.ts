import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stop } from 'esbuild';
import { parse } from 'yaml';
import type { Lever } from '../../startup/levers.ts';
import { LEVERS } from '../../startup/levers.ts';
import { buildVariant } from '../../startup/variants.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { outputFileExtension, exclude, ...written } = parse(
  readFileSync(join(ROOT, 'serverless.yml'), 'utf8'),
  {
    logLevel: 'error',
  },
).custom.esbuild;
const bundler = { ...written, conditions: ['module'] };
after(() => stop());

for (const [name, lever] of Object.entries<Lever>(LEVERS)) {
  test(`every variant of the lever ${name} can be bundled, and each differs from what is shipped`, async () => {
    const seen = new Set<string>();
    for (const variant of lever.variants) {
      const { contents, environment } = await buildVariant('one', lever.functionName, variant, bundler);
      seen.add(JSON.stringify([Buffer.from(contents).toString('latin1'), environment]));
    }
    assert.equal(seen.size, lever.variants.length);
  });
}

test('a change that finds nothing to change is named', async () => {
  const changes = [{ file: 'src/functions/shed.ts', from: /no such text/, to: '' }];
  const building = buildVariant('one', 'get-dog', { label: 'wrong', changes }, bundler);
  await assert.rejects(building, /src\/functions\/shed.ts has nothing that matches \/no such text\//);
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readEnvFile } from '../../src/cli/env-file.ts';
import { temporaryFolder } from '../fixture-package.ts';

test('a file of variables is lines, or JSON as SAM takes it', async (t) => {
  const path = join(await temporaryFolder(t), 'env');
  await writeFile(path, 'A=1\n# no\nB="two words"\n');
  assert.deepEqual(await readEnvFile(path), {
    environment: { A: '1', B: 'two words' },
    functionEnvironment: {},
  });
  await writeFile(path, '{ "Parameters": { "A": 1 }, "Orders": { "B": "2", "C": null } }');
  assert.deepEqual(await readEnvFile(path), {
    environment: { A: '1' },
    functionEnvironment: { Orders: { B: '2' } },
  });
  await writeFile(path, '{ "Orders": 1 }');
  await assert.rejects(
    readEnvFile(path),
    /^LocalLambdaError: --env-file: .*: Orders must be an object of variables, is 1$/,
  );
  await writeFile(path, '{');
  await assert.rejects(readEnvFile(path), /is not JSON/);
  await assert.rejects(readEnvFile(`${path}-none`), /--env-file: .* cannot be read/);
});

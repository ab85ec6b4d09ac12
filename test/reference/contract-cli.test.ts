import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { startFaultyDatabase } from './faulty-database.ts';
import { startHostedStack } from './hosted-stack.ts';

const database = await startFaultyDatabase();
after(() => database.close());
const hosted = await startHostedStack('ts', database);
after(() => hosted.close());

test('npm run contract finds that an API keeps the contract', async () => {
  const cli = join(import.meta.dirname, '../contracts/cli.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [cli, '--url', hosted.target.url], {
    timeout: 60_000,
  });
  assert.match(stdout, /^the contract holds; \d+ left out$/m);
  assert.match(stdout, /^ok {8}HEAD \/dog: 404, no body$/m);
});

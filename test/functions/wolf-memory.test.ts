import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { FULL_PAGE, startEndlessTable } from './endless-table.ts';

const CHILD_LIMIT_MS = 120_000;
/** Holds the pages that the wolf asks for, with room: it is enough from 9 MB on; a full page needs 16. */
const HEAP_MB = 12;

// Bundled as the function is: the memory of Node's own type stripping is not the wolf's.
const folder = await mkdtemp(join(tmpdir(), 'wolf-memory-'));
after(() => rm(folder, { recursive: true, force: true }));
const child = join(folder, 'wolf.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'wolf-child.ts')],
  outfile: child,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node24',
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});

/** Lets a wolf out into a heap of so many MB; gives what it says, rejects when it dies. */
async function wolf(
  heapMb: number,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const flags = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=1'];
  const env = { PATH: process.env['PATH'], ...variables };
  const limits = { env, timeout: CHILD_LIMIT_MS };
  return (await promisify(execFile)(process.execPath, [...flags, child, ...args], limits)).stdout;
}

test('600 000 sheep pass through a heap that they do not fit into', async () => {
  assert.equal(await wolf(HEAP_MB, ['generated', '600000']), 'eaten');
  await assert.rejects(wolf(HEAP_MB, ['hoarded', '600000']), { signal: 'SIGABRT' });
});

test('a table of many pages passes through a heap that cannot hold a full page of DynamoDB', async (t) => {
  const table = await startEndlessTable(4 * FULL_PAGE);
  t.after(() => table.close());
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  assert.equal(await wolf(HEAP_MB, ['table'], variables), 'eaten');
  await assert.rejects(wolf(HEAP_MB, ['table', String(FULL_PAGE)], variables), { signal: 'SIGABRT' });
});

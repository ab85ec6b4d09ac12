/** What is in the bundle of each function, as `serverless.yml` has it built. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build, stop } from 'esbuild';
import { parse } from 'yaml';
import { functionsOf } from '../../src/functions/catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const { alias, external, mainFields, target } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), {
  logLevel: 'error',
}).custom.esbuild;
after(() => stop());

/** Source files of the project and packages of npm of which anything is in the bundle. */
async function partsOf(functionName: string, condition: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`src/functions/${functionName}/handler.ts`],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    outdir: 'unwritten',
    write: false,
    metafile: true,
    conditions: ['module', condition],
    alias,
    mainFields,
    external,
    target,
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return new Set(used.map(([file]) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file));
}

for (const condition of ['default', 'thin']) {
  // Those of the portraits have no shed, and so are the same in both stacks.
  const others = condition === 'default' ? functionsOf('with portraits') : [];
  for (const { name, needs } of [...functionsOf('every stack', 'this stack'), ...others]) {
    test(`the bundle of ${name} (${condition}) holds what it needs, and of other functions nothing`, async () => {
      const parts = [...(await partsOf(name, condition))];
      const has = (pattern: RegExp) => parts.some((part) => pattern.test(part));
      assert.ok(has(/^src\/functions\/catalogue\.ts$/));
      assert.equal(
        has(/^src\/adapters\/dynamodb\/(?!environment-)/),
        needs.some((need) => need === 'shed' || need === 'finder' || need === 'flock'),
        'DynamoDB',
      );
      assert.equal(has(/^src\/adapters\/s3\//), needs.includes('portraits') || needs.includes('flock'), 'S3');
      assert.equal(has(/^csv-parse$/), needs.includes('flock'), 'CSV');
      assert.equal(has(/^src\/adapters\/sharp\//), needs.includes('maker'), 'sharp');
      assert.equal(has(/^sharp$/), false, 'sharp itself, which is beside the bundle');
      assert.equal(
        has(/^@(aws-sdk|smithy)\//),
        needs.length > 0 && (condition === 'default' || !needs.includes('shed')),
        'the SDK',
      );
      assert.equal(has(/^src\/domain\/(primes|wolf)\.ts$/), name === 'delete-wolf', 'the sieve');
      assert.equal(has(/^src\/domain\/ackermann\.ts$/), name === 'get-cat', 'the rewriting system');
      const runs = parts.filter((part) => part.endsWith('/run.ts'));
      assert.deepEqual(runs, [`src/functions/${name}/run.ts`]);
    });
  }
}

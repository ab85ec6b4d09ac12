/** `npm run test:rust`: the Rust stack as it is packaged, on local-lambda. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { httpContract } from '../contracts/http.ts';
import { packageOf, templateIn } from '../deploy/packages.ts';
import { errorLog } from './error-log.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { startHostedStack } from './hosted-stack.ts';
import { inProcessFetch } from './in-process.ts';
import { compareTwins } from './twins.ts';
import { typescriptShed, typescriptStack } from './typescript-stack.ts';

// All is started before the first test is registered: a root `after` runs as soon as no registered test is
// left, even while this file still waits for something.
const database = await startFaultyDatabase();
after(() => database.close());
const { target, invoke, close } = await startHostedStack('rust', database);
after(close);

httpContract(target);
for (const format of ['1.0', '2.0'] as const) {
  const { url: _url, ...direct } = target;
  httpContract({ ...direct, name: `rust, payload ${format}`, fetch: inProcessFetch(invoke, format) });
}

test('ts and rust: the same herd and the same requests, the same answers and the same table', {
  timeout: 120_000,
}, async () => {
  assert.ok(target.table);
  const typescript = typescriptStack(typescriptShed('twin-ts', database.endpoint), errorLog());
  await compareTwins([
    { name: 'ts', fetch: inProcessFetch(typescript, '2.0'), table: await database.createTable('twin-ts') },
    { name: 'rust', fetch: inProcessFetch(invoke, '2.0'), table: target.table },
  ]);
});

test("the template is Python's, but for names, runtime and handlers", async () => {
  const [rust, python] = await Promise.all(
    (['rust', 'python'] as const).map(async (stack) => {
      const text = JSON.stringify(await templateIn(await packageOf(stack)));
      const same = text
        .replaceAll(stack, 'STACK')
        .replaceAll(/"(Runtime|Handler|S3Key)":"[^"]*"/g, '"$1":""')
        // Names of deployments, which hold the time.
        .replaceAll(/\d{13}-\d{4}-[^/"]*Z/g, 'TIME');
      return JSON.parse(same) as unknown;
    }),
  );
  assert.deepEqual(rust, python);
});

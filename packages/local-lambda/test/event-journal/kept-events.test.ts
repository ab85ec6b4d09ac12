import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { redriveEvents } from '../../src/cli/instances.ts';
import { serve, temporaryFolder, writePackage } from '../fixture-package.ts';
import { acceptEvents, startPlatform } from './platform.ts';

const WORK = `import { appendFileSync, existsSync } from 'node:fs';
export const handler = async ({ n, fail }) => {
  if (fail && !existsSync(process.env.MENDED)) throw new RangeError('as asked');
  if (n % 3 === 0) await new Promise((done) => setTimeout(done, 20));
  appendFileSync(process.env.SEEN, n + '\\n');
};`;

test('every event that was answered 202 runs, or lies in the list, though the host was killed', async (t) => {
  const folder = await temporaryFolder(t);
  const [seen, mended, state] = [join(folder, 'seen'), join(folder, 'mended'), join(folder, 'state')];
  const resources = {
    NoRetry: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'WorkLambdaFunction' },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
      },
    },
  };
  const packageDir = await writePackage(join(folder, 'package'), { work: { source: WORK } }, resources);
  await mkdir(join(folder, 'logs'));
  await writeFile(seen, '');
  const environment = { SEEN: seen, MENDED: mended };
  const logsDir = join(folder, 'logs');
  const platform = await startPlatform(t, { packageDir, state, logsDir, environment });
  // Every tenth fails; the host dies while they come.
  const accepted = acceptEvents(platform.url, 'work', 60, (n) => (n % 10 === 0 ? { n, fail: true } : { n }));
  await accepted.some(40);
  platform.kill();
  const taken = await accepted.all();
  assert.ok(taken.length >= 40);

  const limits = { maxEnvironments: 2 };
  const host = await serve(t, join(folder, 'none'), { packageDir, state, logsDir, environment, ...limits });
  await host.settleEvents();
  const numbers = async () => new Set((await readFile(seen, 'utf8')).split('\n').filter(Boolean).map(Number));
  const list = async () => {
    const answer = await fetch(`${host.url}/_host/api/failed-events`);
    return ((await answer.json()) as { failedEvents: { requestId: string; errorMessage: string }[] })
      .failedEvents;
  };
  const ran = await numbers();
  const failed = new Map((await list()).map((one) => [one.requestId, one.errorMessage]));
  for (const { n, requestId } of taken) {
    assert.ok(n % 10 === 0 ? failed.get(requestId) === 'as asked' : ran.has(n), `${n} ${requestId}`);
  }

  // What failed is tried again once its cause is mended.
  await writeFile(mended, '');
  const lines: string[] = [];
  const to = { host: { endpoint: host.url, token: undefined }, functionName: 'work' };
  const redrive = (isList: boolean) =>
    redriveEvents({ kind: 'redrive', ...to, list: isList }, (line) => lines.push(line));
  assert.equal(await redrive(true), 0);
  assert.match(lines[0] ?? '', /^\d{4}-\S+Z {2}\S{36} {2}work {2}RetriesExhausted: RangeError as asked\n$/);
  assert.equal(await redrive(false), 0);
  assert.equal(lines.at(-1), `${failed.size} events are tried again\n`);
  await host.settleEvents();
  assert.deepEqual(await list(), []);
  const all = await numbers();
  for (const { n } of taken) assert.ok(all.has(n), `${n}`);
});

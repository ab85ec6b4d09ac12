import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve, temporaryFolder, writePackage } from '../fixture-package.ts';
import { type Accepted, acceptEvents, startPlatform } from './platform.ts';

const KILLS = Number(process.env['KILLS'] ?? 50);
/** Of all senders together, a second. */
const RATE = 200;
/** Between the first event and the kill, at least. */
const EVENTS_A_LIFE = 100;

const WORK = `import { appendFileSync } from 'node:fs';
export const handler = async ({ n }) => {
  if (n % 50 === 0) throw new RangeError('as asked');
  appendFileSync(process.env.SEEN, n + '\\n');
};`;

test(`a platform that is killed ${KILLS} times under ${RATE} events a second loses none`, async (t) => {
  const folder = await temporaryFolder(t);
  const [seen, state, logsDir] = [join(folder, 'seen'), join(folder, 'state'), join(folder, 'logs')];
  const packageDir = await writePackage(join(folder, 'package'), { work: { source: WORK } });
  await mkdir(logsDir);
  await writeFile(seen, '');
  const environment = { SEEN: seen };
  const taken: Accepted[] = [];
  let sentMs = 0;
  for (let life = 0; life < KILLS; life += 1) {
    const platform = await startPlatform(t, { packageDir, state, logsDir, environment });
    const startedMs = performance.now();
    const accepted = acceptEvents(platform.url, 'work', 10_000, (n) => ({ n }), life * 10_000 + 1, RATE);
    await accepted.some(EVENTS_A_LIFE + ((life * 37) % 100));
    sentMs += performance.now() - startedMs;
    platform.kill();
    taken.push(...(await accepted.all()));
  }
  const host = await serve(t, join(folder, 'none'), { packageDir, state, logsDir, environment });
  await host.settleEvents();
  const ran = (await readFile(seen, 'utf8')).split('\n').filter(Boolean).map(Number);
  const once = new Set(ran);
  const answer = await fetch(`${host.url}/_host/api/failed-events`);
  const { failedEvents } = (await answer.json()) as { failedEvents: { requestId: string }[] };
  const failed = new Set(failedEvents.map(({ requestId }) => requestId));
  const lost = taken.filter(({ n, requestId }) => !once.has(n) && !failed.has(requestId));
  const rate = (taken.length / sentMs) * 1_000;
  t.diagnostic(
    `${taken.length} events answered 202 at ${rate.toFixed(0)}/s, ${once.size} ran, ${ran.length - once.size} of them more than once, ${failed.size} in the list, ${lost.length} lost; ${host.notices.length} notices`,
  );
  assert.deepEqual(lost, []);
  assert.deepEqual(host.notices, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLogStore } from '../../src/logs/log-store.ts';
import { lastLines } from '../../src/logs-api/last-lines.ts';
import { temporaryFolder } from '../fixture-package.ts';

test('the last lines of several streams come in the order of time, cut and counted', async (t) => {
  const root = await temporaryFolder(t);
  const store = openLogStore(root, () => assert.fail());
  const a = store.openStream('/aws/lambda/a', '2026/11/21/[$LATEST]1');
  const b = store.openStream('b', '2026/11/21/[$LATEST]2');
  for (let i = 0; i < 10; i += 1) (i % 2 === 0 ? a : b).write(1_000 * i, `${i}${'x'.repeat(3_000)}`);
  store.close();
  const last = (groups: readonly string[], limit: number) =>
    lastLines(root, groups, limit).map(({ timeMs, group }) => `${timeMs / 1_000} ${group}`);
  assert.deepEqual(last(['/aws/lambda/a', 'b'], 3), ['7 b', '8 /aws/lambda/a', '9 b']);
  assert.deepEqual(last(['b'], 2), ['7 b', '9 b']);
  assert.deepEqual(last(['/aws/lambda/none', '../..'], 2), []);
  assert.equal(last(['/aws/lambda/a', 'b'], 300).length, 10);
  assert.equal(lastLines(root, ['b'], 1)[0]?.message.length, 2_000);
});

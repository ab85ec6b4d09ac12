import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparedWith, renderEnforced } from '../../prediction/enforced.ts';

test('calls under a quota are compared with what the model gives the same calls, and the median judges', () => {
  const call = (durationMs: number) => ({
    cpuMs: 50,
    durationMs,
    speedMs: 1,
    connections: 0,
    pieces: [
      { kind: 'cpu', ms: 45 },
      { kind: 'service', ms: 30 },
      { kind: 'cpu', ms: 5 },
    ] as const,
  });
  const row = comparedWith([call(700), call(720), call(710)], 128);
  assert.deepEqual([row.cpuMs, row.enforcedMs], [50, 710]);
  // 50 ms of CPU take 50 · 1769 / 128 = 691 ms, of which the first quota and the wait are for nothing.
  assert.ok(row.predictedMs > 640 && row.predictedMs < 730, `${row.predictedMs}`);
  assert.equal(row.ratio, row.predictedMs / 710);
  const rows = [1, 1.1, 2].map((ratio) => ({
    stack: 'ts',
    function: 'get-cat',
    memoryMb: 128,
    ...row,
    ratio,
  }));
  assert.match(renderEnforced(rows), /factor of 1\.10 at the median, .* 2 of 3 within 20 %\. .*: met\./);
  assert.match(renderEnforced(rows.slice(2)), /\*\*missed\*\*/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backOffMs } from '../../../src/hosts/back-off.ts';
import { createBatcher } from '../../../src/hosts/poller/batcher.ts';
import { dueForExtension, handBackSeconds, LOOK_PART } from '../../../src/hosts/poller/visibility.ts';

test('back-off doubles up to 20 s, and half of it is chance', () => {
  assert.deepEqual(
    [1, 2, 3, 7, 8, 1_000].map((failures) => backOffMs(failures, () => 0)),
    [125, 250, 500, 8_000, 10_000, 10_000],
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (n, r) => {
        const ms = backOffMs(n, () => r);
        assert.ok(ms >= 125 && ms < 20_000);
        const next = backOffMs(n + 1, () => r);
        assert.ok(
          next ===
            Math.min(
              2 * ms,
              backOffMs(5_000, () => r),
            ),
          'twice, up to the longest',
        );
        const least = backOffMs(n, () => 0);
        assert.ok(ms >= least && ms < 2 * least, 'half of it is chance');
      },
    ),
  );
});

test('a message that is looked at every quarter is extended before a quarter of its time is left', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 43_200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      (seconds, phase, calls) => {
        const visibilityMs = seconds * 1000;
        const stepMs = visibilityMs * LOOK_PART;
        const message = { hiddenAt: 0 };
        for (let look = 1; look <= calls * 4; look += 1) {
          const now = (look - phase) * stepMs;
          assert.ok(now - message.hiddenAt < visibilityMs * 0.75 + 1e-6, 'never later');
          const due = dueForExtension([message], now, visibilityMs);
          if (due.length > 0) message.hiddenAt = now;
        }
      },
    ),
  );
  const fresh = { hiddenAt: 600 };
  assert.deepEqual(dueForExtension([{ hiddenAt: 0 }, fresh], 1_000, 2_000), [{ hiddenAt: 0 }]);
});

test('a failure is handed back at once, then later and later, never later than by itself', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 20].map((count) => handBackSeconds(count, 30)),
    [0, 1, 2, 4, 8, 30],
  );
  assert.equal(handBackSeconds(1_000_000, 43_200), 60);
});

test('a batch goes when it is full, or when it is flushed; nothing is lost while others are sent', async () => {
  const sent: (readonly number[])[] = [];
  const release: (() => void)[] = [];
  const batcher = createBatcher<number>({
    size: 3,
    lingerMs: 60_000,
    send: (items) => {
      sent.push(items);
      return new Promise((resolve) => release.push(resolve));
    },
  });
  for (const item of [1, 2, 3, 4]) batcher.add(item);
  assert.deepEqual(sent, [[1, 2, 3]]);
  const flushed = batcher.flush();
  assert.deepEqual([sent, batcher.pending()], [[[1, 2, 3], [4]], 4]);
  for (const resolve of release) resolve();
  await flushed;
  assert.equal(batcher.pending(), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pace } from '../../../bench/load/pacing.ts';
import { virtualClock } from '../virtual-clock.ts';

test('calls for each time once, in order, never too early, and with the time that was planned', async () => {
  const times = [0, 0.3, 0.3, 2, 2.7, 5, 40, 41];
  const startedAt = performance.now() + 5;
  const planned: number[] = [];
  const early: number[] = [];
  await pace(
    startedAt,
    times,
    (at) => {
      planned.push(at);
      if (performance.now() < at) early.push(at);
    },
    () => false,
  );
  assert.deepEqual(
    planned,
    times.map((time) => startedAt + time),
  );
  assert.deepEqual(early, []);
});

test('what is overdue is called at once, yet other work gets its turns', async () => {
  let turns = 0;
  const count = () => {
    turns++;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  let calls = 0;
  const due = () => {
    calls++;
    // Fifty calls take 10 ms.
    const until = performance.now() + 0.2;
    while (performance.now() < until);
  };
  await pace(performance.now() - 1000, Array(50).fill(0), due, () => false);
  clearImmediate(turning);
  assert.equal(calls, 50);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('what is due is sent before a nap, in which nothing can be', async () => {
  const clock = virtualClock();
  const order: string[] = [];
  const napping = {
    ...clock,
    nap: (milliseconds: number) => {
      order.push('nap');
      return clock.nap(milliseconds);
    },
  };
  // A request is sent some promises after it is due.
  const due = async (at: number) => {
    for (let step = 0; step < 20; step++) await undefined;
    order.push(`sent at ${at}`);
  };
  await clock.run(
    pace(
      0,
      [0, 0.5, 1],
      (at) => void due(at),
      () => false,
      napping,
    ),
  );
  assert.deepEqual(order.slice(0, 4), ['sent at 0', 'nap', 'sent at 0.5', 'nap']);
});

test('ends early when it is over, also in the middle of a long wait', async () => {
  let isOver = false;
  let calls = 0;
  setTimeout(() => {
    isOver = true;
  }, 20);
  await pace(
    performance.now(),
    [0, 3_600_000],
    () => calls++,
    () => isOver,
  );
  assert.equal(calls, 1);
});

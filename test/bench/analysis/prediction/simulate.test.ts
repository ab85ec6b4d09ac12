import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bandwidthOf } from '../../../../bench/analysis/prediction/bandwidth.ts';
import { meanStrictDuration, strictDuration } from '../../../../bench/analysis/prediction/closed-form.ts';
import { throttledCpu } from '../../../../bench/analysis/prediction/simulate.ts';

const memory = fc.integer({ min: 128, max: 10_240 });
const cpu = fc.double({ min: 0.01, max: 300, noNaN: true });
const phase = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const strict = (memoryMb: number) => ({ ...bandwidthOf(memoryMb), tickMs: 0, sliceMs: Number.MAX_VALUE });

test('without ticks and slices the simulation takes as long as the closed form says', () => {
  fc.assert(
    fc.property(memory, cpu, phase, (memoryMb, cpuMs, at) => {
      const bandwidth = strict(memoryMb);
      const until = at * bandwidth.periodMs;
      const simulated = throttledCpu(bandwidth, until).run([{ kind: 'cpu', ms: cpuMs }]);
      const expected = strictDuration(cpuMs, bandwidth, until);
      assert.ok(Math.abs(simulated - expected) < 1e-5, `${simulated} instead of ${expected}`);
    }),
  );
});

test('the closed mean is the mean over the phases', () => {
  fc.assert(
    fc.property(memory, cpu, (memoryMb, cpuMs) => {
      const bandwidth = strict(memoryMb);
      let sum = 0;
      for (let k = 0; k < 400; k++)
        sum += strictDuration(cpuMs, bandwidth, ((k + 0.5) / 400) * bandwidth.periodMs);
      assert.ok(Math.abs(sum / 400 - meanStrictDuration(cpuMs, bandwidth)) < 1e-2);
    }),
  );
});

test('ticks let a call overdraw by a tick at most, and what the first period does not take is lost', () => {
  fc.assert(
    fc.property(memory, cpu, phase, phase, (memoryMb, cpuMs, at, tickAt) => {
      const bandwidth = bandwidthOf(memoryMb);
      const until = at * bandwidth.periodMs;
      const simulated = throttledCpu(bandwidth, until, tickAt * bandwidth.tickMs).run([
        { kind: 'cpu', ms: cpuMs },
      ]);
      const overdrawn = Math.max(0, cpuMs - bandwidth.tickMs);
      assert.ok(simulated >= Math.max(cpuMs, strictDuration(overdrawn, bandwidth, until)) - 1e-5);
      const lost = strictDuration(cpuMs + bandwidth.quotaMs, bandwidth, until);
      assert.ok(simulated <= lost + 1e-5, `${simulated} above ${lost}`);
    }),
  );
});

test('in the long run a call gets its share, and waiting costs none of it', () => {
  const cpuMs = 60_000;
  const took = throttledCpu(bandwidthOf(128), 7, 3).run([{ kind: 'cpu', ms: cpuMs }]);
  assert.ok(Math.abs(took / (cpuMs * (1769 / 128)) - 1) < 0.01, `${took}`);
  const light = throttledCpu(bandwidthOf(128), 7, 3);
  assert.equal(light.run([{ kind: 'wait', ms: 5_000 }]), 5_000);
});

test('what one call overdraws the next one waits for', () => {
  const environment = throttledCpu(bandwidthOf(128), 10, 4);
  const call = [{ kind: 'cpu', ms: 3.5 }] as const;
  assert.equal(environment.run(call), 3.5);
  environment.rest(10, 4);
  // It owes 0.6 ms with a new quota, so waits for the next one, runs from 10 to the tick at 12, and pauses to 30.
  assert.equal(environment.run(call), 31.5);
});

test('a spinning function at 128 MB gets a tick or two, then pauses for whole periods', () => {
  const took = Array.from({ length: 500 }, (_, k) =>
    throttledCpu(bandwidthOf(128), 5, 2).run([{ kind: 'cpu', ms: 0.2 * (k + 1) }]),
  );
  const [, ...pauses] = took.map((ms, k) => ms - (took[k - 1] ?? 0) - 0.2).filter((ms) => ms > 1e-6);
  for (const pause of pauses) assert.ok(pause > 8 && pause < 80, `${pause}`);
  const burst = (500 * 0.2) / pauses.length;
  assert.ok(burst > 2 && burst < 6, `${burst} ms at a time`);
});

test('hours of long calls come to an end: each rest begins at zero', () => {
  const environment = throttledCpu(bandwidthOf(128));
  const longest = 60_000;
  let took = 0;
  for (let k = 0; k < 40; k++) {
    environment.rest((k * 7) % 20, (k * 3) % 4);
    took += environment.run([{ kind: 'cpu', ms: longest }]);
  }
  assert.ok(Math.abs(took / (40 * longest * (1769 / 128)) - 1) < 0.01, `${took}`);
});

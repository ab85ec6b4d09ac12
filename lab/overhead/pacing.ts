import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { arrivalTimes } from '../../bench/load/arrivals.ts';
import { pace } from '../../bench/load/pacing.ts';
import { histogram } from '../../bench/statistics/histogram.ts';
import { histogramQuantile } from '../../bench/statistics/quantile.ts';

/** How late planned times are met, in microseconds, and the CPU time that meeting one takes. */
export interface Lateness {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly cpuMicros: number;
}

/** Ways of meeting planned times: that of the open model, and two yardsticks. */
export const PACERS: Readonly<Record<string, typeof pace>> = {
  'timer and naps, as built': pace,
  'timer alone': async (startedAt, times, due) => {
    for (const time of times) {
      const at = startedAt + time;
      for (let left = at - performance.now(); left > 0; left = at - performance.now()) await sleep(left);
      due(at);
    }
  },
  'timer, then turning': async (startedAt, times, due) => {
    for (const time of times) {
      const at = startedAt + time;
      for (let left = at - performance.now(); left > 0; left = at - performance.now()) {
        await (left >= 2.1 ? sleep(Math.floor(left - 1.1)) : nextTurn());
      }
      due(at);
    }
  },
};

/** Paces at a rate for some seconds, with Poisson arrivals; lateness counts until a microtask after the call, when a request is sent. */
export async function measureLateness(pacer: typeof pace, rate: number, seconds: number): Promise<Lateness> {
  const late = histogram();
  const before = process.cpuUsage();
  const plan = { rate, seconds, arrivals: 'poisson', seed: 1, calls: undefined } as const;
  await pacer(
    performance.now(),
    arrivalTimes(plan),
    (plannedAt) => {
      queueMicrotask(() => late.record((performance.now() - plannedAt) * 1000));
    },
    () => false,
  );
  const { user, system } = process.cpuUsage(before);
  const all = late.toData();
  const [p50 = 0, p90 = 0, p99 = 0] = [0.5, 0.9, 0.99].map((fraction) => histogramQuantile(all, fraction));
  return { p50, p90, p99, cpuMicros: (user + system) / all.count };
}

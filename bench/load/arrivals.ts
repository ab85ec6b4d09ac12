import { splitmix32 } from '../world/random.ts';

/** How requests of the open model come: at even distances, or at random as from many independent callers. */
export type Arrivals = 'even' | 'poisson';

/** When requests are due. */
export interface ArrivalPlan {
  /** Requests a second, above 0. */
  readonly rate: number;
  readonly arrivals: Arrivals;
  /** Decides the random times; the same seed gives the same ones. */
  readonly seed: number;
  /** How many requests; when absent, as many as fall into `seconds`. */
  readonly calls: number | undefined;
  readonly seconds: number;
}

/**
 * The planned times, in milliseconds from the start, ascending. Even ones lie `1000 / rate` apart, the first at
 * 0. Poisson ones have exponentially distributed gaps of that mean, by inversion: `−ln(1 − u) · 1000 / rate`.
 */
export function* arrivalTimes({ rate, arrivals, seed, calls, seconds }: ArrivalPlan): Generator<number> {
  const random = splitmix32(seed);
  const most = calls ?? Infinity;
  const end = calls === undefined ? seconds * 1000 : Infinity;
  let sum = 0;
  for (let i = 0; i < most; i++) {
    sum += -Math.log(1 - random() / 2 ** 32);
    const at = ((arrivals === 'even' ? i : sum) * 1000) / rate;
    if (at >= end) return;
    yield at;
  }
}

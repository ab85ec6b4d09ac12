import {
  type ColumnBudget,
  createDistinctCounter,
  createQuantiles,
  type DistinctCounter,
  type Quantiles,
} from './sketch.ts';
import { compare, compareNaturally, detach, toNumber, type Value } from './value.ts';

/** What the aggregates over one argument ask of it, as bits, so that unused work is skipped. */
export const FEATURES = {
  moments: 1,
  deviation: 2,
  extremes: 4,
  quantiles: 8,
  distinct: 16,
  time: 32,
  naturalOrder: 64,
} as const;

/** Number of values up to which `count_distinct` is exact within one group. */
const EXACT_DISTINCT = 10_000;

/** Running state of all aggregates over one argument in one group; one shape for all, which keeps the loop fast. */
export interface Accumulator {
  /** Present values, of any type. */
  present: number;
  /** Values that read as numbers. */
  numbers: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** Welford's running mean and sum of squared distances from it. */
  mean: number;
  squares: number;
  leastText: Value;
  greatestText: Value;
  quantiles: Quantiles | undefined;
  distinct: DistinctCounter | undefined;
  earliestTime: number;
  earliest: Value;
  latestTime: number;
  latest: Value;
  first: Value;
  last: Value;
}

/** Makes the empty state for the features that are asked for. */
export function createAccumulator(features: number, budget: ColumnBudget): Accumulator {
  return {
    present: 0,
    numbers: 0,
    sum: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    mean: 0,
    squares: 0,
    leastText: null,
    greatestText: null,
    quantiles: (features & FEATURES.quantiles) === 0 ? undefined : createQuantiles(budget),
    distinct: (features & FEATURES.distinct) === 0 ? undefined : createDistinctCounter(EXACT_DISTINCT),
    earliestTime: Number.POSITIVE_INFINITY,
    earliest: null,
    latestTime: Number.NEGATIVE_INFINITY,
    latest: null,
    first: null,
    last: null,
  };
}

/** Adds a present value; `time` is its timestamp in milliseconds, for `earliest` and `latest`. */
export function accumulate(state: Accumulator, value: Value, features: number, time: number): void {
  state.present++;
  if (features >= FEATURES.distinct) accumulateOther(state, value, features, time);
  const number = typeof value === 'number' ? value : toNumber(value);
  if (!Number.isNaN(number)) accumulateNumber(state, number, features);
  else if ((features & FEATURES.extremes) !== 0) accumulateText(state, value);
}

function accumulateNumber(state: Accumulator, number: number, features: number): void {
  state.numbers++;
  state.sum += number;
  if (number < state.minimum) state.minimum = number;
  if (number > state.maximum) state.maximum = number;
  if ((features & FEATURES.deviation) !== 0) {
    const distance = number - state.mean;
    state.mean += distance / state.numbers;
    state.squares += distance * (number - state.mean);
  }
  if ((features & FEATURES.quantiles) !== 0) state.quantiles?.add(number);
}

function accumulateText(state: Accumulator, value: Value): void {
  if (state.leastText === null || compare(value, state.leastText) < 0) state.leastText = detach(value);
  if (state.greatestText === null || compare(value, state.greatestText) > 0)
    state.greatestText = detach(value);
}

function accumulateOther(state: Accumulator, value: Value, features: number, time: number): void {
  if (state.distinct !== undefined && value !== null && typeof value !== 'object') state.distinct.add(value);
  if ((features & FEATURES.time) !== 0) accumulateTime(state, value, time);
  if ((features & FEATURES.naturalOrder) === 0) return;
  if (state.first === null || compareNaturally(value, state.first) < 0) state.first = detach(value);
  if (state.last === null || compareNaturally(value, state.last) > 0) state.last = detach(value);
}

function accumulateTime(state: Accumulator, value: Value, time: number): void {
  if (state.earliest === null || time < state.earliestTime) {
    state.earliestTime = time;
    state.earliest = detach(value);
  }
  if (state.latest === null || time >= state.latestTime) {
    state.latestTime = time;
    state.latest = detach(value);
  }
}

/** Reads the result of one aggregate from the state; null when there were no values to tell it from. */
export function resultOf(aggregate: string, state: Accumulator, percent: number): Value {
  const { numbers } = state;
  switch (aggregate) {
    case 'count':
      return state.present;
    case 'count_distinct':
      return state.distinct?.count() ?? 0;
    case 'sum':
      return numbers === 0 ? null : state.sum;
    case 'avg':
      return numbers === 0 ? null : state.sum / numbers;
    case 'min':
      return numbers === 0 ? state.leastText : state.minimum;
    case 'max':
      return numbers === 0 ? state.greatestText : state.maximum;
    case 'pct':
      return state.quantiles?.at(percent) ?? null;
    case 'stddev':
      return numbers < 2 ? null : Math.sqrt(Math.max(0, state.squares) / (numbers - 1));
    case 'earliest':
      return state.earliest;
    case 'latest':
      return state.latest;
    case 'sortsFirst':
      return state.first;
    default:
      return state.last;
  }
}

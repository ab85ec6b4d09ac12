import type { EventBus } from '../events/event-bus.ts';

/** How often a value was at most each of some bounds. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** Values in each bucket and in none before it. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** What one function did since the host started. */
export interface Tally {
  invocations: number;
  errors: number;
  throttles: number;
  /** Milliseconds billed. */
  billedMs: number;
  /** CPU time in ms, where it can be measured. */
  cpuMs: number;
  asyncReceived: number;
  asyncDropped: number;
  /** In seconds. */
  readonly duration: Histogram;
  readonly init: Histogram;
  /** Time from the acceptance of an event to each try, in seconds. */
  readonly asyncAge: Histogram;
}

/** The tallies of a host by function. */
export interface Tallies {
  /** Undefined: it is counted with others. */
  of(functionName: string): Readonly<Tally> | undefined;
  all(): ReadonlyMap<string, Readonly<Tally>>;
  /** The name under which a function is counted. */
  labelOf(functionName: string): string;
}

/** Functions that have a tally of their own; what more there are share one, so that their number bounds no memory. */
export const MAX_TALLIES = 300;
/** Under which the others are counted. */
const OTHER_FUNCTIONS = '(other)';

/** From a millisecond to a quarter of an hour, in seconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const INITS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const AGES = [0.01, 0.1, 1, 10, 60, 300, 900, 3_600, 21_600];

/** Counts what happens on a host, function by function. */
export function keepTallies(events: EventBus): Tallies {
  const tallies = new Map<string, Tally>();
  const labelOf = (functionName: string): string =>
    tallies.has(functionName) || tallies.size - Number(tallies.has(OTHER_FUNCTIONS)) < MAX_TALLIES
      ? functionName
      : OTHER_FUNCTIONS;
  const tallyOf = (functionName: string): Tally => {
    const name = labelOf(functionName);
    const known = tallies.get(name);
    if (known !== undefined) return known;
    const tally = newTally();
    tallies.set(name, tally);
    return tally;
  };
  events.on(['invocation-ended'], ({ functionName, outcome, durationMs, initMs, billedMs, cpuMs = 0 }) => {
    const tally = tallyOf(functionName);
    tally.invocations += 1;
    if (outcome !== 'success') tally.errors += 1;
    tally.billedMs += billedMs;
    tally.cpuMs += cpuMs;
    count(tally.duration, durationMs / 1_000);
    if (initMs !== undefined) count(tally.init, initMs / 1_000);
  });
  events.on(['invocation-throttled'], ({ functionName }) => {
    tallyOf(functionName).throttles += 1;
  });
  events.on(['async-queued'], ({ functionName }) => {
    tallyOf(functionName).asyncReceived += 1;
  });
  events.on(['async-tried'], ({ functionName, timeMs, queuedMs }) => {
    count(tallyOf(functionName).asyncAge, Math.max(0, timeMs - queuedMs) / 1_000);
  });
  // What is made and removed again and again leaves room for others.
  events.on(['function-removed'], ({ functionName }) => tallies.delete(functionName));
  events.on(['async-ended'], ({ functionName, condition }) => {
    if (condition !== 'Success') tallyOf(functionName).asyncDropped += 1;
  });
  const none = newTally();
  return {
    of: (name) => tallies.get(name) ?? (labelOf(name) === name ? none : undefined),
    all: () => tallies,
    labelOf,
  };
}

function newTally(): Tally {
  return {
    invocations: 0,
    errors: 0,
    throttles: 0,
    billedMs: 0,
    cpuMs: 0,
    asyncReceived: 0,
    asyncDropped: 0,
    duration: newHistogram(DURATIONS),
    init: newHistogram(INITS),
    asyncAge: newHistogram(AGES),
  };
}

function newHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: bounds.map(() => 0), count: 0, sum: 0 };
}

function count(histogram: Histogram, value: number): void {
  histogram.count += 1;
  histogram.sum += value;
  const { bounds, counts } = histogram;
  // Each invocation is counted: a loop costs less than a function for each bound.
  let bucket = 0;
  while (value > (bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
  if (bucket < bounds.length) counts[bucket] = (counts[bucket] ?? 0) + 1;
}

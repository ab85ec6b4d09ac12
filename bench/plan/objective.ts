import type { HistogramData } from '../statistics/histogram.ts';
import { histogramQuantile, valuesNeeded } from '../statistics/quantile.ts';

const FRACTIONS = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999, max: 1 } as const;
const MICROS = { us: 1, ms: 1000, s: 1_000_000 } as const;

/** What an objective may look like, in words. */
export const OBJECTIVE_ALLOWED = `a quantile (${Object.keys(FRACTIONS).join(', ')}), < or <=, a positive number and a unit (${Object.keys(MICROS).join(', ')}), such as p99<250ms`;

/** A limit that latencies are to keep, such as `p99<250ms`. */
export interface Objective {
  /** As it was given, without blanks. */
  readonly text: string;
  readonly quantile: keyof typeof FRACTIONS;
  /** Microseconds. */
  readonly limit: number;
  /** The fewest calls of which its quantile is more than their maximum. */
  readonly callsNeeded: number;
  /** Whether the latencies keep the limit; none at all do not. */
  isMetBy(latency: HistogramData): boolean;
}

/** Reads an objective; `undefined` when it is none that {@link OBJECTIVE_ALLOWED} describes. */
export function readObjective(given: string): Objective | undefined {
  const text = given.replaceAll(' ', '');
  const [, name, sign, number, unit] =
    /^([a-z0-9.]+?)(<=?)([0-9]{1,9}(?:\.[0-9]{1,6})?)(us|ms|s)$/.exec(text) ?? [];
  if (!isOneOf(FRACTIONS, name) || !isOneOf(MICROS, unit) || !(Number(number) > 0)) return undefined;
  const limit = Number(number) * MICROS[unit];
  return {
    text,
    quantile: name,
    limit,
    callsNeeded: valuesNeeded(FRACTIONS[name]),
    isMetBy(latency) {
      const reached = histogramQuantile(latency, FRACTIONS[name]);
      return reached !== undefined && (sign === '<' ? reached < limit : reached <= limit);
    },
  };
}

/** Reads an objective. @throws RangeError that says what is allowed. */
export function parseObjective(text: string): Objective {
  const objective = readObjective(text);
  if (objective === undefined) {
    throw new RangeError(`an objective must be ${OBJECTIVE_ALLOWED}; got "${text}"`);
  }
  return objective;
}

function isOneOf<Names extends object>(names: Names, name: PropertyKey | undefined): name is keyof Names {
  return name !== undefined && Object.hasOwn(names, name);
}

/**
 * Seconds of a step: as many as planned, or as its objective needs for its quantile to be more than the maximum. Four
 * standard deviations of a Poisson count are added, so that chance does not leave too few.
 */
export function stepSeconds(
  rate: number,
  { callsNeeded }: Pick<Objective, 'callsNeeded'>,
  seconds: number,
): number {
  return Math.max(seconds, (callsNeeded + 4 * Math.sqrt(callsNeeded)) / rate);
}

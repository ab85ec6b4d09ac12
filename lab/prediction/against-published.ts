import {
  builtInFactors,
  CONSTANTS,
  type Language,
  type Spread,
} from '../../bench/analysis/prediction/constants.ts';
import { type CallWork, type FunctionWork, predict } from '../../bench/analysis/prediction/predict.ts';
import type { MeasuredCall } from './calls.ts';
import { FUNCTIONS, type MeasuredFunction } from './functions.ts';
import type { PublishedRow, PublishedTable } from './published.ts';

/** The typical calls of a function, as they were measured here. */
export interface TypicalCalls {
  readonly warm: MeasuredCall;
  readonly first: MeasuredCall;
  /** Warm, on a herd of whose primes half are eaten. */
  readonly half?: MeasuredCall;
}

/** The typical calls of each function, by its name. */
export type Measured = Readonly<Record<string, TypicalCalls>>;

/** A factor of the processor, and the one published figure that it was fitted on. */
export interface Fit {
  readonly factor: number;
  readonly on: PublishedRow;
}

/** A published figure beside what the model makes of the function. */
export interface ComparedRow {
  readonly row: PublishedRow;
  readonly predicted: Spread;
  /** Predicted over published. */
  readonly ratio: number;
  /** Whether the factor or a constant of the model was fitted on this row, which then proves nothing. */
  readonly isFitted: boolean;
}

/** The row that `first-sdk-call-cpu-rust` was fitted on. */
export const CONSTANT_FITTED_ON = { function: 'rust-sheep', kind: 'first', memoryMb: 128 } as const;

const LANGUAGES: Readonly<Record<MeasuredFunction['language'], Language>> = {
  rust: 'rust',
  python: 'python',
  node: 'javascript',
};

/** What the model is given of a function: TLS is in the CPU time that was measured, so that only its waits are added. */
export function workOf(name: string, { warm, first, half }: TypicalCalls): FunctionWork {
  const { language, requests, warmRequests = requests, foundPrimes = 0 } = functionOf(name);
  const mixed = half === undefined ? warm : mixOf(warm, half, foundPrimes);
  const call = ({ cpuMs, connections }: MeasuredCall, asked = requests): CallWork => ({
    cpuMs,
    requests: asked,
    connects: false,
    waitMs: connections * CONSTANTS['connection-wait'].typical,
  });
  return {
    language: LANGUAGES[language],
    warm: call(mixed, warmRequests),
    first: { ...call(first), isFirstSdkUse: first.connections > 0 },
    init: { cpuMs: first.initCpuMs ?? 0, requests: [], connects: false },
  };
}

/** The mean of two sorts of calls. @param share of the other one. */
function mixOf(one: MeasuredCall, other: MeasuredCall, share: number): MeasuredCall {
  const mean = (a: number, b: number) => a + share * (b - a);
  const connections = mean(one.connections, other.connections);
  return { ...one, cpuMs: mean(one.cpuMs, other.cpuMs), connections };
}

/**
 * Fits the factor of the processor on one published figure.
 * @throws RangeError where no factor from a twentieth to twenty gives it.
 */
export function fitOn(
  on: PublishedRow,
  { withInit }: Pick<PublishedTable, 'withInit'>,
  measured: Measured,
): Fit {
  const work = workOf(on.function, typicalOf(on.function, measured));
  const meanAt = (factor: number) => meanOf(on, withInit, work, exactly(factor)).typical;
  let [low, high] = [1 / MOST, MOST];
  let [atLow, atHigh] = [meanAt(low), meanAt(high)];
  if (!(atLow < on.meanMs && atHigh > on.meanMs))
    throw new RangeError(`no factor gives ${on.meanMs} ms for ${on.function}`);
  // Duration is nearly proportional to the factor, so that a straight line between the bounds finds it in a few steps.
  for (let i = 0; i < STEPS; i++) {
    const factor = low + ((high - low) * (on.meanMs - atLow)) / (atHigh - atLow);
    const mean = meanAt(factor);
    if (Math.abs(mean / on.meanMs - 1) < NEAR_ENOUGH) return { factor, on };
    if (mean < on.meanMs) [low, atLow] = [factor, mean];
    else [high, atHigh] = [factor, mean];
  }
  return { factor: (low + high) / 2, on };
}

/** Holds published figures against the model. @param fit is kept for all of them. */
export function compareRows(
  rows: readonly PublishedRow[],
  { withInit }: Pick<PublishedTable, 'withInit'>,
  measured: Measured,
  fit: Fit,
): ComparedRow[] {
  return rows.map((row) => {
    const work = workOf(row.function, typicalOf(row.function, measured));
    const builtIn = builtInFactors(work.language, 'arm64').cpu;
    const scaled = (bound: keyof Spread) => (fit.factor * builtIn[bound]) / builtIn.typical;
    const cpu = { low: scaled('low'), typical: fit.factor, high: scaled('high') };
    const predicted = meanOf(row, withInit, work, cpu);
    return {
      row,
      predicted,
      ratio: predicted.typical / row.meanMs,
      isFitted: row === fit.on || isOfConstant(row),
    };
  });
}

function isOfConstant({ function: name, kind, memoryMb }: PublishedRow): boolean {
  const on = CONSTANT_FITTED_ON;
  return name === on.function && kind === on.kind && memoryMb === on.memoryMb;
}

/** How far off a ratio is, whichever way: at least 1. */
export function offBy(ratio: number): number {
  return Math.max(ratio, 1 / ratio);
}

const MOST = 20;
const STEPS = 20;
const NEAR_ENOUGH = 0.001;

function exactly(factor: number): Spread {
  return { low: factor, typical: factor, high: factor };
}

function meanOf(
  { kind, memoryMb }: PublishedRow,
  withInit: boolean,
  work: FunctionWork,
  cpu: Spread,
): Spread {
  // Without init a first call is like any other, with another amount of work.
  const isLikeWarm = kind === 'first' && !withInit;
  const asked = isLikeWarm && work.first !== undefined ? { ...work, warm: work.first } : work;
  const { warm, first } = predict(asked, memoryMb, { cpu });
  const durations = kind === 'first' && withInit ? first : warm;
  if (durations === undefined) throw new RangeError('first calls were not measured');
  return durations.mean;
}

function functionOf(name: string): MeasuredFunction {
  const found = FUNCTIONS.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no function ${name}`);
  return found;
}

function typicalOf(name: string, measured: Measured): TypicalCalls {
  const found = measured[name];
  if (found === undefined) throw new RangeError(`${name} was not measured`);
  return found;
}

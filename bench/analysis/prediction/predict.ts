import { quantileOf } from '../../statistics/quantile.ts';
import { bandwidthOf } from './bandwidth.ts';
import { CONSTANTS, type Factors, INIT_LIMIT_MS, type Language, type Spread } from './constants.ts';
import { type Piece, throttledCpu } from './simulate.ts';

/** A request to DynamoDB: one item, or one page of a scan. */
export type BackendRequest = 'item' | 'page';

/** What one call of a function takes. */
export interface CallWork {
  /** CPU milliseconds on this machine. */
  readonly cpuMs: number;
  /** Its requests, one after the other. */
  readonly requests: readonly BackendRequest[];
  /** Whether it opens a new TLS connection for them. */
  readonly connects: boolean;
  /** Whether it is a first call that itself opens a connection through an SDK, whose TLS may be in `cpuMs` already. */
  readonly isFirstSdkUse?: boolean;
  /** Milliseconds that it waits for anything else, on Lambda as here. */
  readonly waitMs?: number;
}

/** What a function takes: each warm call, the first call of an environment, and init. */
export interface FunctionWork {
  readonly language: Language;
  readonly warm: CallWork;
  /** `undefined`: not measured. */
  readonly first: CallWork | undefined;
  readonly init: CallWork | undefined;
}

/** Times in milliseconds of one sort of call, each from `low` to `high`. */
export interface Durations {
  readonly mean: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  /** What a call is billed on average: each is rounded up. */
  readonly billed: Spread;
}

/** What Lambda would make of a function at one memory size. */
export interface Prediction {
  readonly memoryMb: number;
  readonly warm: Durations;
  /** The first call with its init, which is billed too; `undefined` where it was not measured. */
  readonly first: Durations | undefined;
  /** Init alone. */
  readonly init: Spread | undefined;
}

/** One value each of what is known within bounds. */
interface Case {
  readonly cpu: number;
  readonly of: (constant: Spread) => number;
}

/** Calls that stand for all phases, ticks and waits. */
const CALLS = 250;
/** Steps of an additive sequence that fills the unit cube evenly: powers of 1 / 1.2207…, the root of x⁴ = x + 1. */
const STEPS = [0.8191725134, 0.6710436067, 0.5497004779] as const;
const BOUNDS = ['low', 'typical', 'high'] as const;

/** Predicts a function at one memory size, in MB. */
export function predict(work: FunctionWork, memoryMb: number, { cpu }: Pick<Factors, 'cpu'>): Prediction {
  const cases = BOUNDS.map((bound): Case => ({ cpu: cpu[bound], of: (constant) => constant[bound] }));
  const { first, init } = work;
  return {
    memoryMb,
    warm: durationsOf(cases.map((one) => warmCalls(work, memoryMb, one))),
    first: first && init && durationsOf(cases.map((one) => firstCalls(work, first, init, memoryMb, one))),
    init: init && spreadOf(cases.map((one) => initMs(work, init, one))),
  };
}

/** Warm calls of one environment that rests between them: what one overdraws, the next one waits for. */
function warmCalls(work: FunctionWork, memoryMb: number, one: Case): number[] {
  const bandwidth = bandwidthOf(memoryMb);
  const environment = throttledCpu(bandwidth);
  return Array.from({ length: CALLS }, (_, k) => {
    environment.rest(at(k, 0) * bandwidth.periodMs, at(k, 1) * bandwidth.tickMs);
    return environment.run(piecesOf(work.language, work.warm, one, at(k, 2)));
  });
}

/** First calls, each of a new environment, with their init. */
function firstCalls(
  work: FunctionWork,
  first: CallWork,
  init: CallWork,
  memoryMb: number,
  one: Case,
): number[] {
  const bandwidth = bandwidthOf(memoryMb);
  return Array.from({ length: CALLS }, (_, k) => {
    const initPieces = piecesOf(work.language, init, one, at(k, 2));
    const beforeMs = sumOf(initPieces);
    const isRepeated = beforeMs > INIT_LIMIT_MS;
    const environment = throttledCpu(bandwidth, at(k, 0) * bandwidth.periodMs, at(k, 1) * bandwidth.tickMs);
    const pieces = piecesOf(work.language, first, one, at(k, 2));
    return (
      Math.min(beforeMs, INIT_LIMIT_MS) + environment.run(isRepeated ? [...initPieces, ...pieces] : pieces)
    );
  });
}

function initMs({ language }: FunctionWork, init: CallWork, one: Case): number {
  return Math.min(sumOf(piecesOf(language, init, one, 0.5)), INIT_LIMIT_MS);
}

/**
 * A call as Lambda runs it: its CPU time in equal parts before, between and after its requests, each of which waits as
 * long as DynamoDB takes at the quantile `at`; log-logistic, as far as its median and its p99 say.
 */
function piecesOf(language: Language, call: CallWork, { cpu, of }: Case, at: number): Piece[] {
  const connectionCpu = call.connects ? of(CONSTANTS[`connection-cpu-${language}`]) : 0;
  const part = (cpu * call.cpuMs) / (call.requests.length + 1);
  const pieces: Piece[] = [{ kind: 'cpu', ms: part + firstUseOf(language, call, of) }];
  if (call.connects) {
    pieces.push({ kind: 'wait', ms: of(CONSTANTS['connection-wait']) });
    pieces.push({ kind: 'cpu', ms: cpu * connectionCpu });
  }
  if (call.waitMs !== undefined) pieces.push({ kind: 'wait', ms: call.waitMs });
  const shape = Math.log(of(CONSTANTS['tail-p99'])) / Math.log(99);
  call.requests.forEach((request, k) => {
    const quantile = (at + k * STEPS[0]) % 1;
    const median = of(CONSTANTS[`dynamodb-${request}`]);
    const bounded = Math.min(Math.max(quantile, 0.002), 0.998);
    pieces.push({ kind: 'wait', ms: median * (bounded / (1 - bounded)) ** shape });
    pieces.push({ kind: 'cpu', ms: part });
  });
  return pieces;
}

/** CPU ms on Lambda that a call takes beyond what is measured here: no factor of the processor scales them. */
function firstUseOf(language: Language, { isFirstSdkUse }: CallWork, of: Case['of']): number {
  // Node and Python load their SDK in init; with it the published figures of Node fit worse (docs/prediction.md).
  return isFirstSdkUse && language === 'rust' ? of(CONSTANTS['first-sdk-call-cpu-rust']) : 0;
}

function durationsOf(cases: readonly (readonly number[])[]): Durations {
  return {
    mean: spreadOf(cases.map(meanOf)),
    p50: spreadOf(cases.map((all) => quantileOf(all, 0.5) ?? Number.NaN)),
    p99: spreadOf(cases.map((all) => quantileOf(all, 0.99) ?? Number.NaN)),
    // As Lambda prints hundredths, and rounds those up.
    billed: spreadOf(cases.map((all) => meanOf(all.map((ms) => Math.ceil(Math.round(ms * 100) / 100))))),
  };
}

/** Throttling can make the fast case the slower one by a hair; bounds are bounds all the same. */
function spreadOf([low = Number.NaN, typical = Number.NaN, high = Number.NaN]: readonly number[]): Spread {
  return { low: Math.min(low, typical), typical, high: Math.max(high, typical) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { ms }) => sum + ms, 0);
}

function at(k: number, axis: 0 | 1 | 2): number {
  return (0.5 + (k + 1) * STEPS[axis]) % 1;
}

/** What a sample of a result holds of its scenarios, cold starts and rates. */
import type { FunctionSummary } from '@sheep-shed/log-insights/report-lines';
import type { LoadResult } from '../../bench/results/load-result.ts';
import type { ScenarioName } from '../../bench/results/names.ts';
import { isEventScenario } from '../../bench/results/names.ts';
import type { ColdResult, RateCurve, RoundResult, ScenarioResult } from '../../bench/results/result.ts';
import { histogram } from '../../bench/statistics/histogram.ts';
import { normal } from './simulation.ts';

/** What a sample is to look like; every value follows from it, so that the same shape gives the same bytes. */
export interface SampleShape {
  readonly seed?: number;
  readonly stacks?: readonly string[];
  readonly scenarios?: readonly ScenarioName[];
  readonly rounds?: number;
  /** Calls a round; by the level of the scenario when not given. */
  readonly calls?: number;
  /** Multiplies the latency of a stack in every scenario. */
  readonly slower?: Readonly<Record<string, number>>;
  /** Spread of the logarithms of rounds among each other. */
  readonly spread?: number;
  readonly cold?: number;
  /** Whether CPU time is known, so that every report of it predicts Lambda. */
  readonly hasCpu?: boolean;
  readonly rates?: readonly number[];
}

/** Median latency in ms of the first stack, and how many times that the other stacks take. */
const LEVELS: Readonly<Record<ScenarioName, readonly [level: number, times: number]>> = {
  cat: [1.5, 28],
  sheep: [2.4, 1.07],
  dog: [5.4, 0.98],
  wolf: [11, 3.4],
  import: [400, 1.2],
  portrait: [200, 1.1],
};

const STATUS: Readonly<Record<ScenarioName, string>> = {
  cat: '200',
  sheep: '201',
  dog: '200',
  wolf: '204',
  import: '200',
  portrait: '200',
};

export function sampleScenario(
  scenario: ScenarioName,
  stack: string,
  rounds: number,
  shape: SampleShape,
  random: () => number,
): ScenarioResult {
  const level = levelOf(scenario, stack, shape);
  const calls = shape.calls ?? Math.max(12, Math.round(600 / level));
  const measured = Array.from({ length: rounds }, (_, index): RoundResult => {
    const own = level * Math.exp((shape.spread ?? 0.05) * normal(random));
    const load = sampleLoad(own, calls, { [STATUS[scenario]]: calls }, random);
    return {
      round: index + 1,
      startedAt: new Date(Date.UTC(2026, 10, 21, 12, 0, index * 5)).toISOString(),
      isFresh: true,
      load,
      reported: sampleReported(own, calls, stack, index === 0 ? 1 : 0),
      ...(shape.hasCpu && !isEventScenario(scenario) && { cpuMs: own * calls * 0.6 }),
      brokenOff: undefined,
      ...(scenario === 'import' && { rows: 1000 * calls }),
    };
  });
  return {
    scenario,
    stack,
    rounds: measured,
    reported: sampleReported(level, calls * rounds, stack, 1),
    incomparable: undefined,
    violations: [],
  };
}

/** So much load around a level in ms. */
function sampleLoad(
  level: number,
  calls: number,
  statuses: Readonly<Record<string, number>>,
  random: () => number,
): LoadResult {
  const latency = histogram();
  let elapsedMs = 0;
  for (let call = 0; call < calls; call++) {
    // A tail as services have it: one call of fifty waits for something.
    const tail = random() < 0.02 ? 2 + 2 * random() : 1;
    const millis = level * Math.exp(0.2 * normal(random)) * tail;
    latency.record(millis * 1000);
    elapsedMs += millis / 2;
  }
  return {
    model: 'closed',
    calls,
    latency: latency.toData(),
    statuses,
    lost: 0,
    timedOut: 0,
    dropped: 0,
    wrong: 0,
    firstWrong: [],
    elapsedMs,
    connectMs: [0.21, 0.34],
  };
}

function levelOf(scenario: ScenarioName, stack: string, { stacks = ['ts', 'python'], slower }: SampleShape) {
  const [level, times] = LEVELS[scenario];
  return level * (stack === stacks[0] ? 1 : times) * (slower?.[stack] ?? 1);
}

function sampleReported(
  level: number,
  invocations: number,
  stack: string,
  coldStarts: number,
): FunctionSummary {
  const init = coldStarts === 0 ? null : stack === 'python' ? 208.4 : 71.9;
  return {
    invocations,
    coldStarts,
    initP50: init,
    initP90: init,
    initP99: init,
    durationP50: level * 0.9,
    durationP95: level * 1.5,
    durationP99: level * 2.6,
    durationMean: level * 0.95,
    billedP50: Math.ceil(level * 0.9),
    billedSum: Math.ceil(invocations * (level * 0.95 + 0.5) + (init ?? 0)),
    maxMemoryUsedMb: stack === 'python' ? 45 : 97,
    memorySizeMb: 128,
    timeouts: 0,
    errors: 0,
  };
}

export function sampleCold(
  scenario: ScenarioName,
  stack: string,
  count: number,
  { hasCpu }: SampleShape,
  random: () => number,
): ColdResult {
  const [level, times] = LEVELS[scenario];
  const init = stack === 'python' ? 208 : scenario === 'cat' ? 45 : 76;
  return {
    scenario,
    stack,
    starts: Array.from({ length: count }, () => {
      const initMs = init * Math.exp(0.1 * normal(random));
      const durationMs = (level * (stack === 'python' ? times : 1) + 9) * Math.exp(0.15 * normal(random));
      return {
        initMs,
        durationMs,
        billedMs: Math.ceil(initMs + durationMs),
        ...(hasCpu && { cpuMs: durationMs * 0.8, initCpuMs: initMs * 0.9 }),
        clientMs: initMs + durationMs + 14,
      };
    }),
    violations: [],
  };
}

export function sampleCurve(
  scenario: ScenarioName,
  stack: string,
  rates: readonly number[],
  shape: SampleShape,
  random: () => number,
): RateCurve {
  const level = levelOf(scenario, stack, shape);
  const capacity = 2000 / level;
  const steps = rates.map((rate) => {
    const queued = rate < capacity ? level / (1 - rate / capacity) : 900;
    const load = { ...sampleLoad(queued, 200, { [STATUS[scenario]]: 200 }, random), model: 'open' as const };
    return { rate, load, met: queued < 100 };
  });
  const highestRate = steps.filter(({ met }) => met).at(-1)?.rate;
  return { scenario, stack, objective: 'p99<250ms', steps, highestRate };
}

import type { FunctionSummary } from '@sheep-shed/log-insights/report-lines';
import type { LoadResult } from '../../bench/results/load-result.ts';
import type { ScenarioName } from '../../bench/results/names.ts';
import { CALL_SCENARIOS, FUNCTION_OF, isEventScenario } from '../../bench/results/names.ts';
import type {
  BenchResult,
  ColdResult,
  Machine,
  Plan,
  RateCurve,
  RoundResult,
  ScenarioResult,
} from '../../bench/results/result.ts';
import { histogram } from '../../bench/statistics/histogram.ts';
import { normal, seeded } from './simulation.ts';

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

/** All of a result of the bench is known. */
export type SampleResult = BenchResult & { readonly plan: Plan; readonly machine: Machine };

/** A result as a run on this machine gives it, whole: cold starts, rate curves, everything known but what the shape leaves out. */
export function sampleResult(shape: SampleShape = {}): SampleResult {
  const { stacks = ['ts', 'python'], scenarios = CALL_SCENARIOS, rounds = 5, cold = 20 } = shape;
  const random = seeded(shape.seed ?? 1);
  const pairs = scenarios.flatMap((scenario) => stacks.map((stack) => ({ scenario, stack })));
  const rates = shape.rates ?? [50, 100, 200, 400];
  return {
    kind: 'sheep-shed-bench',
    version: 6,
    isComplete: true,
    startedAt: '2026-11-21T12:00:00.000Z',
    finishedAt: '2026-11-21T12:01:39.000Z',
    plan: samplePlan({ stacks, scenarios, rounds, cold, rateSteps: rates }),
    machine: {
      cpu: 'AMD EPYC 7R13 Processor',
      cores: 2,
      memoryMb: 7936,
      kernel: 'Linux 6.18.0',
      loadAverageBefore: 0.12,
      loadAverageAfter: 1.31,
      yardstickMs: 2.6,
    },
    versions: {
      node: 'v24.21.0',
      packages: { autocannon: '9.0.0', dynalite: '4.0.0' },
      gitCommit: 'bc385f4a0c0ffee0c0ffee0c0ffee0c0ffee0c0f',
      gitDirty: false,
    },
    floor: { requestsPerSecond: 21_400, latencyMs: 0.061 },
    stacks: stacks.map((name) => ({
      name,
      url: 'http://127.0.0.1:40123',
      commit: undefined,
      functions: Object.values(FUNCTION_OF).map((one) => ({
        function: one,
        name: `sheep-shed-dev-${name}-${one}`,
        runtime: name === 'python' ? 'python3.13' : 'nodejs24.x',
        architecture: 'arm64',
        memorySizeMb: 128,
        packageBytes: name === 'python' ? 14_208 : 220_712,
      })),
    })),
    scenarios: pairs.map(({ scenario, stack }) => sampleScenario(scenario, stack, rounds, shape, random)),
    coldStarts:
      cold === 0 ? [] : pairs.map(({ scenario, stack }) => sampleCold(scenario, stack, cold, shape, random)),
    rateCurves:
      rates.length === 0
        ? []
        : pairs
            .filter(({ scenario }) => scenario === 'wolf' || scenario === 'dog')
            .map(({ scenario, stack }) => sampleCurve(scenario, stack, rates, shape, random)),
    warnings: [
      '2 connections on 2 cores: execution environments wait for each other, which they do not on Lambda',
    ],
  };
}

/** The plan of a sample: on this machine, in the closed model. */
export function samplePlan(part: Partial<Plan> = {}): Plan {
  return {
    preset: 'default',
    stacks: ['ts', 'python'],
    scenarios: CALL_SCENARIOS,
    against: undefined,
    isRemote: false,
    rounds: 5,
    calls: 1000,
    duration: 3,
    warmUp: 0.5,
    freshEvery: 1,
    connections: 2,
    engine: 'bench',
    model: 'closed',
    rate: 100,
    arrivals: 'poisson',
    rateSteps: [50, 100, 200, 400],
    objective: 'p99<250ms',
    cold: 20,
    m: 3,
    n: 8,
    herd: 1000,
    seed: 1,
    timeout: 35,
    region: 'eu-west-3',
    stage: 'dev',
    ...part,
  };
}

/** Every value that may be missing is missing, as in a run that ended early against a URL. */
export function bareResult(): BenchResult {
  const whole = sampleResult({ rounds: 1, stacks: ['api'], scenarios: ['dog'], cold: 1, rates: [50] });
  return {
    ...whole,
    isComplete: false,
    plan: samplePlan({
      calls: undefined,
      rate: undefined,
      arrivals: undefined,
      rateSteps: undefined,
      objective: undefined,
      region: undefined,
      isRemote: true,
      stacks: ['api'],
      scenarios: ['dog'],
      cold: 0,
    }),
    machine: {
      ...whole.machine,
      loadAverageBefore: undefined,
      loadAverageAfter: undefined,
      yardstickMs: undefined,
    },
    versions: { ...whole.versions, gitCommit: undefined, gitDirty: undefined },
    floor: undefined,
    stacks: [{ name: 'api', url: 'http://127.0.0.1:40123', commit: undefined, functions: [] }],
    scenarios: whole.scenarios.map((one) => ({
      ...one,
      reported: undefined,
      rounds: one.rounds.map((round) => ({
        ...round,
        reported: undefined,
        brokenOff: undefined,
      })),
    })),
    coldStarts: whole.coldStarts.map((one) => ({
      ...one,
      starts: [{ initMs: undefined, durationMs: undefined, billedMs: undefined, clientMs: 41.5 }],
    })),
    rateCurves: whole.rateCurves.map((one) => ({ ...one, highestRate: undefined })),
    warnings: [],
  };
}

function sampleScenario(
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

function sampleCold(
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

function sampleCurve(
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

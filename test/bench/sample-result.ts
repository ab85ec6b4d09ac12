import { CALL_SCENARIOS, FUNCTION_OF } from '../../bench/results/names.ts';
import type { BenchResult, Machine, Plan } from '../../bench/results/result.ts';
import { type SampleShape, sampleCold, sampleCurve, sampleScenario } from './sample-measurements.ts';
import { seeded } from './simulation.ts';

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

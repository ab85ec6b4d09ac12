import { parseObjective, stepSeconds } from '../plan/objective.ts';
import type { ToldLoad } from '../results/load-result.ts';
import type {
  BenchResult,
  RateCurve,
  RateStep,
  RoundResult,
  ScenarioResult,
  ToldPlan,
} from '../results/result.ts';
import { RESULT_KIND, RESULT_VERSION } from '../results/result.ts';
import { highestOf, isMet } from '../run/rate-steps.ts';
import type { K6Piece, K6Points } from './k6-points.ts';
import type { K6Summary } from './k6-summary.ts';

/** A result of points of k6: each latency is known, so that histograms, rounds and intervals are those of any run. */
export function resultOfPoints({ pieces, plan, vus, work, others }: K6Points): BenchResult {
  const inRounds = pieces.filter(({ rate }) => rate === undefined);
  const startedAt = Math.min(...pieces.map(({ tally }) => tally.startedAt));
  const finishedAt = Math.max(...pieces.map(({ tally }) => tally.endedAt));
  const scenarios = groupsOf(inRounds).map((group) =>
    scenarioOf(
      group,
      group.map((piece) => ({
        round: piece.round,
        startedAt: piece.tally.startedAt,
        load: piece.tally.toLoad(plan?.model),
      })),
    ),
  );
  const told = plan ?? planOf(scenarios, vus, work);
  return resultOf(told, scenarios, {
    startedAt,
    finishedAt,
    rateCurves: curvesOf(pieces, told),
    warnings: [
      ...(others === 0
        ? []
        : [`${others} requests to other addresses than those of the scenarios are left out`]),
      'imported from points of k6: a latency begins when k6 sends, so that a request that came late for want of a free virtual user does not show it',
    ],
  });
}

/** A result of a summary of k6: the quantiles that stand in it, without rounds. @param at epoch milliseconds of its file. */
export function resultOfSummary({ told, runMs, vus }: K6Summary, at: number): BenchResult {
  const startedAt = at - (runMs ?? 0);
  const scenarios = told.map(({ scenario, stack, load }) =>
    scenarioOf({ scenario, stack }, [{ round: 1, startedAt, load }]),
  );
  return resultOf(planOf(scenarios, vus, undefined), scenarios, {
    startedAt,
    finishedAt: at,
    rateCurves: [],
    warnings: [
      'imported from a summary of k6: it holds single quantiles, interpolated by k6, and no rounds; give the points of --out json=… for all of them; the time is that of its file',
    ],
  });
}

function resultOf(
  plan: ToldPlan,
  scenarios: readonly ScenarioResult[],
  rest: Pick<BenchResult, 'rateCurves' | 'warnings'> & {
    readonly startedAt: number;
    readonly finishedAt: number;
  },
): BenchResult {
  return {
    kind: RESULT_KIND,
    version: RESULT_VERSION,
    isComplete: true,
    startedAt: new Date(rest.startedAt).toISOString(),
    finishedAt: new Date(rest.finishedAt).toISOString(),
    plan,
    machine: undefined,
    versions: { node: undefined, packages: {}, gitCommit: undefined, gitDirty: undefined },
    floor: undefined,
    stacks: plan.stacks.map((name) => ({ name, url: '', commit: undefined, functions: [] })),
    scenarios,
    coldStarts: [],
    rateCurves: rest.rateCurves,
    warnings: rest.warnings,
  };
}

interface Told {
  readonly round: number;
  readonly startedAt: number;
  readonly load: ToldLoad;
}

function scenarioOf(
  { scenario, stack }: Pick<ScenarioResult, 'scenario' | 'stack'>,
  told: readonly Told[],
): ScenarioResult {
  const rounds: RoundResult[] = told
    .toSorted((one, other) => one.round - other.round)
    .map(({ round, startedAt, load }) => ({
      round,
      startedAt: new Date(startedAt).toISOString(),
      isFresh: false,
      load,
      reported: undefined,
      brokenOff: undefined,
    }));
  return { scenario, stack, rounds, reported: undefined, incomparable: undefined, violations: [] };
}

/** What nobody told is not made up. */
function planOf(scenarios: readonly ScenarioResult[], vus: number, work: K6Points['work']): ToldPlan {
  const unique = <T>(all: readonly T[]) => [...new Set(all)];
  return {
    preset: 'imported',
    stacks: unique(scenarios.map(({ stack }) => stack)),
    scenarios: unique(scenarios.map(({ scenario }) => scenario)),
    against: undefined,
    isRemote: true,
    rounds: Math.max(1, ...scenarios.map(({ rounds }) => rounds.length)),
    calls: undefined,
    duration: undefined,
    warmUp: 0,
    freshEvery: 0,
    connections: vus > 0 ? vus : undefined,
    engine: 'k6',
    model: undefined,
    rate: undefined,
    arrivals: undefined,
    rateSteps: undefined,
    objective: undefined,
    cold: 0,
    m: work?.m,
    n: work?.n,
    herd: undefined,
    seed: undefined,
    timeout: undefined,
    region: undefined,
    stage: undefined,
  };
}

/** Latency against load, where the script was exported with rate steps. */
function curvesOf(pieces: readonly K6Piece[], { objective, duration }: ToldPlan): RateCurve[] {
  if (objective === undefined) return [];
  const goal = parseObjective(objective);
  return groupsOf(pieces.filter(({ rate }) => rate !== undefined)).map((group) => {
    const steps: RateStep[] = group
      .toSorted((one, other) => (one.rate ?? 0) - (other.rate ?? 0))
      .map(({ rate = 0, tally }) => {
        const load = tally.toLoad('open' as const);
        return { rate, load, met: isMet(load, goal, stepSeconds(rate, goal, duration ?? 0)) };
      });
    return { scenario: group.scenario, stack: group.stack, objective, steps, highestRate: highestOf(steps) };
  });
}

type Group = K6Piece[] & Pick<K6Piece, 'scenario' | 'stack'>;

function groupsOf(pieces: readonly K6Piece[]): Group[] {
  const groups = new Map<string, K6Piece[]>();
  for (const piece of pieces) {
    const key = `${piece.scenario} ${piece.stack}`;
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [Object.assign(group, { scenario: first.scenario, stack: first.stack })];
  });
}

import type { FleetLoad, FleetResult } from '../agents/coordinator/fleet.ts';
import { shareOf } from '../agents/split.ts';
import { engineOf } from '../load/engine.ts';
import { openLoad } from '../load/open-load.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { LoadResult } from '../results/load-result.ts';
import { isEventScenario, type ScenarioName } from '../results/names.ts';
import { addThrottled } from '../results/throttled.ts';
import type { Pass, Scenario, ShedState } from '../scenarios/scenario.ts';
import { histogram } from '../statistics/histogram.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Course } from './course.ts';
import { loadOn } from './set-herd.ts';

/** How much load one piece makes. */
export interface Amount {
  readonly calls: number | undefined;
  readonly seconds: number;
  /** Decides the Poisson arrivals. */
  readonly seed: number;
}

/** A pass whose requests this process makes, or agents, which then tell of the sheep. */
export type RoundPass = Pass & {
  /** Takes in sheep that agents inserted, less those eaten; absent where this process makes the requests. */
  readonly addSheep?: (sheep: number) => void;
};

/** What came of a load, and of the agents that applied it. */
export type AppliedLoad = Pick<FleetResult, 'load' | 'problem' | 'isWhole'> &
  Partial<Pick<FleetResult, 'agents' | 'startSkewMs'>>;

/** Begins a pass of a round or a warm-up. */
export function beginPass({ fleet }: Pick<Course, 'fleet'>, scenario: Scenario, shed: ShedState): RoundPass {
  if (fleet === undefined) return scenario.begin(shed);
  // Agents may not write the table, so that nothing that is eaten can be made good.
  const pass = scenario.begin({ ...shed, herd: undefined });
  let added = 0;
  return {
    ...pass,
    count: () => shed.count + added,
    addSheep: (sheep) => {
      added += sheep;
    },
  };
}

/** Applies load to the stack of a course, from this process or by agents. */
export async function applyLoad(
  course: Course,
  pass: RoundPass,
  amount: Amount,
  options: BenchOptions,
  world: BenchWorld,
  onLost: (problem: string) => void = () => undefined,
): Promise<AppliedLoad> {
  const { fleet, stack, rounds, scenario } = course;
  const { connections, rate, arrivals = 'even', rounds: all } = options;
  const label = `${scenario} on ${stack.name}, round ${rounds.length + 1} of ${all}`;
  const { calls, seconds, seed } = amount;
  const load = {
    connections,
    calls,
    seconds,
    timeoutSeconds: options.timeout,
    onProgress: (answers: number) => world.progress.step(`${label}: ${answers} answers`),
    onLost,
    signal: world.signal,
  };
  let applied: AppliedLoad;
  if (fleet !== undefined) {
    const result = await fleet.drive({
      ...load,
      url: stack.url,
      scenario: pieceScenarioOf(scenario, options, pass),
      ...(rate !== undefined && { open: { rate, arrivals, seed } }),
      reserveTattoos: world.nextTattoo,
    });
    pass.addSheep?.(result.added);
    applied = result;
  } else {
    const here = { ...load, ...loadOn(stack, pass, scenario), clock: world.clock };
    const engine = rate === undefined ? await engineOf(options.engine) : undefined;
    const result = await (engine?.(here) ?? openLoad({ ...here, rate: rate ?? 0, arrivals, seed }));
    applied = { load: result, problem: undefined, isWhole: true };
  }
  course.throttled = addThrottled(course.throttled, applied.load.throttled);
  return applied;
}

/** What agents are told of a scenario. @throws RangeError for one that they cannot do. */
export function pieceScenarioOf(
  name: ScenarioName,
  { m, n }: Pick<BenchOptions, 'm' | 'n'>,
  pass: Pick<Pass, 'count'>,
): FleetLoad['scenario'] {
  if (isEventScenario(name)) throw new RangeError(`agents cannot apply the scenario ${name}`);
  return { name, m, n, count: pass.count() };
}

/** The calls of one round, so that all rounds together make exactly `calls`. */
export function callsOfRound(calls: number | undefined, round: number, rounds: number): number | undefined {
  return calls === undefined ? undefined : shareOf(calls, round, rounds);
}

/** What stands for a load that was not applied. */
export function noLoad({ rate }: BenchOptions): LoadResult {
  return {
    model: rate === undefined ? 'closed' : 'open',
    calls: 0,
    latency: histogram().toData(),
    statuses: {},
    lost: 0,
    timedOut: 0,
    dropped: 0,
    wrong: 0,
    firstWrong: [],
    elapsedMs: 0,
    connectMs: [],
  };
}

import type { Fleet } from '../agents/coordinator/fleet.ts';
import { makeHerd } from '../herd/make-herd.ts';
import type { PlannedSeconds } from '../plan/plan.ts';
import { FLOOR_SECONDS } from '../plan/plan.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import { SCENARIO_NAMES } from '../results/names.ts';
import { NONE_THROTTLED } from '../results/throttled.ts';
import type { Stack } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';
import type { ColdCourse } from './cold-phase.ts';
import { runColdStarts } from './cold-phase.ts';
import { newCourse } from './course.ts';
import { measureFleetFloor, measureFloor } from './floor-phase.ts';
import type { RateCourse } from './rate-phase.ts';
import { runRateSteps } from './rate-phase.ts';
import type { Collected } from './results-so-far.ts';
import { runScenario } from './scenario-rounds.ts';

/** What the phases tell while they go on. */
export interface Hearer {
  readonly estimated: PlannedSeconds;
  /** A part that was estimated at so many seconds is over. */
  readonly finish: (estimatedSeconds: number) => void;
  /** A phase is over: what is there is worth keeping. */
  readonly keep: () => Promise<void>;
}

/**
 * The phases of a run, one after the other: the floor of the bench, or of its agents, the rounds of each scenario, the rates of the
 * open model, the forced cold starts. What is measured stands in `collected` at once.
 */
export async function measure(
  stacks: readonly Stack[],
  fleet: Fleet | undefined,
  collected: Collected,
  options: BenchOptions,
  world: BenchWorld,
  hearer: Hearer,
): Promise<void> {
  try {
    await runPhases(stacks, fleet, collected, options, world, hearer);
  } finally {
    world.progress.step('taking back what forced new execution environments');
    for (const { cold } of stacks) {
      await cold?.restore().catch(({ message }: Error) => collected.warnings.push(message));
    }
  }
}

async function runPhases(
  stacks: readonly Stack[],
  fleet: Fleet | undefined,
  collected: Collected,
  options: BenchOptions,
  world: BenchWorld,
  { estimated, finish, keep }: Hearer,
): Promise<void> {
  const { progress, signal } = world;
  const herd = makeHerd(options.herd, options.seed);
  const names = SCENARIO_NAMES.filter((one) => options.scenario.includes(one));
  progress.step('measuring what the bench itself adds');
  const floorOptions = {
    engine: options.engine,
    connections: options.connections,
    seconds: world.floorSeconds ?? FLOOR_SECONDS,
    timeoutSeconds: options.timeout,
    signal,
  };
  collected.floor = await (fleet ? measureFleetFloor(fleet, floorOptions) : measureFloor(floorOptions));
  // Another transport, with a broker in the middle, has a floor of its own.
  const start = stacks.find(({ startBare }) => startBare !== undefined)?.startBare;
  if (start !== undefined) collected.amqpFloor = await measureFloor({ ...floorOptions, start });
  finish(estimated.floor);
  for (const name of names) {
    const courses = stacks.map((stack) => newCourse(name, stack, fleet));
    collected.courses.push(...courses);
    await runScenario(courses, herd, options, world, () => finish(estimated.round));
    signal.throwIfAborted();
    await keep();
  }
  const { rateSteps: rates, slo: objective } = options;
  if (rates !== undefined && objective !== undefined) {
    for (const scenario of names) {
      const courses = stacks.map(
        (stack): RateCourse => ({
          scenario,
          stack,
          fleet,
          objective,
          steps: [],
          highestRate: undefined,
          throttled: NONE_THROTTLED,
        }),
      );
      collected.rateCourses.push(...courses);
      const warn = (text: string) => void collected.warnings.push(text);
      const onStep = () => finish(estimated.rateStep);
      await runRateSteps(courses, { rates, objective }, herd, options, world, warn, onStep);
      await keep();
    }
  }
  if (options.cold === 0) return;
  for (const scenario of names) {
    const courses = stacks.map((stack): ColdCourse => {
      const rounds = collected.courses.find((one) => one.scenario === scenario && one.stack === stack);
      const inRounds = rounds?.coldStarts ?? [];
      return { scenario, stack, inRounds, clientMs: [], violations: [], window: undefined };
    });
    collected.coldCourses.push(...courses);
    await runColdStarts(courses, herd, options, world, () => finish(estimated.coldStart));
  }
}

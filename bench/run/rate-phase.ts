import type { Fleet } from '../agents/coordinator/fleet.ts';
import type { Herd } from '../herd/make-herd.ts';
import { openLoad } from '../load/open-load.ts';
import { parseObjective, stepSeconds } from '../plan/objective.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { LoadResult } from '../results/load-result.ts';
import type { ScenarioName } from '../results/names.ts';
import type { RateStep } from '../results/result.ts';
import { addThrottled, type Throttled } from '../results/throttled.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import type { Stack } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';
import { climbRates } from './rate-steps.ts';
import { type AppliedLoad, beginPass, pieceScenarioOf } from './round-load.ts';
import { dogOf, loadOn, loadShed, shedOf } from './set-herd.ts';

/** The options of rate steps, once it is known that there are any. */
export interface RateSteps {
  readonly rates: readonly number[];
  /** As given, such as `p99<250ms`. */
  readonly objective: string;
}

/** Latency against load, of one scenario on one stack, as it grows. */
export interface RateCourse {
  readonly scenario: ScenarioName;
  readonly stack: Stack;
  /** The agents that apply the load; `undefined` where this process does. */
  readonly fleet: Fleet | undefined;
  readonly objective: string;
  readonly steps: RateStep[];
  highestRate: number | undefined;
  /** Requests that were throttled, those of warm-ups among them. */
  throttled: Throttled;
}

/**
 * Latency against load: at each rate the stacks take turns, each warmed up at that rate first. What is measured stands
 * in the courses at any time.
 * @param courses of one scenario, one for each stack.
 * @param warn is told why a stack cannot go on, and of answers that did not verify.
 * @param onStep hears of each rate that is over.
 * @throws only the reason of the signal when it aborts.
 */
export async function runRateSteps(
  courses: readonly RateCourse[],
  { rates, objective }: RateSteps,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
  warn: (text: string) => void,
  onStep: () => void,
): Promise<void> {
  const goal = parseObjective(objective);
  await climbRates(rates, goal, options.duration, courses, async (rate, course) => {
    const where = `the rates of ${course.scenario} on ${course.stack.name}`;
    try {
      const seconds = stepSeconds(rate, goal, options.duration);
      if (options.warmUp > 0) await applyStep(course, rate, options.warmUp, herd, options, world);
      const load = await applyStep(course, rate, seconds, herd, options, world);
      if (load.wrong > 0)
        warn(`${where}: ${load.wrong} answers at ${rate}/s did not verify: ${load.firstWrong[0]}`);
      return load;
    } catch (error) {
      world.signal.throwIfAborted();
      warn(`${where}: ${(error as Error).message}`);
      return undefined;
    } finally {
      onStep();
    }
  });
}

/** Load at one rate on a fresh herd; what is wrong with all answers together counts as a wrong answer. */
async function applyStep(
  course: RateCourse,
  rate: number,
  seconds: number,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<LoadResult> {
  const { stack, scenario } = course;
  const { progress, signal, clock } = world;
  const connections = options.openConnections;
  const dog = dogOf(stack, options, world);
  const count = scenario === 'cat' ? 0 : await loadShed(stack, herd, dog, options, world);
  const pass = beginPass(
    course,
    scenarioByName(scenario, options, world.nextTattoo),
    shedOf(stack, herd, count, { connections }),
  );
  const open = { rate, arrivals: options.arrivals ?? 'even', seed: options.seed };
  const common = {
    connections,
    calls: undefined,
    seconds,
    timeoutSeconds: options.timeout,
    onProgress: (answers: number) =>
      progress.step(`${scenario} on ${stack.name} at ${rate} requests/s: ${answers} answers`),
    signal,
  };
  let applied: AppliedLoad;
  if (course.fleet === undefined) {
    const load = await openLoad({ ...common, ...loadOn(stack, pass, scenario), ...open, clock });
    applied = { load, problem: undefined, isWhole: true };
  } else {
    const piece = pieceScenarioOf(scenario, options, pass);
    const all = { ...common, url: stack.url, scenario: piece, open, reserveTattoos: world.nextTattoo };
    const driven = await course.fleet.drive(all);
    pass.addSheep?.(driven.added);
    applied = driven;
  }
  const { load } = applied;
  course.throttled = addThrottled(course.throttled, load.throttled);
  if (applied.problem !== undefined) throw new Error(`at ${rate} requests/s ${applied.problem}`);
  // The account is only exact when every answer is known.
  const problem = load.lost > 0 ? undefined : await pass.finish();
  if (problem === undefined) return load;
  return { ...load, wrong: load.wrong + 1, firstWrong: [problem, ...load.firstWrong].slice(0, 3) };
}

import type { Herd } from '../herd/make-herd.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import { FOLLOWED_RAIDS, wrongLeftovers } from '../scenarios/wolf-proof.ts';
import { ask } from '../stacks/ask.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Course } from './course.ts';
import { courseLine } from './course.ts';
import { runRound } from './one-round.ts';

/** After so many rounds broken off in a row a scenario on a stack is given up. */
const MAX_BROKEN_IN_ROW = 2;

/**
 * Measures one scenario on all stacks, which take turns: A B in one round, B A in the next. What is measured
 * stands in the courses at any time, also when this throws.
 * @param courses new ones of one scenario, one for each stack.
 * @param onRound hears of each round that is over, or is given up.
 */
export async function runScenario(
  courses: readonly Course[],
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
  onRound: () => void,
): Promise<void> {
  for (const course of courses) {
    if (course.scenario === 'wolf') await followRaids(course, herd, options, world);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const course of round % 2 === 0 ? courses : courses.toReversed()) {
      if (course.brokenInRow < MAX_BROKEN_IN_ROW) {
        const scenario = scenarioByName(course.scenario, options, world.nextTattoo);
        await runRound(course, scenario, herd, options, world);
        if (course.brokenInRow === MAX_BROKEN_IN_ROW) world.progress.line(givenUp(course, options));
      }
      onRound();
    }
  }
  for (const course of courses) world.progress.line(courseLine(course));
}

/** Follows the first raids one by one in the table; when all prime weights are eaten, their order shows no more. */
async function followRaids(
  { stack, violations }: Course,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  const { table, host } = stack;
  if (table === undefined) return;
  try {
    await table.load(herd.sheep);
    for (let raids = 1; raids <= Math.min(FOLLOWED_RAIDS, herd.primes.length); raids++) {
      await ask(stack, { method: 'DELETE', path: '/wolf' }, options.timeout, world.signal);
      const problem = wrongLeftovers(herd, raids, await table.read());
      if (problem !== undefined) violations.push(problem);
    }
    await host?.settle();
  } catch (error) {
    world.signal.throwIfAborted();
    violations.push(`the first raids could not be followed: ${(error as Error).message}`);
  }
}

function givenUp({ scenario, stack }: Course, { rounds }: BenchOptions): string {
  return `${scenario} on ${stack.name} is given up after ${MAX_BROKEN_IN_ROW} broken rounds in a row of ${rounds}; the others go on`;
}

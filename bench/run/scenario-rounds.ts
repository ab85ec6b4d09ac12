import type { Herd } from '../herd/make-herd.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import { importScenario } from '../scenarios/import.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import { wrongLeftovers } from '../scenarios/wolf-proof.ts';
import { ask } from '../stacks/ask.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Course } from './course.ts';
import { courseLine } from './course.ts';
import { runRound } from './one-round.ts';
import { addressFor, loadShed, shedOf } from './set-herd.ts';

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
    course.incomparable = whyIncomparable(course);
    if (course.scenario === 'wolf') await followRaids(course, herd, options, world);
    if (course.scenario === 'import') await followFaultyFile(course, herd, options, world);
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

/** The work of dog and wolf is the herd; that of the cat and of one more sheep is the same whatever is in the shed. */
function whyIncomparable({ scenario, stack, fleet }: Course): string | undefined {
  if (scenario === 'wolf' && fleet !== undefined)
    return 'agents cannot make good what a raid eats, so that later raids find less work';
  if (scenario === 'cat' || scenario === 'sheep' || stack.table !== undefined) return undefined;
  return 'the bench may not write the table, so that the herd is not the same for every stack';
}

/** How many raids are followed one by one on the whole herd. */
const FOLLOWED_RAIDS = 2;

/**
 * Follows raids one by one in the table, before any is counted: each must eat the heaviest of prime weight, the last
 * one of its herd too, and then none.
 */
async function followRaids(
  { stack, violations }: Course,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  const { table, host } = stack;
  if (table === undefined) return;
  const raid = async (of: Herd, raids: number) => {
    const { primes } = of;
    const answer = await ask(stack, { method: 'DELETE', path: '/wolf' }, options.timeout, world.signal);
    const due = raids <= primes.length ? 204 : 404;
    if (answer.status !== due) {
      violations.push(
        `DELETE /wolf: raid ${raids} on ${primes.length} sheep of prime weight must answer ${due}, but answered ${answer.status} ${answer.body.slice(0, 200)}`,
      );
    }
    const problem = wrongLeftovers(of, Math.min(raids, primes.length), await table.read());
    if (problem !== undefined) violations.push(problem);
  };
  const last = herd.primes.slice(-1);
  const eaten = new Set(herd.primes.slice(0, -1));
  const rest = { sheep: herd.sheep.filter((sheep) => !eaten.has(sheep)), primes: last };
  try {
    for (const [of, raids] of [
      [herd, FOLLOWED_RAIDS],
      [rest, last.length + 1],
    ] as const) {
      await loadShed(stack, of, async () => 0, options, world);
      for (let k = 1; k <= raids; k++) await raid(of, k);
    }
    await host?.settle();
  } catch (error) {
    world.signal.throwIfAborted();
    violations.push(`the first raids could not be followed: ${(error as Error).message}`);
  }
}

/** Follows a file with a wrong row, before any is counted: its report must tell the row, and the table hold the others. */
async function followFaultyFile(
  { stack, violations }: Course,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  try {
    const count = await loadShed(stack, herd, async () => 0, options, world);
    const scenario = importScenario(options.rows, world.nextTattoo, true);
    const pass = scenario.begin(shedOf(stack, herd, count, options));
    const request = pass.next();
    const answer = await ask(addressFor(stack, 'import'), request, options.timeout, world.signal);
    const left = await stack.table?.read();
    const problems = [pass.verify(request, answer), left && pass.judge?.(left)];
    violations.push(...problems.filter((problem) => problem !== undefined));
    await stack.host?.settle();
  } catch (error) {
    world.signal.throwIfAborted();
    violations.push(`a file with a wrong row could not be followed: ${(error as Error).message}`);
  }
}

function givenUp({ scenario, stack }: Course, { rounds }: BenchOptions): string {
  return `${scenario} on ${stack.name} is given up after ${MAX_BROKEN_IN_ROW} broken rounds in a row of ${rounds}; the others go on`;
}

import type { Herd } from '../herd/make-herd.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { LoadResult } from '../results/load-result.ts';
import type { Pass } from '../scenarios/scenario.ts';
import { wrongLeftovers, wrongVictim } from '../scenarios/wolf-proof.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Course } from './course.ts';
import { dogOf } from './set-herd.ts';

/** What is wrong with the sheep after a round. */
export async function imbalance(
  course: Course,
  pass: Pass,
  load: LoadResult,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<string[]> {
  const { stack, scenario } = course;
  // The account is only exact when every answer is known.
  if (load.lost > 0) return [];
  const problems = [await pass.finish()];
  // Every answer of the dog was held against the count already.
  if (scenario !== 'cat' && (scenario !== 'dog' || stack.table !== undefined)) {
    const left = await stack.table?.read();
    const counted = left?.length ?? (await countingDog(course, options, world)());
    const expected = pass.count();
    if (counted !== expected) {
      problems.push(
        `by the answers the shed holds ${expected} sheep (before + inserted − eaten), but ${counted} are counted`,
      );
    }
    if (left !== undefined) problems.push(pass.judge?.(left));
    if (left !== undefined && scenario === 'wolf' && course.fleet !== undefined && stack.host !== undefined) {
      // Nothing was made good, so that those which are left tell exactly who was eaten.
      problems.push(wrongLeftovers(herd, herd.sheep.length - expected, left));
    } else if (left !== undefined && scenario === 'wolf') {
      // A scan of DynamoDB may miss a sheep that was put a moment ago, and the raid take the next.
      const mostEaten = stack.host === undefined ? herd.primes.length : 2 * options.connections - 1;
      problems.push(wrongVictim(herd, mostEaten, left));
    }
  }
  return problems.filter((problem) => problem !== undefined);
}

/** Asks a dog for the count, and notes that it was asked. */
export function countingDog(course: Course, options: BenchOptions, world: BenchWorld): () => Promise<number> {
  const dog = dogOf(course.stack, options, world);
  return () => {
    course.dogAsked++;
    return dog();
  };
}

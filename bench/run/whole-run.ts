import { join } from 'node:path';
import type { Fleet } from '../agents/coordinator/fleet.ts';
import { plannedSeconds, planOf, renderPlan } from '../plan/plan.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import { timetable } from '../plan/timetable.ts';
import { unsizedName } from '../results/names.ts';
import type { BenchResult } from '../results/result.ts';
import { writeResult } from '../results/result-file.ts';
import type { OpenStacks } from '../stacks/local-stacks.ts';
import { localStacks } from '../stacks/local-stacks.ts';
import { remoteStacks } from '../stacks/remote-stacks.ts';
import { withTimeLeft } from '../world/progress.ts';
import type { BenchWorld } from '../world/world.ts';
import { describeVersions } from './machine.ts';
import { measure } from './phases.ts';
import type { Start } from './results-so-far.ts';
import { askHosts, isWorthKeeping, newCollected, resultOf, startOf } from './results-so-far.ts';

/** What a run of the bench came to. */
export interface BenchRun {
  readonly result: BenchResult;
  /** The result file. */
  readonly path: string;
  /** Why the run ended early; `undefined` when it did not. */
  readonly failure: unknown;
}

const WAITING = 'asking CloudWatch until it has taken in all REPORT lines; Ctrl-C ends the wait';

/**
 * Runs a whole bench: starts or finds the stacks, measures every scenario, writes the result file. What was
 * measured before a failure or an interrupt is written too, marked as incomplete.
 * @param root the repository.
 * @throws whatever happens before the first round is over.
 */
export async function runBench(root: string, options: BenchOptions, world: BenchWorld): Promise<BenchRun> {
  const { progress, signal } = world;
  const start = startOf(world);
  const opened = await (options.targets === undefined
    ? localStacks(root, options, progress, signal)
    : remoteStacks(options, world));
  let ended: Awaited<ReturnType<typeof runOn>>;
  let fleet: Fleet | undefined;
  try {
    fleet = await fleetOf(root, options, world);
    ended = await runOn(opened, fleet, root, options, world, start);
  } finally {
    progress.step('ending');
    await fleet?.close();
    await opened.close();
    progress.end();
  }
  const { collected, path, failure, finishedAt } = ended;
  const isComplete = failure === undefined;
  const result = resultOf(collected, world, { isComplete, hasEnded: true, finishedAt });
  await writeResult(path, result);
  return { result, path, failure };
}

/** The agents that were asked for. */
async function fleetOf(
  root: string,
  { agents, agentsRegion, agentsFunction }: BenchOptions,
  world: BenchWorld,
): Promise<Fleet | undefined> {
  if (agents === undefined) return undefined;
  // Other runs need not load AWS's client of Lambda.
  const { openAgents } = await import('../agents/coordinator/open-agents.ts');
  return openAgents(root, { count: agents, region: agentsRegion, functionName: agentsFunction }, world);
}

/** Measures on stacks that are open; what is there is in the result file when this is over. */
async function runOn(
  { stacks, functionsOf, libraries, notices }: OpenStacks,
  fleet: Fleet | undefined,
  root: string,
  options: BenchOptions,
  world: BenchWorld,
  start: Start,
) {
  const { progress, now, steadyNow } = world;
  const names = stacks.map(({ name }) => name);
  const collected = newCollected(start, {
    versions: await describeVersions(root, libraries),
    plan: planOf(names, options),
    stacks: stacks.map((one) => ({
      name: one.name,
      url: one.url,
      commit: one.commit,
      stage: options.targets?.find(({ name }) => name === unsizedName(one.name))?.stage,
      region: options.targets?.find(({ name }) => name === unsizedName(one.name))?.region,
      functions: functionsOf(one),
    })),
    notices,
    agents: fleet?.description,
  });
  const fileName = `${new Date(start.wallMs).toISOString().replaceAll(':', '-')}.json`;
  const path = options.out ?? join(root, 'results', fileName);
  const estimated = plannedSeconds(collected.plan);
  for (const line of renderPlan(collected.plan, estimated)) progress.line(line);
  const { finish, secondsLeft } = timetable(estimated.total, steadyNow);
  const timed = { ...world, progress: withTimeLeft(progress, secondsLeft) };
  // A machine that stops takes no more with it than the phase under way.
  const keep = (isComplete = false) =>
    writeResult(path, resultOf(collected, world, { isComplete, hasEnded: false, finishedAt: now() }));
  let failure: unknown;
  try {
    await measure(stacks, fleet, collected, options, timed, { estimated, finish, keep });
  } catch (error) {
    if (!isWorthKeeping(collected)) throw error;
    failure = error;
  }
  const finishedAt = now();
  if (options.targets?.some(({ region }) => region !== undefined)) progress.step(WAITING);
  await askHosts(collected);
  await keep(failure === undefined);
  return { collected, path, failure, finishedAt };
}

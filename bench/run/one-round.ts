import type { Window } from '@sheep-shed/log-insights';
import type { Herd } from '../herd/make-herd.ts';
import { MAX_UNSERVED } from '../load/apply-load.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { LoadResult } from '../results/load-result.ts';
import { FUNCTION_OF } from '../results/names.ts';
import { sayThrottled, sumThrottled } from '../results/throttled.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { sendOnce } from '../stacks/ask.ts';
import type { BenchWorld } from '../world/world.ts';
import type { Course, Uncounted } from './course.ts';
import {
  type AppliedLoad,
  applyLoad,
  beginPass,
  callsOfRound,
  noLoad,
  type RoundPass,
} from './round-load.ts';
import { loadShed, shedOf } from './set-herd.ts';
import { countingDog, imbalance } from './sheep-account.ts';

/** CloudWatch takes whole seconds: what nobody counts must lie before the second in which a round begins, or well after it. */
const CALM_MS = 2_000;
/** Longest wait for an answer that shows that somebody is still there. */
const PROBE_SECONDS = 5;

/**
 * One round: the herd, execution environments that are new and warmed up where the plan wants them, the load, the
 * account of the sheep. What goes wrong breaks the round off, and no more than it.
 * @throws only when the signal aborts; the round under way is then not kept.
 */
export async function runRound(
  course: Course,
  scenario: Scenario,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<void> {
  const { rounds, stack } = course;
  const uncounted: Uncounted = { warmUp: 0, dog: 0, areAnswered: true };
  const isFresh = isDueAnew(course, options);
  let startedAt = world.now();
  let window: Window | undefined;
  let count: number | undefined;
  let applied: AppliedLoad | undefined;
  let brokenOff: string | undefined;
  let cpuMs: number | undefined;
  let imported: number | undefined;
  let lostWhy = '';
  const onLost = (problem: string) => {
    lostWhy ||= `: ${problem}`;
  };
  try {
    await makeReady(course, scenario, isFresh, uncounted, herd, options, world);
    const pass = await prepare(course, scenario, uncounted, herd, options, world);
    count = pass.count();
    const measureCpu = await stack.cpu?.(FUNCTION_OF[scenario.name]);
    startedAt = world.now();
    const amount = {
      calls: callsOfRound(options.calls, rounds.length, options.rounds),
      seconds: options.duration / options.rounds,
      seed: options.seed + rounds.length,
    };
    applied = await applyLoad(course, pass, amount, options, world, onLost);
    const { load } = applied;
    await stack.host?.settle();
    cpuMs = await measureCpu?.();
    imported = pass.rows?.();
    // A window is without its end, and the last line may be of this very millisecond.
    window = { from: startedAt, to: world.now() + 1 };
    brokenOff = applied.problem ?? (await whyBroken(course, load, lostWhy, options, world));
    if (applied.isWhole) {
      for (const problem of await imbalance(course, pass, load, herd, options, world)) {
        course.violations.push(problem);
      }
    } else uncounted.areAnswered = false;
  } catch (error) {
    world.signal.throwIfAborted();
    brokenOff ??= (error as Error).message;
    // How many calls were made is not known.
    if (window === undefined) uncounted.areAnswered = false;
  }
  const result = {
    round: rounds.length + 1,
    startedAt: new Date(startedAt).toISOString(),
    isFresh,
    load: applied?.load ?? noLoad(options),
    ...(applied?.agents && { agents: applied.agents, startSkewMs: applied.startSkewMs }),
    reported: undefined,
    ...(cpuMs !== undefined && { cpuMs }),
    ...(imported !== undefined && { rows: imported }),
    brokenOff,
  };
  rounds.push({ result, window, uncounted, herd: count });
  course.brokenInRow = brokenOff === undefined ? 0 : course.brokenInRow + 1;
}

/**
 * Whether a round begins with new execution environments: where the bench may end the old ones, as often as planned, and
 * where those that the plan gave the round before could not be warmed up.
 */
function isDueAnew({ stack, rounds, isWarm }: Course, { freshEvery }: BenchOptions): boolean {
  if (stack.host === undefined && stack.cold === undefined) return false;
  return freshEvery > 0 && (!isWarm || rounds.length % freshEvery === 0);
}

/** Ends the old execution environments where the round needs new ones, and warms up those that are not warm. */
async function makeReady(
  course: Course,
  scenario: Scenario,
  isFresh: boolean,
  uncounted: Uncounted,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<void> {
  const { stack } = course;
  course.isWarm &&= !isFresh;
  if (course.isWarm) return;
  const isDelayed = stack.logs?.isImmediate === false;
  // What follows must not lie in the window of the round before.
  if (isDelayed && course.rounds.length > 0) await world.sleep(CALM_MS, world.signal);
  const dog = countingDog(course, options, world);
  const count = scenario.name === 'cat' ? 0 : await loadShed(stack, herd, dog, options, world);
  if (isFresh) {
    // A herd that is posted, and calls of other scenarios, leave environments behind on this machine too.
    if (stack.host) await stack.host.dropEnvironments();
    else await stack.cold?.force(FUNCTION_OF[scenario.name]);
  }
  course.beganAt ??= world.now();
  if (options.warmUp > 0) await warmUp(course, scenario, { isFresh, count }, uncounted, herd, options, world);
  course.isWarm = true;
}

/** The herd, and what is known of it, just before the first counted call. */
async function prepare(
  course: Course,
  scenario: Scenario,
  uncounted: Uncounted,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<RoundPass> {
  const { stack, rounds } = course;
  const { host } = stack;
  const { name } = scenario;
  const dog = countingDog(course, options, world);
  // The cat needs no sheep; a wolf's warm-up has eaten some.
  const count = name === 'cat' ? 0 : await loadShed(stack, herd, dog, options, world);
  if (host) {
    // The window of a round begins in a millisecond of its own, after the last line of what came before it.
    await host.settle();
    await world.sleep(2, world.signal);
  }
  const isApart =
    uncounted.warmUp > 0 || rounds.at(-1)?.result.brokenOff !== undefined || rounds.length === 0;
  if (stack.logs?.isImmediate === false && isApart) await world.sleep(CALM_MS, world.signal);
  uncounted.dog = course.dogAsked;
  course.dogAsked = 0;
  return beginPass(course, scenario, shedOf(stack, herd, count, options));
}

/** Uncounted load, so that neither cold starts nor code that is not yet compiled is mixed into a round. */
async function warmUp(
  course: Course,
  scenario: Scenario,
  { isFresh, count }: { readonly isFresh: boolean; readonly count: number },
  uncounted: Uncounted,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  const { stack, violations } = course;
  const pass = beginPass(course, scenario, shedOf(stack, herd, count, options));
  const { seed, connections, rate } = options;
  // The cold starts would use up the time that is meant for what comes after them.
  const colds = { calls: rate === undefined ? connections : 1, seconds: 0, seed };
  const rest = { calls: undefined, seconds: options.warmUp, seed };
  for (const amount of [colds, rest]) {
    const from = world.now();
    const { load, problem } = await applyLoad(course, pass, amount, options, world);
    const { calls, lost, wrong, firstWrong } = load;
    if (problem !== undefined) throw new Error(`in the warm-up ${problem}`);
    uncounted.warmUp += calls - sumThrottled(load.throttled);
    if (lost > 0) uncounted.areAnswered = false;
    if (calls > 0 && lost === calls) throw new Error(`none of ${calls} requests was answered in the warm-up`);
    if (sumThrottled(load.throttled) >= Math.min(calls, MAX_UNSERVED) && calls > 0)
      throw new Error(`in the warm-up ${sayThrottled(load.throttled).join(', ')}`);
    if (wrong > 0) violations.push(`in the warm-up: ${firstWrong[0]}`);
    // What starts beside others would be measured together with them.
    const isOneStart = amount === colds && calls === 1 && isFresh && stack.host !== undefined;
    if (isOneStart && options.engine === 'bench') await noteColdStart(course, load, from, world);
  }
}

/** Keeps the call that started a new environment beside the forced cold starts. */
async function noteColdStart(course: Course, { latency }: LoadResult, from: number, world: BenchWorld) {
  await course.stack.host?.settle();
  course.coldStarts.push({ clientMs: latency.max / 1000, window: { from, to: world.now() + 1 } });
  // The next line must not be of the same millisecond.
  await world.sleep(2, world.signal);
}

/** Why a round is no measurement, or `undefined`: its server has gone, or will not take the load. */
async function whyBroken(
  { stack }: Course,
  load: LoadResult,
  lostWhy: string,
  { timeout }: BenchOptions,
  { signal }: BenchWorld,
): Promise<string | undefined> {
  const { calls, lost } = load;
  const throttled = sumThrottled(load.throttled);
  if (throttled > 0 && lost + throttled >= Math.min(calls, MAX_UNSERVED)) {
    return `${sayThrottled(load.throttled).join(', ')}${lost > 0 ? `, ${lost} were not answered${lostWhy}` : ''}`;
  }
  if (lost === 0) return undefined;
  if (lost >= MAX_UNSERVED) return `${lost} of ${calls} requests were not answered${lostWhy}`;
  // No function serves it; any answer shows that somebody is there.
  const probe = { method: 'GET', path: '/' } as const;
  const { answer, problem } = await sendOnce(stack, probe, Math.min(timeout, PROBE_SECONDS), signal);
  if (answer === undefined) {
    return `the stack stopped answering after ${calls - lost} of ${calls} requests: GET / was not answered: ${problem}`;
  }
  return lost === calls ? `none of ${calls} requests was answered${lostWhy}` : undefined;
}

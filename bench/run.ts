import type { Herd } from './herd.ts';
import { closedLoad } from './load/closed-load.ts';
import type { BenchOptions, ScenarioName } from './options.ts';
import type { Progress } from './progress.ts';
import type { MeasuredScenario } from './reported.ts';
import type { RoundResult } from './result.ts';
import { catScenario } from './scenarios/cat.ts';
import { dogScenario } from './scenarios/dog.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { sheepScenario } from './scenarios/sheep.ts';
import { wolfScenario } from './scenarios/wolf.ts';
import { FOLLOWED_RAIDS, wrongLeftovers } from './scenarios/wolf-proof.ts';
import { ask, askDog } from './stacks/ask.ts';
import type { Stack } from './stacks/stack.ts';

/** What the measuring needs from the world. */
export interface BenchWorld {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Gives a tattoo that is in no shed, each time another. */
  readonly nextTattoo: () => bigint;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits for milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
}

/** CloudWatch takes whole seconds: the herd's own calls must lie before the second in which the first round begins. */
const CALM_MS = 2_000;

/** A scenario on one stack while its rounds go on. */
interface Course {
  readonly stack: Stack;
  readonly rounds: RoundResult[];
  readonly violations: string[];
  /** Epoch milliseconds between which only counted calls were made; 0 before the first. */
  from: number;
  to: number;
  /** Times that the bench asked the dog since the first measured call, and until the last one. */
  asked: number;
  ownCalls: number;
}

/** Measures one scenario on all stacks, which take turns: A B in one round, B A in the next. */
export async function runScenario(
  stacks: readonly Stack[],
  name: ScenarioName,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<MeasuredScenario[]> {
  const scenario = scenarioOf(name, options, world);
  const courses = stacks.map(
    (stack): Course => ({
      stack,
      rounds: [],
      violations: [],
      from: 0,
      to: 0,
      asked: 0,
      ownCalls: 0,
    }),
  );
  for (const course of courses) {
    if (name === 'wolf') await followRaids(course, herd, options, world);
    await course.stack.host?.dropEnvironments();
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const course of round % 2 === 0 ? courses : courses.toReversed()) {
      await runRound(course, scenario, herd, options, world);
    }
  }
  for (const course of courses) world.progress.line(summaryLine(name, course));
  return courses.map((course) => conclude(course, name));
}

/** One round: loads the herd, applies the load, balances the sheep. */
async function runRound(
  course: Course,
  scenario: Scenario,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  const { signal, progress, now } = world;
  const { stack, rounds, violations } = course;
  const { url, table } = stack;
  const { name } = scenario;
  const label = `${name} on ${stack.name}, round ${rounds.length + 1} of ${options.rounds}`;
  // Past the functions where the table can be reached: the dog's own invocations would count as measured.
  const dog = () => {
    course.asked++;
    return askDog(url, options.timeout, signal);
  };

  if (name !== 'cat') {
    if (table) await table.load(herd.sheep);
    else await fillOverHttp(stack, dog, options, world);
  }
  // The cat needs no sheep: its account stays empty.
  const before = name === 'cat' ? 0 : ((await table?.read())?.length ?? (await dog()));
  const pass = scenario.begin({ count: before, primes: table ? herd.primes.length : undefined });
  if (course.from === 0) {
    if (stack.logs?.isImmediate === false) await world.sleep(CALM_MS, signal);
    course.asked = 0;
  }
  const startedAt = now();
  const load = await closedLoad({
    url,
    connections: options.connections,
    calls: shareOf(options.calls, rounds.length, options.rounds),
    seconds: options.duration / options.rounds,
    timeoutSeconds: options.timeout,
    next: pass.next,
    verify: pass.verify,
    onProgress: (answers) => progress.step(`${label}: ${answers} answers`),
    signal,
  });
  if (course.from === 0) course.from = startedAt;
  course.to = now();
  course.ownCalls = course.asked;
  rounds.push({
    round: rounds.length + 1,
    startedAt: new Date(startedAt).toISOString(),
    load,
    reported: undefined,
    brokenOff: undefined,
  });

  push(violations, pass.finish());
  // The account is only exact when every answer is known.
  if (name === 'cat' || load.lost > 0) return;
  const left = await table?.read();
  push(violations, wrongCount(pass.count(), left?.length ?? (await dog())));
  if (left !== undefined && name === 'wolf') {
    push(violations, wrongLeftovers(herd, herd.sheep.length - pass.count(), left));
  }
}

/** Follows the first raids one by one in the table; when all prime weights are eaten, their order shows no more. */
async function followRaids(
  { stack, violations }: Course,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
) {
  const { url, table } = stack;
  if (table === undefined) return;
  await table.load(herd.sheep);
  for (let raids = 1; raids <= Math.min(FOLLOWED_RAIDS, herd.primes.length); raids++) {
    await ask(url, 'DELETE', '/wolf', options.timeout, world.signal);
    push(violations, wrongLeftovers(herd, raids, await table.read()));
  }
}

function conclude(
  { stack, rounds, violations, from, to, ownCalls }: Course,
  scenario: ScenarioName,
): MeasuredScenario {
  return {
    stack,
    result: { scenario, stack: stack.name, rounds, violations },
    window: { from, to },
    // Between the rounds the bench calls no function but the dog's.
    ownCalls: scenario === 'dog' ? ownCalls : 0,
  };
}

function scenarioOf(name: ScenarioName, { m, n }: BenchOptions, { nextTattoo }: BenchWorld): Scenario {
  const scenarios: Record<ScenarioName, () => Scenario> = {
    cat: () => catScenario(m, n),
    sheep: () => sheepScenario(nextTattoo),
    dog: dogScenario,
    wolf: wolfScenario,
  };
  return scenarios[name]();
}

/** Posts sheep by sheep until the shed holds a herd; their weights are the functions' own. */
async function fillOverHttp(
  stack: Stack,
  dog: () => Promise<number>,
  options: BenchOptions,
  world: BenchWorld,
): Promise<void> {
  const { signal, progress, nextTattoo } = world;
  let missing = options.herd - (await dog());
  const post = async () => {
    while (missing > 0) {
      missing--;
      const { status, body } = await ask(
        stack.url,
        'POST',
        `/sheep/${nextTattoo()}`,
        options.timeout,
        signal,
      );
      if (status !== 201) throw new Error(`POST /sheep answered ${status} ${body.slice(0, 200)}`);
      progress.step(`posting sheep to ${stack.name}: ${missing} to go`);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, post));
}

/** The calls of one round, so that all rounds together make exactly `calls`. */
function shareOf(calls: number | undefined, round: number, rounds: number): number | undefined {
  if (calls === undefined) return undefined;
  return Math.floor(((round + 1) * calls) / rounds) - Math.floor((round * calls) / rounds);
}

function summaryLine(name: ScenarioName, { stack, rounds, violations }: Course): string {
  const calls = rounds.reduce((sum, { load }) => sum + load.calls, 0);
  const errors = rounds.reduce((sum, { load }) => sum + load.lost + load.wrong, violations.length);
  return `${name} on ${stack.name}: ${calls} calls, ${errors === 0 ? 'all verified' : `${errors} errors`}`;
}

function wrongCount(expected: number, counted: number): string | undefined {
  if (counted === expected) return undefined;
  return `by the answers the shed holds ${expected} sheep (before + inserted − eaten), but ${counted} are counted`;
}

function push(violations: string[], problem: string | undefined): void {
  if (problem !== undefined) violations.push(problem);
}

import type { Window } from '@sheep-shed/log-insights';
import type { Herd } from '../herd/make-herd.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { ScenarioName } from '../results/names.ts';
import { FUNCTION_OF } from '../results/names.ts';
import type { ColdResult, ColdStart } from '../results/result.ts';
import type { Pass } from '../scenarios/scenario.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import { answerOf, connectTo } from '../stacks/ask.ts';
import type { ColdAccess, MeasuredInvocation, Stack } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';
import type { RoundColdStart } from './course.ts';
import { withLateLines } from './join-reports.ts';
import { addressFor, dogOf, loadOn, loadShed, shedOf } from './set-herd.ts';

/** The forced cold starts of one function on one stack, before the host is asked for their REPORT lines. */
export interface ColdCourse {
  readonly scenario: ScenarioName;
  readonly stack: Stack;
  /** Those that the rounds began with; only what is missing to the plan is forced. */
  readonly inRounds: readonly RoundColdStart[];
  readonly clientMs: number[];
  readonly violations: string[];
  window: Window | undefined;
}

/** Apart by so much, in ms, a cold start's REPORT line cannot be taken for one of an earlier call. CloudWatch takes whole seconds. */
const CALM_MS = 3_000;

/**
 * Forces the planned cold starts of one function on every stack, one after the other, since starts that overlap
 * would measure each other; the stacks alternate. What was measured stands in the courses at any time.
 * @param onStart hears of each cold start that is over.
 */
export async function runColdStarts(
  courses: readonly ColdCourse[],
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
  onStart: () => void,
): Promise<void> {
  const passes = new Map<ColdCourse, Pass>();
  const missing = ({ inRounds }: ColdCourse) => options.cold - inRounds.length;
  for (const course of courses.filter((one) => missing(one) > 0)) {
    try {
      passes.set(course, await prepare(course, herd, options, world));
    } catch (error) {
      world.signal.throwIfAborted();
      course.violations.push(`no cold start: ${(error as Error).message}`);
    }
  }
  for (let k = 0; k < options.cold; k++) {
    for (const course of k % 2 === 0 ? courses : courses.toReversed()) {
      const { stack, scenario } = course;
      const pass = passes.get(course);
      if (stack.cold === undefined || pass === undefined || k >= missing(course)) continue;
      world.progress.step(`cold start ${k + 1} of ${missing(course)} of ${scenario} on ${stack.name}`);
      try {
        await startCold(course, stack.cold, pass, options, world);
      } catch (error) {
        world.signal.throwIfAborted();
        course.violations.push(`cold start ${k + 1}, and none after it: ${(error as Error).message}`);
        passes.delete(course);
      }
      onStart();
    }
  }
}

async function prepare(
  { stack, scenario }: ColdCourse,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<Pass> {
  const { signal, sleep, nextTattoo } = world;
  const dog = dogOf(stack, options, world);
  const count = scenario === 'cat' ? 0 : await loadShed(stack, herd, dog, options, world);
  await stack.host?.settle();
  if (stack.logs?.isImmediate === false) await sleep(CALM_MS, signal);
  return scenarioByName(scenario, options, nextTattoo).begin(shedOf(stack, herd, count, { connections: 1 }));
}

async function startCold(
  course: ColdCourse,
  cold: ColdAccess,
  pass: Pass,
  { timeout }: BenchOptions,
  { signal, now }: BenchWorld,
): Promise<void> {
  const { stack, scenario, violations } = course;
  await cold.force(FUNCTION_OF[scenario]);
  const connection = connectTo(addressFor(stack, scenario), timeout, signal);
  try {
    // To set it up is no part of a cold start.
    await connection.open();
    const request = pass.next();
    const from = now();
    const outcome = await connection.send(request, await stack.headersOf?.(request));
    signal.throwIfAborted();
    const answer = answerOf(request, outcome);
    course.clientMs.push(outcome.endedAt - outcome.sentAt);
    course.window = { from: course.window?.from ?? from, to: now() };
    const wrong = pass.verify(request, answer);
    if (wrong !== undefined) violations.push(wrong);
    await loadOn(stack, pass, scenario).afterAnswer?.(request, answer);
  } finally {
    connection.close();
  }
}

/** Joins what the client measured with the REPORT lines, which lie in the same order. */
export async function concludeCold(
  course: ColdCourse,
): Promise<{ readonly result: ColdResult; readonly warnings: readonly string[] }> {
  const { scenario, stack, clientMs, window } = course;
  const { host, logs } = stack;
  const violations = [...course.violations];
  const warnings: string[] = [];
  const where = `cold starts of ${scenario} on ${stack.name}`;
  await host?.settle();
  const listed = window && (await logs?.list(FUNCTION_OF[scenario], withLateLines(window), clientMs.length));
  const invocations = listed?.invocations ?? [];
  if (listed?.problem !== undefined)
    warnings.push(`the host's figures are not whole for ${where}: ${listed.problem.text}`);
  const isWhole = invocations.length === clientMs.length;
  if (!isWhole && listed?.problem === undefined) {
    const counts = `${where}: ${clientMs.length} were forced, but ${invocations.length} REPORT lines are there`;
    if (logs?.isImmediate) violations.push(counts);
    else warnings.push(counts);
  }
  const starts = clientMs.map((ms, k): ColdStart => {
    // Lines that are too many or too few cannot be told apart.
    const line = isWhole ? invocations[k] : undefined;
    if (line !== undefined && line.initMs === null)
      violations.push(`start ${k + 1} of ${clientMs.length} was not cold`);
    return toStart(line, ms);
  });
  const first = await startsOfRounds(course, violations);
  return { result: { scenario, stack: stack.name, starts: [...first, ...starts], violations }, warnings };
}

/** Joins each cold start of a round with the one REPORT line of its time. */
async function startsOfRounds(course: ColdCourse, violations: string[]): Promise<ColdStart[]> {
  const { scenario, stack, inRounds } = course;
  const starts: ColdStart[] = [];
  for (const { clientMs, window } of inRounds) {
    const listed = await stack.logs?.list(FUNCTION_OF[scenario], window, 1);
    const [line, ...others] = listed?.invocations ?? [];
    const isCold = line !== undefined && line.initMs !== null && others.length === 0;
    if (listed !== undefined && !isCold) {
      const which = `the call that began round ${starts.length + 1} on new execution environments`;
      violations.push(`${which} was not one cold start: ${listed.invocations.length} REPORT lines`);
    }
    starts.push(toStart(isCold ? line : undefined, clientMs));
  }
  return starts;
}

function toStart(line: MeasuredInvocation | undefined, clientMs: number): ColdStart {
  const { cpuMs, initCpuMs } = line ?? {};
  return {
    initMs: line?.initMs ?? undefined,
    durationMs: line?.durationMs ?? undefined,
    billedMs: line?.billedMs ?? undefined,
    ...(cpuMs !== undefined && { cpuMs }),
    ...(initCpuMs !== undefined && { initCpuMs }),
    clientMs,
  };
}

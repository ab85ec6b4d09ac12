import type { Window } from '@sheep-shed/log-insights';
import { FUNCTION_OF } from '../results/names.ts';
import type { RoundResult, ScenarioResult } from '../results/result.ts';
import { sumThrottled } from '../results/throttled.ts';
import type { LogAccess } from '../stacks/stack.ts';
import type { Course, MeasuredRound } from './course.ts';

const CLOCK_MARGIN_MS = 2_000;

/** Results with what the hosts reported, and what a reader must know of it. */
export interface WithReports {
  readonly scenarios: readonly ScenarioResult[];
  readonly warnings: readonly string[];
}

/** What the client alone knows of a course. */
export function withoutReports({
  scenario,
  stack,
  rounds,
  violations,
  incomparable,
}: Course): ScenarioResult {
  return {
    scenario,
    stack: stack.name,
    rounds: rounds.map(({ result }) => result),
    reported: undefined,
    incomparable,
    violations,
  };
}

/** Asks the hosts of all courses at once, since CloudWatch takes minutes where local logs take milliseconds. */
export async function withReports(courses: readonly Course[]): Promise<WithReports> {
  const asked = await Promise.all(
    courses.map((one) => withReport(one).catch((error: Error) => withoutReport(one, error))),
  );
  const problems = asked.flatMap(({ where, problem }) => (problem === undefined ? [] : [{ where, problem }]));
  // Credentials that lack fail every scenario alike, and are told once.
  const byKind = Map.groupBy(problems, ({ problem }) => problem.kind);
  const missing = [...byKind.values()].map(
    (alike) =>
      `the host's figures are not whole for ${alike.map(({ where }) => where).join(', ')}: ${alike[0]?.problem.text}`,
  );
  return {
    scenarios: asked.map(({ scenario }) => scenario),
    warnings: [...missing, ...asked.flatMap((one) => one.warnings)],
  };
}

/** What was measured must outlive logs that cannot be read. */
function withoutReport(course: Course, { name, message }: Error) {
  const problem = { kind: name, text: message.replaceAll(/\s+/g, ' ').trim() };
  return { where: whereOf(course), scenario: withoutReports(course), problem, warnings: [] };
}

async function withReport(course: Course) {
  const { logs } = course.stack;
  const scenario = withoutReports(course);
  if (logs === undefined || course.rounds.every(({ window }) => window === undefined)) {
    return { where: whereOf(course), scenario, problem: undefined, warnings: [] };
  }
  return logs.isImmediate ? withImmediate(course, logs, scenario) : withDelayed(course, logs, scenario);
}

/** Logs of this machine: each round is asked for, and no REPORT line may lack. */
async function withImmediate(course: Course, logs: LogAccess, scenario: ScenarioResult) {
  const where = whereOf(course);
  const functionName = FUNCTION_OF[course.scenario];
  const whole = course.rounds.filter(isWhole);
  const counted = callsOf(whole);
  const { summary, problem } =
    whole.length === 0
      ? { summary: undefined, problem: undefined }
      : await logs.summarise(functionName, whole.flatMap(windowOf), counted);
  const rounds: RoundResult[] = [];
  for (const { result, window } of course.rounds) {
    const reported =
      window && invocationsOf(result) > 0
        ? (await logs.summarise(functionName, [window], invocationsOf(result))).summary
        : undefined;
    rounds.push({ ...result, reported });
  }
  const violations = [...scenario.violations];
  const warnings: string[] = [];
  const { made, found, isCertain } = await countLines(course, logs);
  if (found !== made && isCertain) {
    violations.push(`${made} calls with the warm-up, but ${found} REPORT lines of ${functionName}`);
  } else if ((summary?.invocations ?? 0) !== counted) {
    warnings.push(
      `${where}: ${counted} calls were counted, but ${summary?.invocations ?? 0} REPORT lines lie in the rounds`,
    );
  }
  return { where, scenario: { ...scenario, rounds, reported: summary, violations }, problem, warnings };
}

/**
 * Counts calls and REPORT lines over warm-ups and rounds together, up to the end of the last window: a line may come a
 * moment after its window on a busy machine.
 */
async function countLines({ scenario, rounds, beganAt }: Course, logs: LogAccess) {
  const upTo = rounds.slice(0, rounds.findLastIndex(({ window }) => window !== undefined) + 1);
  const to = upTo.at(-1)?.window?.to ?? 0;
  const made = callsOf(upTo) + upTo.reduce((sum, { uncounted }) => sum + uncounted.warmUp, 0);
  const { summary } = await logs.summarise(FUNCTION_OF[scenario], [{ from: beganAt ?? to, to }], made);
  // An invocation whose answer was lost may have had an end or none.
  const isCertain = upTo.every(({ result, uncounted }) => result.load.lost === 0 && uncounted.areAnswered);
  return { made, found: summary?.invocations ?? 0, isCertain };
}

/** CloudWatch: all rounds are asked for in one, and what others did is told. */
async function withDelayed(course: Course, logs: LogAccess, scenario: ScenarioResult) {
  const where = whereOf(course);
  const functionName = FUNCTION_OF[course.scenario];
  const spans = spansOf(course.rounds);
  if (spans.length === 0) return { where, scenario, problem: undefined, warnings: [] };
  const ownCalls = course.scenario === 'dog' ? spans.reduce((sum, { dog }) => sum + dog, 0) : 0;
  const expected = spans.reduce((sum, { calls }) => sum + calls, 0) + ownCalls;
  const windows = spans.map(({ window }) => window);
  const { summary, cpuMsPerCall, problem } = await logs.summarise(functionName, windows, expected);
  const found = summary?.invocations ?? 0;
  const counts = `${expected} calls, but ${found} REPORT lines of ${functionName}`;
  const warnings: string[] = [];
  if (found < expected && problem === undefined) warnings.push(`${where}: ${counts} when time was up`);
  if (found > expected) warnings.push(`${where}: ${counts}: others called it too`);
  if (summary !== undefined && ownCalls > 0) {
    warnings.push(`${where}: ${ownCalls} of the REPORT lines are the bench's own counting of the sheep`);
  }
  const reported = { reported: summary, ...(cpuMsPerCall !== undefined && { cpuMsPerCall }) };
  return { where, scenario: { ...scenario, ...reported }, problem, warnings };
}

/** Whole rounds one after the other, with nothing between them but the bench's own counting of the sheep. */
interface Span {
  readonly window: Window;
  readonly calls: number;
  readonly dog: number;
}

function spansOf(rounds: readonly MeasuredRound[]): Span[] {
  const spans: Span[] = [];
  rounds.forEach((round, i) => {
    const { window, uncounted, result } = round;
    if (window === undefined || !isWhole(round)) return;
    const next = rounds[i + 1]?.window?.from ?? Number.POSITIVE_INFINITY;
    const { from, to } = withLateLines(window, next);
    const before = rounds[i - 1];
    const isJoined = before?.window !== undefined && isWhole(before) && uncounted.warmUp === 0;
    const span = isJoined ? spans.pop() : undefined;
    spans.push({
      window: { from: span?.window.from ?? from, to },
      calls: (span?.calls ?? 0) + invocationsOf(result),
      dog: span === undefined ? 0 : span.dog + uncounted.dog,
    });
  });
  return spans;
}

/** A REPORT line carries the time of the invocation's end by Lambda's clock, a little after the answer by ours. */
export function withLateLines({ from, to }: Window, next = Number.POSITIVE_INFINITY): Window {
  return { from, to: Math.min(to + CLOCK_MARGIN_MS, next) };
}

function isWhole({ result }: MeasuredRound): boolean {
  return result.brokenOff === undefined;
}

function windowOf({ window }: MeasuredRound): Window[] {
  return window === undefined ? [] : [window];
}

function callsOf(rounds: readonly MeasuredRound[]): number {
  return rounds.reduce((sum, { result }) => sum + invocationsOf(result), 0);
}

/** Calls that reached the function: a throttled one leaves no REPORT line. */
function invocationsOf({ load }: RoundResult): number {
  return load.calls - sumThrottled(load.throttled);
}

function whereOf({ scenario, stack }: Course): string {
  return `${scenario} on ${stack.name}`;
}

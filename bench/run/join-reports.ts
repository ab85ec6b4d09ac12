import type { Window } from '@sheep-shed/log-insights';
import { FUNCTION_OF } from '../results/names.ts';
import type { RoundResult, ScenarioResult } from '../results/result.ts';
import type { LogAccess, Stack } from '../stacks/stack.ts';

/** One scenario on one stack as the client measured it, before the host was asked. */
export interface MeasuredScenario {
  readonly stack: Stack;
  readonly result: Omit<ScenarioResult, 'reported'>;
  /** In each the scenario's function was called by one round only; as many as rounds that applied load. */
  readonly windows: readonly Window[];
  /** In it the scenario's function was called by rounds and warm-ups, and `ownCalls` times by the bench between them. */
  readonly window: Window;
  /** The calls of warm-ups from an instant on, in epoch milliseconds, that is not after the first window's beginning. */
  readonly warmUp: { readonly beganAt: number; readonly calls: number };
  readonly ownCalls: number;
}

/** Results with what the hosts reported, and what a reader must know of it. */
export interface WithReports {
  readonly scenarios: readonly ScenarioResult[];
  readonly warnings: readonly string[];
}

/** Asks the hosts of all scenarios at once, since CloudWatch takes minutes where local logs take milliseconds. */
export async function withReports(measured: readonly MeasuredScenario[]): Promise<WithReports> {
  const asked = await Promise.all(
    measured.map((one) => withReport(one).catch((error: Error) => withoutReport(one, error))),
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
function withoutReport({ result }: MeasuredScenario, { name, message }: Error) {
  const where = `${result.scenario} on ${result.stack}`;
  const problem = { kind: name, text: message.replaceAll(/\s+/g, ' ').trim() };
  return { where, scenario: { ...result, reported: undefined }, problem, warnings: [] };
}

async function withReport(measured: MeasuredScenario) {
  const { logs } = measured.stack;
  const { result, windows } = measured;
  const where = `${result.scenario} on ${result.stack}`;
  if (logs === undefined || windows.length === 0) {
    return { where, scenario: { ...result, reported: undefined }, problem: undefined, warnings: [] };
  }
  return logs.isImmediate ? withImmediate(measured, logs, where) : withDelayed(measured, logs, where);
}

/** Logs of this machine: each round is asked for, and no REPORT line may lack. */
async function withImmediate(
  { result, windows, window, warmUp }: MeasuredScenario,
  logs: LogAccess,
  where: string,
) {
  const functionName = FUNCTION_OF[result.scenario];
  const counted = countCalls(result.rounds);
  const { summary, problem } = await logs.summarise(functionName, windows, counted);
  const rounds: RoundResult[] = [];
  let next = 0;
  for (const round of result.rounds) {
    const one = round.load.calls > 0 ? windows[next++] : undefined;
    const reported = one && (await logs.summarise(functionName, [one], round.load.calls)).summary;
    rounds.push({ ...round, reported });
  }
  const violations = [...result.violations];
  const warnings: string[] = [];
  // Over warm-ups and rounds together, since a REPORT line may come a moment after its window on a busy machine.
  const whole = [{ from: warmUp.beganAt, to: window.to }];
  const made = counted + warmUp.calls;
  const found = (await logs.summarise(functionName, whole, made)).summary?.invocations ?? 0;
  // An invocation whose answer was lost may have had an end or none.
  const isCertain = result.rounds.every(({ load }) => load.lost === 0);
  if (found !== made && isCertain) {
    violations.push(`${made} calls with the warm-up, but ${found} REPORT lines of ${functionName}`);
  } else if (summary?.invocations !== counted) {
    warnings.push(
      `${where}: ${counted} calls were counted, but ${summary?.invocations ?? 0} REPORT lines lie in the rounds`,
    );
  }
  return { where, scenario: { ...result, rounds, reported: summary, violations }, problem, warnings };
}

/** CloudWatch: all rounds are asked for in one, and what others did is told. */
async function withDelayed({ result, window, ownCalls }: MeasuredScenario, logs: LogAccess, where: string) {
  const functionName = FUNCTION_OF[result.scenario];
  const expected = countCalls(result.rounds) + ownCalls;
  const { summary, problem } = await logs.summarise(functionName, [window], expected);
  const found = summary?.invocations ?? 0;
  const counts = `${expected} calls, but ${found} REPORT lines of ${functionName}`;
  const warnings: string[] = [];
  if (found < expected && problem === undefined) warnings.push(`${where}: ${counts} when time was up`);
  if (found > expected) warnings.push(`${where}: ${counts}: others called it too`);
  if (summary !== undefined && ownCalls > 0) {
    warnings.push(`${where}: ${ownCalls} of the REPORT lines are the bench's own counting of the sheep`);
  }
  return { where, scenario: { ...result, reported: summary }, problem, warnings };
}

function countCalls(rounds: readonly RoundResult[]): number {
  return rounds.reduce((sum, { load }) => sum + load.calls, 0);
}

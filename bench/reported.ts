import type { ScenarioResult } from './result.ts';
import { FUNCTION_OF } from './scenarios/scenario.ts';
import type { Stack, Window } from './stacks/stack.ts';

/** One scenario on one stack as the client measured it, before the host was asked. */
export interface MeasuredScenario {
  readonly stack: Stack;
  readonly result: Omit<ScenarioResult, 'reported'>;
  /** In it the scenario's function was called by the rounds, and `ownCalls` times by the bench between them. */
  readonly window: Window;
  readonly ownCalls: number;
}

/** Results with what the hosts reported, and what a reader must know of it. */
export interface WithReports {
  readonly scenarios: readonly ScenarioResult[];
  readonly warnings: readonly string[];
}

/** Asks the hosts of all scenarios at once, since CloudWatch takes minutes where local logs take milliseconds. */
export async function withReports(measured: readonly MeasuredScenario[]): Promise<WithReports> {
  const asked = await Promise.all(measured.map(withReport));
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

async function withReport({ stack, result, window, ownCalls }: MeasuredScenario) {
  const { logs } = stack;
  const where = `${result.scenario} on ${stack.name}`;
  if (logs === undefined) {
    return { where, scenario: { ...result, reported: undefined }, problem: undefined, warnings: [] };
  }
  const functionName = FUNCTION_OF[result.scenario];
  const expected = result.rounds.reduce((sum, { load }) => sum + load.calls, ownCalls);
  const { summary, problem } = await logs.summarise(functionName, window, expected);
  const found = summary?.invocations ?? 0;
  const counts = `${expected} calls, but ${found} REPORT lines of ${functionName}`;
  const violations = [...result.violations];
  const warnings: string[] = [];
  if (logs.isImmediate && found !== expected) violations.push(counts);
  if (!logs.isImmediate) {
    if (found < expected && problem === undefined) warnings.push(`${where}: ${counts} when time was up`);
    if (found > expected) warnings.push(`${where}: ${counts}: others called it too`);
    if (summary !== undefined && ownCalls > 0)
      warnings.push(`${where}: ${ownCalls} of the REPORT lines are the bench's own counting of the sheep`);
  }
  return { where, scenario: { ...result, reported: summary, violations }, problem, warnings };
}

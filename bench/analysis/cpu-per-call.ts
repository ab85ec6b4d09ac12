import type { ScenarioResult } from '../results/result.ts';
import { wholeRounds } from './whole-rounds.ts';

/** CPU milliseconds a call of the whole rounds, on average; `undefined` where nobody told. */
export function cpuPerCallOf(one: ScenarioResult): number | undefined {
  if (one.cpuMsPerCall !== undefined) return one.cpuMsPerCall;
  const rounds = wholeRounds(one).filter(({ cpuMs }) => cpuMs !== undefined);
  const calls = rounds.reduce((sum, { load }) => sum + load.calls, 0);
  return calls === 0 ? undefined : rounds.reduce((sum, { cpuMs = 0 }) => sum + cpuMs, 0) / calls;
}

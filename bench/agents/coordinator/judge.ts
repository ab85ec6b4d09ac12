import type { AgentFault, AgentResult } from '../../results/agent-result.ts';
import { quantileOf } from '../../statistics/quantile.ts';

/** An agent that begins later than this after the agreed moment, in milliseconds, is late. */
const LATE_MS = 100;
/** An agent whose median latency is above this multiple of that of the others is slow … */
const SLOW_FACTOR = 2;
/** … by at least so many milliseconds, which are no machine's fault … */
const SLOW_MS = 1;
/** … judged by at least so many calls of each. */
const SLOW_CALLS = 100;

/**
 * Names the agents whose figures are not like those of the others through no fault of the target: late, or slow. What was
 * found before, lost and throttled ones, stays.
 */
export function judgeAgents(agents: readonly AgentResult[]): AgentResult[] {
  return agents.map((one) => {
    if (one.fault !== undefined) return one;
    const { lateMs = 0, p50Ms } = one;
    if (lateMs > LATE_MS) {
      return faulty(
        one,
        'late',
        `began ${Math.round(lateMs)} ms after the agreed moment (at most ${LATE_MS})`,
      );
    }
    const others = agents.filter((other) => other !== one && isJudged(other));
    const usual = quantileOf(
      others.map((other) => other.p50Ms ?? 0),
      0.5,
    );
    if (p50Ms === undefined || usual === undefined || !isJudged(one)) return one;
    if (p50Ms <= SLOW_FACTOR * usual || p50Ms <= usual + SLOW_MS) return one;
    const said = `has a median latency of ${p50Ms.toFixed(1)} ms where the others have ${usual.toFixed(1)}`;
    return faulty(one, 'slow', said);
  });
}

/** Says which agents were at fault, in one line; `undefined` when none was. */
export function sayFaults(agents: readonly AgentResult[]): string | undefined {
  const faults = agents.flatMap(({ agent, fault, problem }) => (fault ? [`agent ${agent} ${problem}`] : []));
  if (faults.length === 0) return undefined;
  const more = faults.length > SHOWN ? `, and ${faults.length - SHOWN} more` : '';
  return faults.slice(0, SHOWN).join(', ') + more;
}

/** Between the first and the last agent's begin, in milliseconds; 0 where fewer than two began. */
export function startSkew(agents: readonly AgentResult[]): number {
  const all = agents.flatMap(({ startMs }) => startMs ?? []);
  return all.length < 2 ? 0 : Math.max(...all) - Math.min(...all);
}

const SHOWN = 3;

function isJudged({ calls, p50Ms, fault }: AgentResult): boolean {
  return fault === undefined && calls >= SLOW_CALLS && p50Ms !== undefined;
}

function faulty(agent: AgentResult, fault: AgentFault, problem: string): AgentResult {
  return { ...agent, fault, problem };
}

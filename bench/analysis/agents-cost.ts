import { lambdaCost, sumOf } from '@sheep-shed/log-insights/cost';
import { parseObjective, stepSeconds } from '../plan/objective.ts';
import { FLOOR_SECONDS } from '../plan/plan.ts';
import { FUNCTION_OF, isEventScenario } from '../results/names.ts';
import type { Plan } from '../results/result.ts';
import { PUBLISHED_PYTHON } from './bench-cost.ts';
import { costOf } from './call-cost.ts';
import { PRICES, type PriceTable } from './prices.ts';
import { requestUnits } from './request-units.ts';

/** What a run from agents costs at most, in USD, and what makes it up. */
export interface AgentsCost {
  readonly agents: number;
  /** What the API, its functions and its table take for the calls. */
  readonly target: number;
  readonly usd: number;
  readonly calls: number;
}

/** Memory of the agent in `bench/agents/serverless.yml`. */
const AGENT_MB = 1769;
/** Memory of the functions by default. */
const TARGET_MB = 128;
/** An agent is billed for some 1.5 s of each second of load (ADR 29). */
const BILLED_SHARE = 1.5;
/** Each agent reports ready and measures its floor: seconds, and invocations. */
const READY = { seconds: 5 + 2 * FLOOR_SECONDS, invocations: 10 };
/** Seconds of a call in the closed model: faster than API Gateway and a warm function answer, so that calls are not underrated. */
const FASTEST_CALL = 0.02;

/**
 * Bounds the cost of a run from agents on AWS before it begins: agents by their seconds of load, calls by the slowest
 * functions known ({@link PUBLISHED_PYTHON}), on arm64. Without free tier; what Lambda starts anew and S3 keeps is small
 * beside it.
 */
export function agentsCost(plan: Plan, prices: PriceTable = PRICES): AgentsCost {
  const { agents = 1, scenarios, stacks, herd } = plan;
  const { seconds, calls } = loadOf(plan);
  const courses = scenarios.length * stacks.length;
  const invocations = agents * (courses * seconds + READY.invocations);
  const billedMs = (1000 * agents * (BILLED_SHARE * courses * seconds + READY.seconds)) / invocations;
  const agent = { billedMs, memoryMb: AGENT_MB, architecture: 'arm64' } as const;
  const ofAgents = sumOf(lambdaCost(agent, invocations, prices));
  const target = scenarios.reduce((sum, scenario) => {
    if (isEventScenario(scenario)) return sum;
    const name = FUNCTION_OF[scenario];
    const call = {
      billedMs: PUBLISHED_PYTHON[name].warm,
      memoryMb: TARGET_MB,
      architecture: 'arm64',
    } as const;
    return sum + costOf({ ...call, ...requestUnits(name, herd) }, stacks.length * calls, prices).usd;
  }, 0);
  return { agents: ofAgents, target, usd: ofAgents + target, calls: courses * calls };
}

/** Seconds and calls of one scenario on one stack, warm-ups among them. */
function loadOf({ rate, calls, duration, warmUp, connections, rateSteps = [], objective }: Plan) {
  const perSecond = rate ?? connections / FASTEST_CALL;
  const seconds = (calls === undefined ? duration : calls / perSecond) + warmUp;
  const goal = objective === undefined ? undefined : parseObjective(objective);
  const steps = rateSteps.map((step) => {
    const lasts = goal === undefined ? duration : stepSeconds(step, goal, duration);
    return { seconds: lasts + warmUp, calls: (lasts + warmUp) * step };
  });
  return {
    seconds: steps.reduce((sum, step) => sum + step.seconds, seconds),
    calls: steps.reduce((sum, step) => sum + step.calls, seconds * perSecond),
  };
}

import { OptionError } from '@sheep-shed/options';
import type { BenchRequest } from '../load/exchange.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { Target } from '../plan/targets.ts';
import { throttlesOf } from '../plan/throttling.ts';
import type { ScenarioName } from '../results/names.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import type { BenchWorld } from '../world/world.ts';
import { answerOf, connectTo } from './ask.ts';
import type { AwsClients } from './aws-clients.ts';
import type { Stack } from './stack.ts';

/** Requests of which the fastest tells how fast a function answers: the first may be cold. */
const ASKED = 3;

/** A deployed stack, and the services of its region. */
export interface Reached {
  readonly target: Target;
  readonly stack: Stack;
  readonly clients: AwsClients | undefined;
}

/**
 * Refuses a plan that the limits of AWS would throttle: throttled calls measure nothing.
 * @returns with `--ignore-limits` what would be throttled, in words.
 * @throws OptionError that names each limit, its value and what to change.
 */
export async function refuseThrottled(
  reached: readonly Reached[],
  options: BenchOptions,
  world: BenchWorld,
): Promise<string[]> {
  const { progress, signal } = world;
  const problems: string[] = [];
  for (const { target, stack, clients } of reached) {
    if (clients === undefined) {
      progress.line(`${target.name}: give --region to have the limits of AWS checked before the run`);
      continue;
    }
    const { askLimits } = await import('./stack-limits.ts');
    const { limits, unknown } = await askLimits(clients, target, options.scenario, signal);
    if (unknown.length > 0) {
      progress.line(`${target.name}: not every limit of AWS could be asked for: ${unknown.join('; ')}`);
    }
    if (limits.stage === undefined && limits.functions.size === 0) continue;
    const latency = await latencies(stack, options, world);
    const found = throttlesOf(limits, options, latency);
    problems.push(...found.map((problem) => `${target.name}: ${problem}`));
  }
  if (problems.length === 0) return [];
  if (options.ignoreLimits) return problems.map((problem) => `AWS may throttle this plan: ${problem}`);
  throw new OptionError(
    `AWS would throttle this plan, and what is throttled is no measurement (--ignore-limits goes on all the same):\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

/**
 * How fast the functions answer at best, in seconds: the cat itself, and for those that use the table the dog, which
 * changes nothing.
 */
async function latencies(
  stack: Stack,
  options: BenchOptions,
  { signal, nextTattoo }: BenchWorld,
): Promise<(scenario: ScenarioName) => number> {
  const timed = async (scenario: 'cat' | 'dog') => {
    const shed = { count: 0, herd: undefined, atOnce: 1 };
    const request = scenarioByName(scenario, options, nextTattoo).begin(shed).next();
    return fastest(stack, request, options.timeout, signal);
  };
  const [cat, others] = [
    options.scenario.includes('cat') ? await timed('cat') : 0,
    options.scenario.some((name) => name !== 'cat') ? await timed('dog') : 0,
  ];
  return (scenario) => (scenario === 'cat' ? cat : others);
}

async function fastest(
  stack: Stack,
  request: BenchRequest,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<number> {
  const connection = connectTo(stack, timeoutSeconds, signal);
  try {
    let seconds = Number.POSITIVE_INFINITY;
    for (let asked = 0; asked < ASKED; asked++) {
      const outcome = await connection.send(request, await stack.headersOf?.(request));
      signal.throwIfAborted();
      answerOf(request, outcome);
      seconds = Math.min(seconds, (outcome.endedAt - outcome.sentAt) / 1000);
    }
    return seconds;
  } finally {
    connection.close();
  }
}

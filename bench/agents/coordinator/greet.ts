import type { AgentFault } from '../../results/agent-result.ts';
import { type Greeting, MAX_HOLD_MS } from '../protocol.ts';
import type { Clocks } from './clocks.ts';
import type { Invoke } from './invoke.ts';
import { deadline, faultOf } from './tell-piece.ts';

/** What the greeting needs. */
export interface GreetingWorld {
  readonly invoke: Invoke;
  readonly clocks: Clocks;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Greetings are repeated while the clock of an environment may be wrong by more than this, in milliseconds … */
const CLOCK_ERROR_MS = 20;
/** … as after its cold start, but so often at most. */
const MOST_ROUNDS = 3;
/** Longest wait for an environment to be ready, in milliseconds. */
const READY_LIMIT_MS = 30_000;

/**
 * Has so many execution environments report that they are ready, and learns their clocks. All greetings of a round are
 * under way at once, so that each meets another environment.
 * @returns the longest way there and back of the last round, in milliseconds; `failed` where one could not be greeted.
 * @throws the signal's reason.
 */
export async function greetAgents(
  lanes: number,
  world: GreetingWorld,
): Promise<{
  readonly roundTripMs: number;
  readonly failed: { readonly fault: AgentFault; readonly problem: string } | undefined;
}> {
  const holdMs = Math.min(MAX_HOLD_MS, 10 + 2 * lanes);
  let roundTripMs = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const greeted = await Promise.allSettled(Array.from({ length: lanes }, () => greet(holdMs, world)));
    world.signal.throwIfAborted();
    const refused = greeted.find((one) => one.status === 'rejected');
    if (refused !== undefined) return { roundTripMs, failed: faultOf(refused.reason, 'was not ready') };
    const ways = greeted.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    roundTripMs = Math.max(0, ...ways);
    if (roundTripMs / 2 <= CLOCK_ERROR_MS) break;
  }
  return { roundTripMs, failed: undefined };
}

/** @returns the way there and back in milliseconds. */
async function greet(holdMs: number, { invoke, clocks, now, signal }: GreetingWorld): Promise<number> {
  const limit = deadline(READY_LIMIT_MS, signal);
  const greeting: Greeting = { kind: 'greeting', sentAt: now(), holdMs };
  let wayMs: number | undefined;
  for await (const said of invoke(greeting, limit)) {
    if (said.kind === 'refused') throw new Error(said.message);
    if (said.kind !== 'ready') continue;
    const heardAt = now();
    clocks.learn(greeting.sentAt, said, heardAt);
    wayMs = Math.max(0, heardAt - greeting.sentAt - (said.saidAt - said.receivedAt));
  }
  if (wayMs === undefined) throw new Error('it ended without a word');
  return wayMs;
}

import type { AgentFault } from '../../results/agent-result.ts';
import { type Greeting, MAX_HOLD_MS } from '../protocol.ts';
import type { Clocks } from './clocks.ts';
import type { Invoke } from './invoke.ts';
import { listen } from './listen.ts';
import { faultOf } from './tell-piece.ts';

/** What the greeting needs. */
export interface GreetingWorld extends Pick<Greeting, 'toOpen'> {
  readonly invoke: Invoke;
  readonly clocks: Clocks;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Greetings are repeated while the clock of an environment may be wrong by more than this, in milliseconds … */
const CLOCK_ERROR_MS = 20;
/** … as after its cold start, but so often at most. */
const MOST_ROUNDS = 3;
/** An environment is held so long, in milliseconds … */
const LEAST_HOLD_MS = 10;
/** … and longer for each that is still to be greeted. */
const HOLD_PER_LANE_MS = 2;
/** Longest wait for an environment to be ready, in milliseconds. */
const READY_LIMIT_MS = 30_000;

/** So many greetings are under way at once before the first of them is answered. */
const AT_ONCE = 50;

/**
 * Has so many execution environments report that they are ready, and learns their clocks. Each is held until the others
 * were greeted too, so that each greeting meets another one.
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
  let roundTripMs = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const ways: number[] = [];
    const ended: Promise<unknown>[] = [];
    let failure: { readonly reason: unknown } | undefined;
    for (let first = 0; first < lanes && failure === undefined; first += AT_ONCE) {
      const holdMs = Math.min(MAX_HOLD_MS, LEAST_HOLD_MS + HOLD_PER_LANE_MS * (lanes - first));
      const batch = Array.from({ length: Math.min(AT_ONCE, lanes - first) }, () => greet(holdMs, world));
      ended.push(...batch.map((one) => one.ended));
      const greeted = await Promise.allSettled(batch.map((one) => one.wayMs));
      failure = greeted.find((one) => one.status === 'rejected');
      for (const one of greeted) if (one.status === 'fulfilled') ways.push(one.value);
    }
    await Promise.all(ended);
    world.signal.throwIfAborted();
    if (failure !== undefined) return { roundTripMs, failed: faultOf(failure.reason, 'was not ready') };
    roundTripMs = Math.max(0, ...ways);
    if (roundTripMs / 2 <= CLOCK_ERROR_MS) break;
  }
  return { roundTripMs, failed: undefined };
}

/** Greets one: `wayMs`, the way there and back, is known when it has answered; `ended` never rejects. */
function greet(
  holdMs: number,
  { invoke, clocks, now, signal, toOpen }: GreetingWorld,
): { readonly wayMs: Promise<number>; readonly ended: Promise<void> } {
  const way = Promise.withResolvers<number>();
  const hear = async () => {
    const greeting: Greeting = { kind: 'greeting', sentAt: now(), holdMs, ...(toOpen && { toOpen }) };
    for await (const said of listen(invoke, greeting, READY_LIMIT_MS, signal)) {
      if (said.kind === 'refused') throw new Error(said.message);
      if (said.kind !== 'ready') continue;
      const heardAt = now();
      clocks.learn(greeting.sentAt, said, heardAt);
      way.resolve(Math.max(0, heardAt - greeting.sentAt - (said.saidAt - said.receivedAt)));
    }
    way.reject(new Error('it ended without a word'));
  };
  return { wayMs: way.promise, ended: hear().catch(way.reject) };
}

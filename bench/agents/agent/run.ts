import type { LoadOptions } from '../../load/apply-load.ts';
import { arrivalTimes } from '../../load/arrivals.ts';
import { BARE_REQUEST, verifyBare } from '../../load/bare-exchange.ts';
import { closedLoad } from '../../load/closed-load.ts';
import type { Connect } from '../../load/connection.ts';
import { openLoad } from '../../load/open-load.ts';
import type { LoadResult } from '../../results/load-result.ts';
import { callScenario } from '../../scenarios/call-scenario.ts';
import type { Pass } from '../../scenarios/scenario.ts';
import type { Clock } from '../../world/clock.ts';
import {
  type FromAgent,
  type Greeting,
  type Piece,
  type PieceScenario,
  TATTOOS_A_PIECE,
} from '../protocol.ts';
import { readMessage } from './read-message.ts';

/** What an agent is given by its host; it lives as long as the execution environment. */
export interface AgentWorld {
  /** Tells this environment from others. */
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clock: Clock;
  /** Makes connections, which outlive a piece. */
  readonly connect: Connect;
  /** Address of a bare server of this environment's own, started when it is first asked for. */
  readonly bareServer: () => Promise<string>;
  /** Invocations so far; the agent counts up. */
  served: number;
  /** Milliseconds of each set-up since the last piece. */
  readonly connectMs: number[];
}

const SHOWN = 3;

/**
 * Follows one message of the coordinator and says what came of it. It never throws: a message that it cannot follow is
 * refused in words.
 */
export async function runAgent(
  event: unknown,
  world: AgentWorld,
  say: (message: FromAgent) => void,
): Promise<void> {
  const receivedAt = world.now();
  const { environment, clock } = world;
  const served = world.served++;
  const sayReady = () => say({ kind: 'ready', environment, served, receivedAt, saidAt: world.now() });
  try {
    const message = readMessage(event, receivedAt);
    if (message.kind === 'greeting') {
      sayReady();
      await Promise.all([clock.sleep(message.holdMs), openConnections(message, world)]);
    } else {
      await runPiece(message, world, sayReady, say);
    }
  } catch (error) {
    say({ kind: 'refused', message: error instanceof Error ? error.message : String(error) });
  }
}

/** Opens connections that a piece will take over. */
async function openConnections({ toOpen }: Greeting, { connect, connectMs }: AgentWorld): Promise<void> {
  if (toOpen === undefined) return;
  const { url, connections, timeoutSeconds } = toOpen;
  const onConnected = (millis: number) => void connectMs.push(millis);
  const settings = { base: new URL(url), timeoutSeconds, onConnected };
  const opened = Array.from({ length: connections }, () => connect(settings));
  // One that cannot be opened now costs the request that first needs it.
  await Promise.allSettled(opened.map((one) => one.open()));
  for (const one of opened) one.close();
}

async function runPiece(
  piece: Piece,
  world: AgentWorld,
  onReady: () => void,
  say: (message: FromAgent) => void,
): Promise<void> {
  const { amount, scenario, connections, timeoutSeconds } = piece;
  const { clock, connect, connectMs, environment } = world;
  // What this environment's clock shows more than the coordinator's, and its steady clock less than its clock of the day.
  const aheadMs = piece.clocks[environment] ?? 0;
  const toSteady = (epochMs: number) => clock.now() + (epochMs + aheadMs - world.now());
  const [zeroAt, beginsAt, endsAt] = [piece.zeroAt, piece.beginsAt, piece.endsAt].map(toSteady) as [
    number,
    number,
    number,
  ];
  const pass = beginPass(scenario);
  const lostWhy: string[] = [];
  let firstAt: number | undefined;
  const load: LoadOptions = {
    url: piece.url ?? (await world.bareServer()),
    connections,
    calls: undefined,
    seconds: 0,
    timeoutSeconds,
    next: () => {
      firstAt ??= clock.now();
      return pass.next();
    },
    verify: pass.verify,
    onProgress: (answers) => say({ kind: 'progress', answers }),
    onLost: (problem) => void (lostWhy.length < SHOWN && lostWhy.push(problem)),
    signal: new AbortController().signal,
    connect,
    clock,
    agreed: { beginsAt: amount.model === 'open' ? zeroAt : beginsAt, endsAt, onReady },
  };
  const { result, dueAt } = await applyAmount(amount, load, beginsAt, zeroAt);
  say({
    kind: 'done',
    load: { ...result, connectMs: [...connectMs.splice(0), ...result.connectMs] },
    added: pass.count(),
    lateMs: firstAt === undefined || dueAt === undefined ? null : Math.max(0, firstAt - dueAt),
    lostWhy,
  });
}

/** Applies the load, and tells when its first request was due. */
async function applyAmount(
  amount: Piece['amount'],
  load: LoadOptions,
  beginsAt: number,
  zeroAt: number,
): Promise<{ readonly result: LoadResult; readonly dueAt: number | undefined }> {
  if (amount.model === 'closed') {
    const { seconds, calls } = amount;
    return { result: await closedLoad({ ...load, seconds, calls: calls ?? undefined }), dueAt: beginsAt };
  }
  const { share } = amount;
  const plan = { ...amount.plan, calls: amount.plan.calls ?? undefined };
  const { value: first } = arrivalTimes(plan, share).next();
  const dueAt = first === undefined ? undefined : zeroAt + first;
  const { rate, arrivals, seed, seconds, calls } = plan;
  // The connections are bounded by the calls of all agents together, which are never fewer than this one's.
  return { result: await openLoad({ ...load, rate, arrivals, seed, seconds, calls, share }), dueAt };
}

type AgentPass = Pick<Pass, 'next' | 'verify'> & {
  /** Sheep inserted less sheep eaten. */
  count(): number;
};

function beginPass(scenario: PieceScenario): AgentPass {
  if (scenario.name === 'bare') return { next: () => BARE_REQUEST, verify: verifyBare, count: () => 0 };
  const { name, count } = scenario;
  let tattoo = BigInt(scenario.firstTattoo);
  const end = tattoo + TATTOOS_A_PIECE;
  const nextTattoo = () => {
    if (tattoo === end) throw new RangeError(`a piece may insert ${TATTOOS_A_PIECE} sheep at most`);
    return tattoo++;
  };
  // Without the table nothing that is eaten can be made good, so that no herd is known.
  const shed = { count, herd: undefined, atOnce: 1 };
  const pass = callScenario(name, scenario, nextTattoo).begin(shed);
  return {
    next: () => pass.next(),
    verify: (...of) => pass.verify(...of),
    count: () => pass.count() - count,
  };
}

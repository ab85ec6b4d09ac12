import type { AgentFault } from '../../results/agent-result.ts';
import { type Done, LEASE_MS, type Piece, TATTOOS_A_PIECE } from '../protocol.ts';
import type { Clocks } from './clocks.ts';
import type { FleetLoad } from './fleet.ts';
import type { Invoke } from './invoke.ts';
import type { Ledger } from './ledger.ts';
import { listen } from './listen.ts';

/** A piece before it is said: who says it knows the time, the clocks and the tattoos. */
export type PieceToTell = Omit<Piece, 'kind' | 'sentAt' | 'clocks' | 'scenario'> &
  Pick<FleetLoad, 'scenario'>;

/** What telling a piece needs. */
export interface TellingWorld {
  readonly invoke: Invoke;
  readonly clocks: Clocks;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly reserveTattoos: (count: bigint) => bigint;
  readonly onProgress: (answers: number) => void;
  readonly onLost: ((problem: string) => void) | undefined;
}

/** An answer comes so much after its time-out at most, in milliseconds; else its agent is lost. */
const PATIENCE_MS = 5_000;

/**
 * Has an agent do one piece and enters what came of it into its ledger.
 * @param isAgreed whether it begins at an agreed moment, and not as soon as it comes.
 * @returns what came of it; `undefined` when the agent was lost or throttled.
 */
export async function tellPiece(
  { scenario, ...piece }: PieceToTell,
  ledger: Ledger,
  isAgreed: boolean,
  { invoke, clocks, now, signal, reserveTattoos, onProgress, onLost }: TellingWorld,
): Promise<Done | undefined> {
  const sentAt = now();
  const firstTattoo = scenario.name === 'sheep' ? reserveTattoos(TATTOOS_A_PIECE) : 0n;
  const message: Piece = {
    ...piece,
    kind: 'piece',
    sentAt,
    clocks: clocks.known(),
    scenario: scenario.name === 'bare' ? scenario : { ...scenario, firstTattoo: `${firstTattoo}` },
  };
  const waitMs = Math.max(0, piece.beginsAt - sentAt) + LEASE_MS + piece.timeoutSeconds * 1000 + PATIENCE_MS;
  let done: Done | undefined;
  try {
    for await (const said of listen(invoke, message, waitMs, signal)) {
      if (said.kind === 'refused') throw new Error(`refused its piece: ${said.message}`);
      if (said.kind === 'ready') ledger.met(said, clocks.learn(sentAt, said, now()).errorMs);
      if (said.kind === 'progress') onProgress(said.answers);
      if (said.kind === 'done') done = said;
    }
    if (done === undefined) throw new Error('ended without its last word');
  } catch (error) {
    const { fault, problem } = faultOf(error, 'was lost');
    ledger.failed(fault, problem);
    return undefined;
  }
  ledger.did(done, isAgreed);
  onProgress(done.load.calls);
  for (const why of done.lostWhy) onLost?.(why);
  return done;
}

/** What an invocation that failed means for its agent. */
export function faultOf(
  error: unknown,
  what: string,
): { readonly fault: AgentFault; readonly problem: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'TooManyRequestsException')
    return { fault: 'throttled', problem: `was throttled by Lambda: ${message}` };
  return { fault: 'lost', problem: `${what}: ${message.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 200)}` };
}

/**
 * What coordinator and agents say to each other. One message of the coordinator is the event of one invocation; what the
 * agent says are lines of JSON in its streamed response. Times are epoch milliseconds of the coordinator's clock where
 * nothing else is said.
 */
import type { ArrivalPlan, ArrivalShare } from '../load/arrivals.ts';
import type { LoadResult } from '../results/load-result.ts';
import type { CallScenario } from '../scenarios/call-scenario.ts';

/** From the begin of a piece to when nothing more may be sent, in milliseconds, at most: the lease, which the next piece renews. */
export const LEASE_MS = 1500;
/** A piece of the open model is handed over so long before it begins, in milliseconds, while the one before it is on. */
export const LEAD_MS = 500;
/** A piece of the open model has the arrivals of so many milliseconds; what finds all connections busy has the rest of the lease. */
export const SLICE_MS = 1000;
/** Longest time for which an environment is held when it is greeted, in milliseconds. */
export const MAX_HOLD_MS = 5000;
/** A piece must not begin later than this after it was handed over, in milliseconds. */
export const MAX_WAIT_MS = 5000;
/** Seconds until an answer counts as lost, at most: less than the time-out of the function, which waits for it. */
export const MAX_TIMEOUT_SECONDS = 40;
/** Tattoos that a piece may use: more than any piece sends. */
export const TATTOOS_A_PIECE = 2n ** 20n;

/** What an agent does to the target; `bare` asks a bare server, whose answer holds the path. */
export type PieceScenario =
  | { readonly name: 'bare' }
  | {
      readonly name: CallScenario;
      readonly m: number;
      readonly n: number;
      /** Sheep in the shed before the load. */
      readonly count: number;
      /** The first of {@link TATTOOS_A_PIECE} that are this piece's alone, in decimal digits. */
      readonly firstTattoo: string;
    };

/** How much of the load this piece is. */
export type PieceAmount =
  | { readonly model: 'closed'; readonly calls: number | null; readonly seconds: number }
  | {
      readonly model: 'open';
      readonly plan: Omit<ArrivalPlan, 'calls'> & { readonly calls: number | null };
      readonly share: ArrivalShare;
    };

/** Asks who is there, and what time it is. */
export interface Greeting {
  readonly kind: 'greeting';
  readonly sentAt: number;
  /** The environment stays busy so long, so that each greeting of a round meets another one. */
  readonly holdMs: number;
  /** Connections to open meanwhile, so that the load of others does not meet their set-up; absent: none. */
  readonly toOpen?: Required<Pick<Piece, 'url' | 'connections' | 'timeoutSeconds'>>;
}

/** A piece of load for one agent. */
export interface Piece {
  readonly kind: 'piece';
  readonly sentAt: number;
  /** When the whole load begins, from which planned times count: for a piece of the closed model its own begin. */
  readonly zeroAt: number;
  /** When this piece begins. */
  readonly beginsAt: number;
  /** Nothing is sent after it. */
  readonly endsAt: number;
  /** By environment, what its clock is ahead of the coordinator's, in milliseconds. */
  readonly clocks: Readonly<Record<string, number>>;
  /** Absent: a bare server of the agent's own. */
  readonly url?: string;
  readonly scenario: PieceScenario;
  readonly amount: PieceAmount;
  readonly connections: number;
  readonly timeoutSeconds: number;
}

/** Everything that a coordinator says. */
export type ToAgent = Greeting | Piece;

/** Who an agent is, and when it had the message, by its own clock. */
export interface Ready {
  readonly kind: 'ready';
  /** Of the execution environment; another one after a cold start. */
  readonly environment: string;
  /** Invocations of this environment before. */
  readonly served: number;
  readonly receivedAt: number;
  readonly saidAt: number;
}

/** A word on the way. */
export interface Progress {
  readonly kind: 'progress';
  readonly answers: number;
}

/** What came of a piece. */
export interface Done {
  readonly kind: 'done';
  readonly load: LoadResult;
  /** Sheep inserted less sheep eaten, by what was answered. */
  readonly added: number;
  /** Milliseconds from when its first request was due to when it was handed over to be sent; `null` when none was due. */
  readonly lateMs: number | null;
  /** Up to three reasons why requests were lost. */
  readonly lostWhy: readonly string[];
}

/** Why a message could not be followed. */
export interface Refused {
  readonly kind: 'refused';
  readonly message: string;
}

/** Everything that an agent says. */
export type FromAgent = Ready | Progress | Done | Refused;

/** A line of an agent's response. */
export function sayLine(message: FromAgent): string {
  return `${JSON.stringify(message)}\n`;
}

/** Longest response that is taken in, in bytes: one whose histogram has every bucket stays below it. */
const MAX_RESPONSE_BYTES = 5_000_000;

/**
 * Reads the lines of an agent's response from its pieces, however they are cut.
 * @throws RangeError for a response above {@link MAX_RESPONSE_BYTES}; SyntaxError for a line that is no JSON.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES)
      throw new RangeError(`a response of more than ${MAX_RESPONSE_BYTES} bytes`);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '')
    throw new SyntaxError(`the response was cut off after ${JSON.stringify(rest.slice(0, 80))}`);
}

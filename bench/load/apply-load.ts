import type { LoadModel, LoadResult } from '../results/load-result.ts';
import type { Clock } from '../world/clock.ts';
import { systemClock } from '../world/clock.ts';
import type { Connect, Connection } from './connection.ts';
import { createConnection } from './connection.ts';
import type { BenchAnswer, BenchRequest, HeadersOf } from './exchange.ts';
import { pace } from './pacing.ts';
import type { Tally } from './tally.ts';
import { createTally } from './tally.ts';

/** How much load, and for how long, in either model. */
export interface LoadOptions {
  /** `http:` or `https:`; its path stands before that of each request. */
  readonly url: string;
  readonly connections: number;
  /** Calls in all; when absent, as many as go into `seconds`. */
  readonly calls: number | undefined;
  readonly seconds: number;
  /** Seconds until an answer, or the set-up of a connection, counts as lost. */
  readonly timeoutSeconds: number;
  readonly next: () => BenchRequest;
  readonly verify: (request: BenchRequest, answer: BenchAnswer) => string | undefined;
  readonly headersOf?: HeadersOf;
  /** Told a few times a second how many answers have come. */
  readonly onProgress: (answers: number, elapsedMs: number) => void;
  /** Told why a request was lost, for the first three. */
  readonly onLost?: (problem: string) => void;
  /**
   * What is to be done after an answer, outside its latency, so that the next call finds what this one found. In the
   * closed model all connections then send together, and again when all answers have come and been followed up: what one
   * call changes cannot reach another that a faster server would have answered before. In the open model the planned
   * times do not wait for it.
   */
  readonly afterAnswer?:
    | ((request: BenchRequest, answer: BenchAnswer) => Promise<void> | undefined)
    | undefined;
  readonly signal: AbortSignal;
  /** Sockets where not given. */
  readonly connect?: Connect | undefined;
  /** The clock by which connections tell their times; this machine's where not given. */
  readonly clock?: Clock | undefined;
  /** When the load begins and ends, for a load that others share; where absent it begins when the connections are open. */
  readonly agreed?: AgreedTimes | undefined;
}

/** What several senders have agreed on, in milliseconds of the clock of each. */
export interface AgreedTimes {
  /** When the load begins. Planned times of the open model count from it, also where it has passed. */
  readonly beginsAt: number;
  /** Nothing is sent after it, whatever is due. */
  readonly endsAt: number;
  /** Told when the connections are open, as far as the server lets them. */
  readonly onReady: () => void;
}

/** A server that loses or throttles this many requests is not worth the wait for more: the load ends early. */
export const MAX_UNSERVED = 100;

/** Milliseconds between two words of progress. */
export const PROGRESS_MS = 250;

/** What a load model is given: connections that are open, as far as the server lets them, and the tally. */
export interface Stage {
  readonly connections: readonly Connection[];
  readonly tally: Tally;
  readonly clock: Clock;
  /** Whether to send nothing more: too much is lost or throttled, the run is aborted, or an answer could not be judged. */
  isOver(): boolean;
  /** Milliseconds of the clock, when the connections were open. */
  readonly startedAt: number;
}

/** Opens all connections, lets a model drive them until it is done, and closes them. @throws the signal's reason. */
export async function applyLoad(
  model: LoadModel,
  options: LoadOptions,
  drive: (stage: Stage) => Promise<void>,
): Promise<LoadResult> {
  const { url, calls, timeoutSeconds, onProgress, signal, connect = createConnection } = options;
  const { agreed, clock = systemClock } = options;
  const tally = createTally({ ...options, onLost: options.onLost, clock });
  const settings = { base: new URL(url), timeoutSeconds, onConnected: tally.connected };
  const connections = Array.from({ length: Math.min(options.connections, calls ?? Infinity) }, () =>
    connect(settings),
  );
  const closeAll = () => {
    for (const connection of connections) connection.close();
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', closeAll, { once: true });
  let ticker: NodeJS.Timeout | undefined;
  let isEnded = false;
  try {
    // One that cannot be opened now costs the request that first needs it.
    await Promise.allSettled(connections.map((connection) => connection.open()));
    const startedAt = agreed?.beginsAt ?? clock.now();
    ticker = setInterval(() => onProgress(tally.answers, clock.now() - startedAt), PROGRESS_MS);
    const isLate = () => agreed !== undefined && clock.now() >= agreed.endsAt;
    const isOver = () => isEnded || signal.aborted || tally.unserved >= MAX_UNSERVED || isLate();
    agreed?.onReady();
    if (agreed) await pace(startedAt, [0], () => undefined, isOver, clock);
    await drive({ connections, tally, clock, isOver, startedAt });
    signal.throwIfAborted();
    return tally.toResult(model, startedAt, connections.length);
  } finally {
    isEnded = true;
    clearInterval(ticker);
    signal.removeEventListener('abort', closeAll);
    closeAll();
  }
}

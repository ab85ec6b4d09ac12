import autocannon from 'autocannon';
import { BARE_REQUEST, verifyBare } from '../../bench/load/bare-exchange.ts';
import { closedLoad } from '../../bench/load/closed-load.ts';

/** What one piece of load gave, and what it cost this process. */
export interface Cost {
  /** Answers a second. */
  readonly rate: number;
  /** CPU time of this process in microseconds for each request, its start included. */
  readonly cpuMicros: number;
}

/** A piece of load: how many answers came, and at which rate. */
interface Piece {
  readonly answers: number;
  readonly rate: number;
}

/** Applies load and watches this process' CPU time. */
export async function costOf(run: () => Promise<Piece>): Promise<Cost> {
  const before = process.cpuUsage();
  const { answers, rate } = await run();
  const { user, system } = process.cpuUsage(before);
  return { rate, cpuMicros: (user + system) / answers };
}

/** The closed model as a scenario uses it, with verification. @throws Error when an answer was wrong or lost. */
export async function benchRate(
  url: string,
  connections: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Piece> {
  const { calls, lost, wrong, elapsedMs } = await closedLoad({
    url,
    connections,
    calls: undefined,
    seconds,
    timeoutSeconds: 10,
    next: () => BARE_REQUEST,
    verify: verifyBare,
    onProgress: () => {},
    signal,
  });
  if (lost + wrong > 0) throw new Error(`${lost} requests lost, ${wrong} answers wrong`);
  return { answers: calls, rate: (calls * 1000) / elapsedMs };
}

/** autocannon as it comes: the same request, no verification, its own histogram. */
export async function autocannonRate(url: string, connections: number, seconds: number): Promise<Piece> {
  const { '2xx': answers, duration } = await autocannon({
    url: url + BARE_REQUEST.path,
    connections,
    duration: seconds,
    // It looks whether it is over as often as it samples: every second by default.
    sampleInt: Math.min(1, seconds) * 1000,
  });
  return { answers, rate: answers / duration };
}

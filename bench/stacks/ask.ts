import type { Connection, Outcome } from '../load/connection.ts';
import { createConnection } from '../load/connection.ts';
import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
import { throttlerOf } from '../load/throttling.ts';
import { objectOf } from '../scenarios/scenario.ts';
import type { Address } from './stack.ts';

/**
 * Asks a stack once, outside all measuring, how many sheep it counts.
 * @throws Error in one line when it does not answer, or answers anything but a count.
 */
export async function askDog(address: Address, timeoutSeconds: number, signal: AbortSignal): Promise<number> {
  const { status, body } = await ask(address, { method: 'GET', path: '/dog' }, timeoutSeconds, signal);
  const count = objectOf(body)?.['count'];
  if (status === 200 && typeof count === 'number') return count;
  throw new Error(`GET /dog answered ${status} ${body.slice(0, 200)}`);
}

/**
 * Has a function answer one request over a connection of its own, outside all measuring.
 * @throws Error in one line when it is not answered, or throttled.
 */
export async function ask(
  address: Address,
  request: BenchRequest,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<BenchAnswer> {
  return answerOf(request, await sendOnce(address, request, timeoutSeconds, signal));
}

/** The answer of a function to a request. @throws Error in one line when there is none, or the request was throttled. */
export function answerOf(
  { method, path }: BenchRequest,
  { answer, problem, sentAt, endedAt }: Outcome,
): BenchAnswer {
  if (answer === undefined) throw new Error(`${method} ${path} was not answered: ${problem}`);
  const throttler = throttlerOf(answer, endedAt - sentAt);
  if (throttler === undefined) return answer;
  const who = throttler === 'gateway' ? 'API Gateway' : 'Lambda';
  throw new Error(`${method} ${path} was throttled by ${who} (${answer.status})`);
}

/** Sends one request over a connection of its own, outside all measuring. @throws only the reason of the signal. */
export async function sendOnce(
  address: Address,
  request: BenchRequest,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const connection = connectTo(address, timeoutSeconds, signal);
  try {
    const outcome = await connection.send(request, await address.headersOf?.(request));
    signal.throwIfAborted();
    return outcome;
  } finally {
    connection.close();
  }
}

/** Makes a connection, not yet open, that an abort cuts off. */
export function connectTo(
  { url, connect = createConnection }: Address,
  timeoutSeconds: number,
  signal: AbortSignal,
): Connection {
  signal.throwIfAborted();
  const connection = connect({ base: new URL(url), timeoutSeconds, onConnected: () => undefined });
  signal.addEventListener('abort', connection.close, { once: true });
  return {
    ...connection,
    close() {
      signal.removeEventListener('abort', connection.close);
      connection.close();
    },
  };
}

import type { Connection } from '../load/connection.ts';
import { createConnection } from '../load/connection.ts';
import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
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
 * Sends one request over a connection of its own, outside all measuring.
 * @throws Error in one line when it is not answered.
 */
export async function ask(
  address: Address,
  request: BenchRequest,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<BenchAnswer> {
  const connection = connectTo(address, timeoutSeconds, signal);
  try {
    const { answer, problem } = await connection.send(request, await address.headersOf?.(request));
    signal.throwIfAborted();
    if (answer !== undefined) return answer;
    throw new Error(`${request.method} ${request.path} was not answered: ${problem}`);
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

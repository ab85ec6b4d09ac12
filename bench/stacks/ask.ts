import type { BenchRequest } from '../load/exchange.ts';
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
 * Sends one request, outside all measuring.
 * @throws Error in one line when it is not answered.
 */
export async function ask(
  { url, headersOf }: Address,
  request: BenchRequest,
  timeoutSeconds: number,
  signal: AbortSignal,
) {
  const { method, path } = request;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const response = await fetch(url + path, {
      method,
      headers: (await headersOf?.(request)) ?? {},
      signal: limit,
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new Error(`${method} ${path} was not answered: ${cause?.code ?? cause?.message ?? message}`, {
      cause: error,
    });
  }
}

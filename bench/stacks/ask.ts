import { objectOf } from '../scenarios/scenario.ts';

/**
 * Asks a stack once, outside all measuring, how many sheep it counts.
 * @throws Error in one line when it does not answer, or answers anything but a count.
 */
export async function askDog(url: string, timeoutSeconds: number, signal: AbortSignal): Promise<number> {
  const { status, body } = await ask(url, 'GET', '/dog', timeoutSeconds, signal);
  const count = objectOf(body)?.['count'];
  if (status === 200 && typeof count === 'number') return count;
  throw new Error(`GET /dog answered ${status} ${body.slice(0, 200)}`);
}

/**
 * Sends one request, outside all measuring.
 * @throws Error in one line when it is not answered.
 */
export async function ask(
  url: string,
  method: string,
  path: string,
  timeoutSeconds: number,
  signal: AbortSignal,
) {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const response = await fetch(url + path, { method, signal: limit });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new Error(`${method} ${path} was not answered: ${cause?.code ?? cause?.message ?? message}`, {
      cause: error,
    });
  }
}

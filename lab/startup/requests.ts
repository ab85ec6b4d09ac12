import { randomInt } from 'node:crypto';
import type { LocalLambda } from '@sheep-shed/local-lambda';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import type { FunctionName } from './options.ts';

/** What a function is asked, as API Gateway would; the work of the bench's scenarios. */
const EVENTS: Readonly<Record<FunctionName, () => object>> = {
  'post-sheep': () => ({ pathParameters: { tattoo: String(randomInt(2 ** 47)) } }),
  'get-dog': () => ({}),
  'get-cat': () => ({ queryStringParameters: { m: '3', n: '8' } }),
  'delete-wolf': () => ({}),
};

/** The shed that every start finds. */
export const HERD = makeHerd(1000, 1);

/** How many passes a herd lasts, when each start of a wolf eats two sheep of prime weight. */
export function passesPerHerd(wolves: number): number {
  return Math.max(1, Math.floor(HERD.primes.length / (2 * wolves)));
}

/** Calls a hosted function that does the work of one of ours. @throws Error when it does not succeed. */
export function callWith(work: FunctionName) {
  return async (host: LocalLambda, name: string): Promise<void> => {
    const { errorType, payload } = await host.invoke(name, {
      version: '2.0',
      requestContext: { http: { method: 'GET', path: '/' } },
      ...EVENTS[work](),
    });
    const status = (payload as { statusCode?: number } | null)?.statusCode ?? 0;
    if (errorType !== undefined || status >= 300)
      throw new Error(`${name} failed: ${JSON.stringify(payload)}`);
  };
}

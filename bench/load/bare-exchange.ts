import type { BenchAnswer, BenchRequest } from './exchange.ts';

/** A request of the bare server; its answer holds the path. */
export const BARE_REQUEST: BenchRequest = { method: 'GET', path: '/cat?m=3&n=8' };

/** Judges an answer of the bare server, by the same steps as a scenario: status, JSON, value. */
export function verifyBare({ path }: BenchRequest, { status, body }: BenchAnswer): string | undefined {
  const value: unknown = status === 200 ? JSON.parse(body) : undefined;
  const isRight = typeof value === 'object' && value !== null && 'path' in value && value.path === path;
  return isRight ? undefined : `the bare server answered ${path} with ${status} ${body}`;
}

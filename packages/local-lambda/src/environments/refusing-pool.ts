import { notRun } from './invocation.ts';
import type { Pool } from './pool-options.ts';

/**
 * Makes the pool of a function that nothing here runs: it has no environments and refuses every invocation.
 * @param reason is told to whoever calls the function.
 */
export function createRefusingPool(reason: string): Pool {
  return {
    invoke: (invocation) => invocation.settle(notRun(reason)),
    warm: () => undefined,
    size: () => 0,
    dropIdle: async () => undefined,
    handOver: () => undefined,
    resize: () => undefined,
    close: async () => undefined,
  };
}

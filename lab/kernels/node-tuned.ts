// The process of the kernels that the functions run: the cat's, and the wolf's whole choice on a shed of one page.

import type { HerdSheep } from '../../bench/herd/make-herd.ts';
import { ackermann } from '../../src/domain/ackermann.ts';
import { buildSieve, isPrime } from '../../src/domain/primes.ts';
import { eatHeaviestPrime } from '../../src/domain/wolf.ts';
import { serveKernels } from './node-worker.ts';

/** A shed whose sheep stay, so that every call finds the same. */
function shedOf(herd: readonly HerdSheep[]) {
  return {
    add: async () => false,
    count: async () => herd.length,
    async *scan() {
      yield herd;
    },
    remove: async () => true,
  };
}

await serveKernels({
  ackermann,
  steps: {
    file: 'src/domain/ackermann.ts',
    statements: [
      'return n + 1',
      'low[top] = rest',
      'stack[top] = rest',
      'left = rest',
      'value = (value + 1) | 0',
    ],
  },
  async wolf(herd) {
    return (await eatHeaviestPrime(shedOf(herd)))?.tattoo;
  },
  arePrime(weights) {
    buildSieve();
    return weights.map(isPrime);
  },
});

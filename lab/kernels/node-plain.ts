// The process of the kernels as one writes them first.
import { choose } from './choose.ts';
import { serveKernels } from './node-worker.ts';
import { arrayAckermann, arraySieve, remainderIsPrime } from './yardsticks.ts';

const SIEVE_LIMIT = 400_000;

await serveKernels({
  ackermann: arrayAckermann,
  steps: {
    file: 'lab/kernels/yardsticks.ts',
    statements: ['stack.push(right + 1)', 'stack.push(left - 1, 1)', 'stack.push(left - 1, left, right - 1)'],
  },
  wolf(herd) {
    const primes = arraySieve(SIEVE_LIMIT);
    return choose(herd, (weight) => remainderIsPrime(weight, primes));
  },
  arePrime(weights) {
    const primes = arraySieve(SIEVE_LIMIT);
    return weights.map((weight) => remainderIsPrime(weight, primes));
  },
});

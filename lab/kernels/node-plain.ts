// The process of the kernels as one writes them first.
import { serveKernels } from './node-worker.ts';
import { arrayAckermann, arraySieve, heaviest, remainderIsPrime } from './plain-kernels.ts';

await serveKernels({
  ackermann: arrayAckermann,
  steps: {
    file: 'lab/kernels/plain-kernels.ts',
    statements: [
      'stack.push(right + 1);',
      'stack.push(left - 1, 1);',
      'stack.push(left - 1, left, right - 1);',
    ],
  },
  wolf(herd) {
    const primes = arraySieve();
    return heaviest(herd, (weight) => remainderIsPrime(weight, primes));
  },
  arePrime(weights) {
    const primes = arraySieve();
    return weights.map((weight) => remainderIsPrime(weight, primes));
  },
});

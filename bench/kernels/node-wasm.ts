// The process of the kernels in WebAssembly (wasm/*.wat), of which its arguments name the modules.
import { readFileSync } from 'node:fs';
import { choose } from './choose.ts';
import { serveKernels } from './node-worker.ts';
import { instantiateCat, instantiateWolf } from './wasm/instantiate.ts';

const [catFile = '', countedFile = '', wolfFile = ''] = process.argv.slice(2);
const { ackermann } = instantiateCat(readFileSync(catFile));
const { buildSieve, isPrime } = instantiateWolf(readFileSync(wolfFile));
const isPrimeWeight = (weight: number) => isPrime(weight) === 1;

await serveKernels({
  ackermann,
  steps(m, n) {
    const counted = instantiateCat(readFileSync(countedFile));
    counted.ackermann(m, n);
    return Number(counted.steps?.value);
  },
  wolf(herd) {
    buildSieve();
    return choose(herd, isPrimeWeight);
  },
  arePrime(weights) {
    buildSieve();
    return weights.map(isPrimeWeight);
  },
});

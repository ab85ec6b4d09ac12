// Answers one line of standard input with one line of standard output, as `rust/src/main.rs` and `worker.py` do;
// ends when its input ends. Times in nanoseconds.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StepStatements } from './step-counter.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'src', 'domain');
const SIEVE_LIMIT = 400_000;

interface Sheep {
  readonly tattoo: bigint;
  readonly weight: number;
}

interface Kernels {
  readonly ackermann: (m: number, n: number) => number;
  /** Builds the sieve anew; tells a prime weight by it. */
  readonly sieve: () => (weight: number) => boolean;
  readonly steps: StepStatements;
}

const KINDS: Readonly<Record<string, () => Promise<Kernels>>> = {
  async plain() {
    const { arrayAckermann, arraySieve, remainderIsPrime } = await import('./yardsticks.ts');
    return {
      ackermann: arrayAckermann,
      sieve: () => {
        const primes = arraySieve(SIEVE_LIMIT);
        return (weight) => remainderIsPrime(weight, primes);
      },
      steps: {
        file: join(import.meta.dirname, 'yardsticks.ts'),
        statements: [
          'stack.push(right + 1)',
          'stack.push(left - 1, 1)',
          'stack.push(left - 1, left, right - 1)',
        ],
      },
    };
  },
  async tuned() {
    const { ackermann } = await import('../../src/domain/ackermann.ts');
    const { buildSieve, isPrime } = await import('../../src/domain/primes.ts');
    return {
      ackermann,
      sieve: () => {
        buildSieve();
        return isPrime;
      },
      steps: {
        file: join(SOURCES, 'ackermann.ts'),
        statements: [
          'return n + 1',
          'low[top] = rest',
          'stack[top] = rest',
          'left = rest',
          'value = (value + 1) | 0',
        ],
      },
    };
  },
};

/** Tests every weight; of the heaviest of prime weight the smallest tattoo goes first. */
function wolf({ sieve }: Kernels, herd: readonly Sheep[]): string {
  const isPrime = sieve();
  let found = 0;
  let eaten: Sheep | undefined;
  for (const sheep of herd) {
    if (!isPrime(sheep.weight)) continue;
    found++;
    const isBetter =
      eaten === undefined ||
      sheep.weight > eaten.weight ||
      (sheep.weight === eaten.weight && sheep.tattoo < eaten.tattoo);
    if (isBetter) eaten = sheep;
  }
  return `${found}:${eaten?.tattoo ?? 'none'}`;
}

function timed(calls: number, work: () => unknown): string {
  const nanos: bigint[] = [];
  let result: unknown;
  for (let call = 0; call < calls; call++) {
    const startedAt = process.hrtime.bigint();
    result = work();
    nanos.push(process.hrtime.bigint() - startedAt);
  }
  return `${result} ${nanos.join(' ')}`;
}

let herd: readonly Sheep[] = [];

async function answer(kernels: Kernels, line: string): Promise<string> {
  const [command, ...words] = line.split(' ');
  const [first = 0, second = 0, third = 0] = command === 'herd' ? [] : words.map(Number);
  switch (command) {
    case 'herd':
      herd = words.map((word) => {
        const [tattoo = '', weight = ''] = word.split(':');
        return { tattoo: BigInt(tattoo), weight: Number(weight) };
      });
      return String(herd.length);
    case 'cat':
      return timed(third, () => kernels.ackermann(first, second));
    case 'steps': {
      const { countSteps } = await import('./step-counter.ts');
      return String(countSteps(kernels.steps, () => kernels.ackermann(first, second)));
    }
    case 'wolf':
      return timed(first, () => wolf(kernels, herd));
    case 'primes': {
      const isPrime = kernels.sieve();
      return herd.flatMap(({ weight }, position) => (isPrime(weight) ? [position] : [])).join(' ');
    }
    default:
      throw new Error(`not a command: ${line.slice(0, 60)}`);
  }
}

const kernels = await KINDS[process.argv[2] ?? '']?.();
if (kernels === undefined) throw new Error(`the kernels must be plain or tuned; got ${process.argv[2]}`);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await answer(kernels, line)}\n`);
}

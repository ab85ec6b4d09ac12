import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HerdSheep } from '../../bench/herd/make-herd.ts';
import type { StepStatements } from './step-counter.ts';

/** The kernels of one process. */
export interface Kernels {
  readonly ackermann: (m: number, n: number) => number;
  /** Where the steps of `ackermann` stand, the file from the project's root. */
  readonly steps: StepStatements;
  /** Builds the sieve anew, tests every weight and gives the tattoo of the sheep that is eaten. */
  readonly wolf: (herd: readonly HerdSheep[]) => bigint | undefined | Promise<bigint | undefined>;
  /** The wolf's test alone. */
  readonly arePrime: (weights: readonly number[]) => readonly boolean[];
}

/**
 * Answers one line of standard input with one line of standard output, as `rust/src/main.rs` and `worker.py` do;
 * ends when its input ends. Times in nanoseconds.
 */
export async function serveKernels(kernels: Kernels): Promise<void> {
  let herd: readonly HerdSheep[] = [];

  async function answer(line: string): Promise<string> {
    const [command, ...words] = line.split(' ');
    if (command === 'herd') {
      herd = words.map(readSheep);
      return String(herd.length);
    }
    const [first = 0, second = 0, third = 0] = words.map(Number);
    switch (command) {
      case 'cat':
        return timed(third, () => kernels.ackermann(first, second));
      case 'steps': {
        const { countSteps } = await import('./step-counter.ts');
        const file = join(import.meta.dirname, '..', '..', kernels.steps.file);
        return String(countSteps({ ...kernels.steps, file }, () => kernels.ackermann(first, second)));
      }
      case 'wolf':
        return timed(first, () => kernels.wolf(herd));
      case 'primes': {
        const found = kernels.arePrime(herd.map(({ weight }) => weight));
        return found.flatMap((isPrime, position) => (isPrime ? [position] : [])).join(' ');
      }
      default:
        throw new Error(`not a command: ${line.slice(0, 60)}`);
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${await answer(line)}\n`);
  }
}

function readSheep(word: string): HerdSheep {
  const [tattoo = '', weight = ''] = word.split(':');
  return { tattoo: BigInt(tattoo), weight: Number(weight) };
}

async function timed(calls: number, work: () => unknown): Promise<string> {
  const nanos: bigint[] = [];
  let result: unknown;
  for (let call = 0; call < calls; call++) {
    const startedAt = process.hrtime.bigint();
    result = work();
    if (result instanceof Promise) result = await result;
    nanos.push(process.hrtime.bigint() - startedAt);
  }
  return `${result ?? 'none'} ${nanos.join(' ')}`;
}

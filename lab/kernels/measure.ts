import { strict as assert } from 'node:assert';
import type { Herd } from '../../bench/herd/make-herd.ts';
import { type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { checkVariant, herdLine } from './check.ts';
import type { Variant } from './variants.ts';
import { startWorker, type TimedCalls, timeCalls, type Worker } from './worker.ts';

/** Warm-up, in slices: of the default of 0.2 s, long enough for V8's optimising compiler. */
const WARM_UP_SLICES = 2;

const FRESH_PROCESSES = 3;

/** The kernels that are compared, and the command that runs each. */
export const COMMANDS = { cat: 'cat 3 8', wolf: 'wolf' } as const;

/** The name of a kernel. */
export type Kernel = keyof typeof COMMANDS;

/**
 * Milliseconds a call by round; the n-th of every variant are of the same round. A round's figure is its fastest
 * call: the calls are all alike, and other work on the machine only ever adds.
 */
export interface Series {
  readonly variant: Variant;
  readonly kernel: Kernel;
  /** Of a process that has run long. */
  readonly warm: readonly number[];
  /** The first call of a fresh process, of which a round has three. */
  readonly first: readonly number[];
}

/** How long it is measured. */
export interface Effort {
  readonly rounds: number;
  /** Seconds of warm calls that count, a round, variant and kernel. */
  readonly seconds: number;
}

/**
 * Measures variants in rounds in which they take turns.
 * @throws AssertionError when a variant breaks the workload rules or gives another answer than the others.
 */
export async function measureKernels(
  variants: readonly Variant[],
  herd: Herd,
  { rounds, seconds }: Effort,
  { progress, signal }: Pick<Lab, 'progress' | 'signal'>,
): Promise<readonly Series[]> {
  const runs: { variant: Variant; kernel: Kernel; expected: string }[] = [];
  for (const variant of variants) {
    progress.step(`checking ${variant.name}`);
    const expected = await checkVariant(variant, herd);
    for (const kernel of variant.kernels) runs.push({ variant, kernel, expected: expected[kernel] });
    signal.throwIfAborted();
  }
  const measure = async ({ variant, kernel, expected }: (typeof runs)[number], round: number) => {
    progress.step(`round ${round + 1} of ${rounds}: ${kernel}, ${variant.name}`);
    const warm = await inProcess(variant, kernel, herd, callWarm(seconds * 1000));
    const fresh = [];
    for (let i = 0; i < FRESH_PROCESSES; i++) fresh.push(await inProcess(variant, kernel, herd, callFirst));
    for (const { result } of [warm, ...fresh]) {
      assert.equal(result, expected, `${variant.name}: what the ${kernel} gives`);
    }
    return { warm: Math.min(...warm.millis), first: Math.min(...fresh.flatMap(({ millis }) => millis)) };
  };
  const found = await takeTurns(runs, rounds, signal, measure);
  return [...found].map(([{ variant, kernel }, measured]) => ({
    variant,
    kernel,
    warm: measured.map(({ warm }) => warm),
    first: measured.map(({ first }) => first),
  }));
}

/** Of its own in every round, since V8 does not compile the same code alike in each process. */
async function inProcess(
  variant: Variant,
  kernel: Kernel,
  herd: Herd,
  call: (worker: Worker, command: string) => Promise<TimedCalls>,
): Promise<TimedCalls> {
  const worker = startWorker(variant);
  try {
    if (kernel === 'wolf') await worker.ask(herdLine(herd));
    return await call(worker, COMMANDS[kernel]);
  } finally {
    worker.close();
  }
}

const callFirst = (worker: Worker, command: string) => timeCalls(worker, command, 1);

/** Warms up, then calls as often as fills a slice of so many milliseconds. */
function callWarm(sliceMs: number) {
  return async (worker: Worker, command: string): Promise<TimedCalls> => {
    let millis: readonly number[] = [];
    let spent = 0;
    while (spent < WARM_UP_SLICES * sliceMs) {
      ({ millis } = await timeCalls(worker, command, Math.max(1, 2 * millis.length)));
      spent += millis.reduce((sum, one) => sum + one, 0);
    }
    const calls = Math.round(sliceMs / median(millis));
    return timeCalls(worker, command, Math.min(500, Math.max(1, calls)));
  };
}

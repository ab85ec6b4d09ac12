import { strict as assert } from 'node:assert';
import type { Herd } from '../../bench/herd/make-herd.ts';
import { median } from '../../bench/statistics/median.ts';
import type { Progress } from '../../bench/world/progress.ts';
import { checkVariant, herdLine } from './check.ts';
import type { Variant } from './variants.ts';
import type { TimedCalls, Worker } from './worker.ts';
import { startWorker, timeCalls } from './worker.ts';

/** Long enough for V8's optimising compiler. */
const WARM_UP_MS = 400;
const SLICE_MS = 150;

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
  readonly warm: number[];
  /** The first call of a fresh process, of which a round has three. */
  readonly first: number[];
}

/**
 * Measures variants in rounds in which they take turns, forwards and backwards.
 * @throws AssertionError when a variant breaks the workload rules or gives another answer than the others.
 */
export async function measureKernels(
  variants: readonly Variant[],
  herd: Herd,
  rounds: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const runs: { series: Series; expected: string }[] = [];
  for (const variant of variants) {
    progress.step(`checking ${variant.name}`);
    const expected = await checkVariant(variant, herd);
    for (const kernel of variant.kernels) {
      runs.push({ series: { variant, kernel, warm: [], first: [] }, expected: expected[kernel] });
    }
    signal.throwIfAborted();
  }
  for (let round = 0; round < rounds; round++) {
    progress.step(`round ${round + 1} of ${rounds}`);
    for (const { series, expected } of round % 2 === 0 ? runs : runs.toReversed()) {
      const { variant, kernel, warm, first } = series;
      const warmCalls = await callWarm(variant, kernel, herd);
      const firstCalls = [];
      for (let fresh = 0; fresh < FRESH_PROCESSES; fresh++) {
        firstCalls.push(await callFresh(variant, kernel, herd));
      }
      for (const { result } of [warmCalls, ...firstCalls]) {
        assert.equal(result, expected, `${variant.name}: what the ${kernel} gives`);
      }
      warm.push(Math.min(...warmCalls.millis));
      first.push(Math.min(...firstCalls.flatMap(({ millis }) => millis)));
      signal.throwIfAborted();
    }
  }
  return runs.map(({ series }) => series);
}

/** A process of its own in every round, since V8 does not compile the same code in each. */
async function callWarm(variant: Variant, kernel: Kernel, herd: Herd): Promise<TimedCalls> {
  const worker = startWorker(variant);
  try {
    if (kernel === 'wolf') await worker.ask(herdLine(herd));
    return await timeCalls(worker, COMMANDS[kernel], await warmUp(worker, kernel));
  } finally {
    worker.close();
  }
}

/** @returns how many calls fill a slice. */
async function warmUp(worker: Worker, kernel: Kernel): Promise<number> {
  let millis: readonly number[] = [];
  for (let spent = 0; spent < WARM_UP_MS; spent += millis.reduce((sum, one) => sum + one, 0)) {
    ({ millis } = await timeCalls(worker, COMMANDS[kernel], Math.max(1, 2 * millis.length)));
  }
  return Math.min(500, Math.max(1, Math.round(SLICE_MS / median(millis))));
}

async function callFresh(variant: Variant, kernel: Kernel, herd: Herd): Promise<TimedCalls> {
  const worker = startWorker(variant);
  try {
    if (kernel === 'wolf') await worker.ask(herdLine(herd));
    return await timeCalls(worker, COMMANDS[kernel], 1);
  } finally {
    worker.close();
  }
}

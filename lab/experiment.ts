import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OptionTable, Values } from '@sheep-shed/options';
import { OptionError, readFlags, resolveOptions } from '@sheep-shed/options';
import { describeMachine } from '../bench/run/machine.ts';
import { handleInterrupts } from '../bench/world/interrupts.ts';
import { type Progress, progressOn } from '../bench/world/progress.ts';

/** The project's root. */
export const ROOT = dirname(import.meta.dirname);

/** What an experiment is given. */
export interface Lab {
  readonly progress: Progress;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** A folder for this run alone. */
  readonly folder: string;
  /** Prints a piece of the result. */
  readonly say: (text: string) => void;
  /** Has something ended with the run, however it ends; the last first. */
  readonly atEnd: (cleanup: () => Promise<unknown> | unknown) => void;
}

/** An experiment: its options, and what it does with them. */
export interface Experiment {
  readonly options: OptionTable;
  /** @throws OptionError on wrong usage. */
  readonly run: (args: readonly string[], lab: Lab) => Promise<void>;
}

/** Binds an experiment to the type of its options. */
export function experiment<Table extends OptionTable>(
  options: Table,
  run: (values: Values<Table>, lab: Lab) => Promise<void>,
): Experiment {
  return {
    options,
    async run(args, lab) {
      const { flags, words } = readFlags(options, args);
      if (words[0] !== undefined) throw new OptionError(`unexpected word ${JSON.stringify(words[0])}`);
      await run(resolveOptions(options, { flags }), lab);
    },
  };
}

/**
 * Runs work with a lab of its own and gives the exit code: 0; 2 for wrong usage; 130 after an interrupt; else 1.
 * Whatever it started has ended then.
 */
export async function inLab(work: (lab: Lab) => Promise<void>): Promise<number> {
  const signal = handleInterrupts(process, () => performance.now());
  const progress = progressOn(process.stderr, () => performance.now());
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-lab-'));
  const cleanups = [() => rm(folder, { recursive: true, force: true })] as (() => unknown)[];
  const say = (text: string) => {
    progress.end();
    process.stdout.write(`${text}\n`);
  };
  try {
    await work({ progress, signal, folder, say, atEnd: (cleanup) => cleanups.push(cleanup) });
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    const isUsage = error instanceof OptionError;
    progress.line(`lab: ${isUsage ? error.message : error instanceof Error ? error.stack : error}`);
    return isUsage ? 2 : 1;
  } finally {
    progress.end();
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

/** What a reader of figures must know of the machine and the moment that gave them. */
export function describeHere(): string {
  const { cpu, cores, loadAverageBefore } = describeMachine();
  const load = loadAverageBefore?.toFixed(1) ?? 'not available';
  return `Node ${process.version}, ${cpu}, ${cores} cores, load average ${load}`;
}

/**
 * Measures each subject once a round, every other round backwards, so that a drift of the machine favours none.
 * @returns the measurements of each subject by round.
 * @throws the signal's reason once it is aborted.
 */
export async function takeTurns<Subject, Measured>(
  subjects: readonly Subject[],
  rounds: number,
  signal: AbortSignal,
  measure: (subject: Subject, round: number) => Promise<Measured>,
  beforeRound: (round: number) => Promise<void> | void = () => undefined,
): Promise<ReadonlyMap<Subject, readonly Measured[]>> {
  const found = new Map(subjects.map((subject) => [subject, [] as Measured[]]));
  for (let round = 0; round < rounds; round++) {
    await beforeRound(round);
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      signal.throwIfAborted();
      found.get(subject)?.push(await measure(subject, round));
    }
  }
  return found;
}

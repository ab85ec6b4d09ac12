import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OptionTable, Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { describeMachine } from '../bench/run/machine.ts';
import { type Progress, progressOn } from '../bench/world/progress.ts';
import type { Terminal } from '../bench/world/terminal.ts';
import { RehearsalUsageError } from '../rehearsal/python-environment.ts';

/** The project's root. */
export const ROOT = dirname(import.meta.dirname);

/** What the lab writes to, and what interrupts it. */
export interface LabTerminal extends Pick<Terminal, 'stdout' | 'stderr'> {
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
}

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

/**
 * Runs for a command line, or shows what it asks for.
 * @param usage the text of `--help` above the options.
 * @throws OptionError on wrong usage.
 */
export type Experiment = (args: readonly string[], usage: string, lab: Lab) => Promise<void>;

/** Makes an experiment of its options and what it does with them. */
export function experiment<Table extends OptionTable>(
  options: Table,
  run: (values: Values<Table>, lab: Lab) => Promise<void>,
): Experiment {
  return async (args, usage, lab) => {
    const command = { options, usage: (lines: string) => `${usage}\n\n${lines}` };
    const line = readCommand(command, args, {});
    if (line.kind === 'show') return lab.say(line.text);
    if (line.words.length > 0) throw new OptionError(`unexpected word ${JSON.stringify(line.words[0])}`);
    lab.say(`${describeHere()}\n`);
    await run(line.values, lab);
  };
}

/**
 * Runs work with a lab of its own and gives the exit code: 0; 2 for wrong usage; 130 after an interrupt; else 1.
 * Whatever it started has ended then.
 */
export async function inLab(
  work: (lab: Lab) => Promise<void>,
  { stdout, stderr, signal }: LabTerminal,
): Promise<number> {
  const progress = progressOn(stderr, () => performance.now());
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-lab-'));
  const cleanups = [() => rm(folder, { recursive: true, force: true })] as (() => unknown)[];
  const say = (text: string) => {
    progress.end();
    stdout.write(`${text}\n`);
  };
  try {
    await work({ progress, signal, folder, say, atEnd: (cleanup) => cleanups.push(cleanup) });
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    const isUsage = error instanceof OptionError || error instanceof RehearsalUsageError;
    progress.line(`lab: ${isUsage ? error.message : error instanceof Error ? error.stack : error}`);
    return isUsage ? 2 : 1;
  } finally {
    progress.end();
    for (const cleanup of cleanups.reverse()) {
      // What cannot be ended keeps nothing else from ending.
      await Promise.resolve()
        .then(cleanup)
        .catch((error) => progress.line(`lab: ${error}`));
    }
  }
}

/** What a reader of figures must know of the machine and the moment that gave them. */
function describeHere(): string {
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

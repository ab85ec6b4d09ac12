import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { writeReportLogs } from './generate.ts';
import type { Measurement } from './measure.ts';

const OPTIONS = {
  lines: {
    help: 'REPORT lines that are read',
    default: 1_000_000,
    ...wholeNumber(1, 10_000_000),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds in which both take turns',
    default: 6,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
};
const CHILD = join(import.meta.dirname, 'measure.ts');
const CHILD_LIMIT_MS = 300_000;
const VARIANTS = ['hand', 'evaluator'] as const;

/**
 * The query `compare` against a hand-written loop over the same REPORT lines. Each measurement is a process of its own,
 * so that neither profits from the other's warm-up.
 */
export const insights = experiment(OPTIONS, async ({ lines, rounds }, { folder, progress, signal, say }) => {
  progress.step(`writing ${lines} REPORT lines`);
  await writeReportLogs(folder, lines);
  const measure = async (variant: (typeof VARIANTS)[number], round: number) => {
    progress.step(`${variant}, round ${round} of ${rounds}`);
    const limits = { timeout: CHILD_LIMIT_MS, signal };
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, variant, folder], limits);
    return JSON.parse(stdout) as Measurement;
  };
  // The first round reads the files into the page cache.
  const found = await takeTurns(VARIANTS, rounds + 1, signal, measure);
  const [hand = [], evaluator = []] = VARIANTS.map((variant) => found.get(variant)?.slice(1));
  for (const [round, ours] of evaluator.entries()) assertSame(hand[round], ours, lines);
  const ratios = evaluator.map(({ milliseconds }, i) => milliseconds / (hand[i]?.milliseconds ?? Number.NaN));
  const row = (name: string, values: readonly number[], digits: number) => [
    name,
    ...[median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits)),
  ];
  const timesOf = (all: readonly Measurement[]) => all.map(({ milliseconds }) => milliseconds);
  const peaksOf = (all: readonly Measurement[]) => all.map(({ peakMb }) => peakMb);
  const rows = [
    row('hand-written loop, ms', timesOf(hand), 0),
    row('evaluator, ms', timesOf(evaluator), 0),
    row('evaluator / hand-written', ratios, 2),
    row('peak memory of the loop, MB', peaksOf(hand), 0),
    row('peak memory of the evaluator, MB', peaksOf(evaluator), 0),
  ];
  say(`${lines} REPORT lines through compare, ${rounds} rounds\n`);
  say(renderTable(['', 'median', 'lowest', 'highest'], rows));
});

/** A fast wrong answer must not count. @throws Error when the answers differ. */
function assertSame(hand: Measurement | undefined, evaluator: Measurement, lines: number): void {
  const isWhole = hand?.invocations === lines && evaluator.invocations === lines;
  if (!isWhole || Math.abs(hand.p99Sum - evaluator.p99Sum) > 1e-6) {
    throw new Error(`the answers differ: ${JSON.stringify(hand)} and ${JSON.stringify(evaluator)}`);
  }
}

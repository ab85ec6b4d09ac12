import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { writeReportLogs } from './generate.ts';
import type { Measurement } from './measure.ts';

/*
 * Compares the query `compare` with a hand-written loop over the same REPORT lines. Each measurement is a process of its
 * own, so neither variant profits from the other's warm-up, and the variants alternate (A B B A).
 */
const { values } = parseArgs({
  options: { lines: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '6' } },
});
const lines = wholeNumber('--lines', values.lines, 10_000_000);
const rounds = wholeNumber('--rounds', values.rounds, 100);
const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'bench-insights-'));
try {
  await writeReportLogs(folder, lines);
  await measure('hand');
  const results: { hand: Measurement; evaluator: Measurement }[] = [];
  for (let round = 0; round < rounds; round++) {
    const handFirst = round % 2 === 0;
    const first = await measure(handFirst ? 'hand' : 'evaluator');
    const second = await measure(handFirst ? 'evaluator' : 'hand');
    const result = handFirst ? { hand: first, evaluator: second } : { hand: second, evaluator: first };
    assertSame(result.hand, result.evaluator);
    results.push(result);
  }
  report(results);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(variant: 'hand' | 'evaluator'): Promise<Measurement> {
  const script = join(import.meta.dirname, 'measure.ts');
  const { stdout } = await run(process.execPath, [script, variant, folder], { timeout: 120_000 });
  return JSON.parse(stdout) as Measurement;
}

// A fast wrong answer must not count.
function assertSame(hand: Measurement, evaluator: Measurement): void {
  const same = hand.invocations === lines && evaluator.invocations === lines;
  if (!same || Math.abs(hand.p99Sum - evaluator.p99Sum) > 1e-6) {
    throw new Error(`the answers differ: ${JSON.stringify(hand)} and ${JSON.stringify(evaluator)}`);
  }
}

function report(results: readonly { readonly hand: Measurement; readonly evaluator: Measurement }[]): void {
  const ratios = results.map(({ hand, evaluator }) => evaluator.milliseconds / hand.milliseconds);
  const row = (name: string, list: readonly number[], unit: string): string =>
    `${name.padEnd(28)}${median(list).toFixed(2).padStart(9)} ${unit.padEnd(4)}${Math.min(...list)
      .toFixed(2)
      .padStart(9)} to ${Math.max(...list).toFixed(2)}\n`;
  process.stdout.write(
    [
      `${lines} REPORT lines, ${rounds} rounds, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}\n`,
      `${' '.repeat(28)}${'median'.padStart(9)}     ${'range'.padStart(9)}\n`,
      row(
        'hand-written loop',
        results.map(({ hand }) => hand.milliseconds),
        'ms',
      ),
      row(
        'evaluator, compare',
        results.map(({ evaluator }) => evaluator.milliseconds),
        'ms',
      ),
      row('evaluator / hand-written', ratios, 'x'),
      row(
        'peak memory, hand-written',
        results.map(({ hand }) => hand.peakMb),
        'MB',
      ),
      row(
        'peak memory, evaluator',
        results.map(({ evaluator }) => evaluator.peakMb),
        'MB',
      ),
    ].join(''),
  );
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function wholeNumber(option: string, value: string, maximum: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= maximum) return number;
  process.stderr.write(`bench:insights: ${option} "${value}" must be a whole number from 1 to ${maximum}\n`);
  process.exit(2);
}

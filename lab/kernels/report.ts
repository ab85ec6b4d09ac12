import { renderTable } from '../../bench/reports/table.ts';
import { ratioInterval } from '../../bench/statistics/ratio.ts';
import { median } from '../median.ts';
import type { Kernel, Series } from './measure.ts';
import { OURS, YARDSTICKS } from './variants.ts';

/** Times that ours may take at most, in times of plain Rust, warm; and how many times as fast as its plain twin it must be. */
const TARGETS: Readonly<Record<Kernel, { rust: number; plain: number }>> = {
  cat: { rust: 0.35, plain: 6 },
  wolf: { rust: 0.4, plain: 10 },
};

/** Renders what was measured of one kernel; ratios are those of the rounds, with their 95 % confidence interval. */
export function renderKernel(title: string, kernel: Kernel, all: readonly Series[]): string {
  const series = all.filter((one) => one.kernel === kernel);
  const byName = (name: string) => series.find(({ variant }) => variant.name === name);
  const yardstick = YARDSTICKS.map(byName).find((one) => one !== undefined);
  const ours = byName(OURS);
  const plain = byName('TypeScript plain');
  if (yardstick === undefined || ours === undefined || plain === undefined) {
    throw new Error(`the kernel ${kernel} was measured without its yardsticks`);
  }
  const rows = series.map(({ variant, warm, first }) => [
    variant.name,
    millis(warm),
    ...ratios(yardstick.warm, warm),
    millis(first),
    ratios(yardstick.first, first)[0] ?? '',
  ]);
  const base = yardstick.variant.name;
  const header = ['variant', 'warm ms', `× ${base}`, '95 % interval', 'first call ms', `× ${base}`];
  const target = TARGETS[kernel];
  const lines = [title, '', renderTable(header, rows), ''];
  if (base === YARDSTICKS[0]) {
    const { ratio, low, high } = ratioInterval(yardstick.warm, ours.warm);
    lines.push(
      `${OURS}, warm: ${ratio.toFixed(2)} × ${base} (${low.toFixed(2)} to ${high.toFixed(2)}); at most ${target.rust} was aimed at`,
    );
  }
  const gain = plain.warm.map((value, round) => value / (ours.warm[round] ?? Number.NaN));
  lines.push(
    `${OURS}, warm: ${median(gain).toFixed(1)} times as fast as TypeScript plain (rounds: ${Math.min(...gain).toFixed(1)} to ${Math.max(...gain).toFixed(1)}); at least ${target.plain} was aimed at`,
  );
  return lines.join('\n');
}

function ratios(base: readonly number[], other: readonly number[]): readonly [string, string] {
  if (base === other) return ['1', 'yardstick'];
  const { ratio, low, high } = ratioInterval(base, other);
  const interval = Number.isFinite(high) ? `${low.toFixed(2)} to ${high.toFixed(2)}` : 'one round only';
  return [ratio.toFixed(2), interval];
}

function millis(values: readonly number[]): string {
  return median(values).toFixed(2);
}

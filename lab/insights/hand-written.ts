import { closeSync, openSync, readSync } from 'node:fs';

/** One row of the answer of the hand-written loop: the columns of the query `compare`. */
export interface ComparisonRow {
  readonly stack: string;
  readonly function: string;
  readonly cold: number;
  readonly invocations: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly billedMean: number;
  readonly memoryPeak: number;
  readonly memorySize: number;
}

interface Totals {
  count: number;
  values: Float64Array;
  sum: number;
  mean: number;
  squares: number;
  minimum: number;
  maximum: number;
  billed: number;
  peak: number;
  size: number;
}

const NAME = /sheep-shed-.+-([a-z0-9]+)-(post-sheep|get-dog|get-cat|delete-wolf)\//;

/**
 * The yardstick: what one writes who needs the answer of `compare` once, for REPORT lines of local-lambda only, with care
 * but without tricks: blocks of 1 MiB, one search a label, exact percentiles from a sorted column.
 */
export function compareByHand(paths: readonly string[]): readonly ComparisonRow[] {
  const groups = new Map<string, { stack: string; function: string; cold: number; totals: Totals }>();
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (const path of paths) {
    const [, stack = '', name = ''] = NAME.exec(path) ?? [];
    const totals = [0, 1].map((cold) => {
      const key = `${stack} ${name} ${cold}`;
      const group = groups.get(key) ?? { stack, function: name, cold, totals: emptyTotals() };
      groups.set(key, group);
      return group.totals;
    });
    const file = openSync(path, 'r');
    let held = 0;
    for (;;) {
      const bytes = readSync(file, buffer, held, buffer.length - held, null);
      if (bytes === 0) break;
      held += bytes;
      const end = buffer.lastIndexOf(10, held - 1) + 1;
      addLines(buffer.toString('latin1', 0, end), totals[0], totals[1]);
      buffer.copyWithin(0, end, held);
      held -= end;
    }
    closeSync(file);
  }
  return [...groups.values()]
    .filter(({ totals }) => totals.count > 0)
    .map(({ totals, ...group }) => ({ ...group, ...summarise(totals) }))
    .sort((a, b) =>
      a.function < b.function
        ? -1
        : a.function > b.function
          ? 1
          : a.cold - b.cold || (a.stack < b.stack ? -1 : 1),
    );
}

function addLines(text: string, warm: Totals | undefined, cold: Totals | undefined): void {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at + 25, end);
    at = end + 1;
    if (!line.startsWith('REPORT ')) continue;
    const duration = valueAfter(line, '\tDuration: ');
    const billed = valueAfter(line, '\tBilled Duration: ');
    const size = valueAfter(line, '\tMemory Size: ');
    const used = valueAfter(line, '\tMax Memory Used: ');
    const init = valueAfter(line, '\tInit Duration: ');
    const totals = Number.isNaN(init) ? warm : cold;
    if (totals !== undefined)
      add(totals, Number.isNaN(init) ? duration : duration + init, billed, size, used);
  }
}

function valueAfter(line: string, label: string): number {
  const at = line.indexOf(label);
  if (at === -1) return Number.NaN;
  const start = at + label.length;
  return Number(line.slice(start, line.indexOf(' ', start)));
}

function add(totals: Totals, total: number, billed: number, size: number, used: number): void {
  if (totals.count === totals.values.length) {
    const larger = new Float64Array(totals.values.length * 2);
    larger.set(totals.values);
    totals.values = larger;
  }
  totals.values[totals.count++] = total;
  totals.sum += total;
  const distance = total - totals.mean;
  totals.mean += distance / totals.count;
  totals.squares += distance * (total - totals.mean);
  if (total < totals.minimum) totals.minimum = total;
  if (total > totals.maximum) totals.maximum = total;
  totals.billed += billed;
  if (used > totals.peak) totals.peak = used;
  if (size > totals.size) totals.size = size;
}

function emptyTotals(): Totals {
  return {
    count: 0,
    values: new Float64Array(1024),
    sum: 0,
    mean: 0,
    squares: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    billed: 0,
    peak: 0,
    size: 0,
  };
}

function summarise(totals: Totals): Omit<ComparisonRow, 'stack' | 'function' | 'cold'> {
  const values = totals.values.subarray(0, totals.count).sort();
  const rank = (percent: number): number =>
    values[Math.ceil((percent / 100) * totals.count) - 1] ?? Number.NaN;
  return {
    invocations: totals.count,
    p50: rank(50),
    p95: rank(95),
    p99: rank(99),
    mean: totals.sum / totals.count,
    deviation: Math.sqrt(totals.squares / (totals.count - 1)),
    minimum: totals.minimum,
    maximum: totals.maximum,
    billedMean: totals.billed / totals.count,
    memoryPeak: totals.peak,
    memorySize: totals.size,
  };
}

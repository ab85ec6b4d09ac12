import { closeSync, openSync, readSync } from 'node:fs';

/** One row of the answer of the hand-written loop: the columns of the query `compare`. */
export type ComparisonRow = Readonly<{ stack: string; function: string; cold: number }> &
  ReturnType<typeof summarise>;

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
    const [warm, cold] = [0, 1].map((isCold) => {
      const key = `${name} ${isCold} ${stack}`;
      const group = groups.get(key) ?? { stack, function: name, cold: isCold, totals: emptyTotals() };
      groups.set(key, group);
      return group.totals;
    }) as [Totals, Totals];
    const file = openSync(path, 'r');
    let held = 0;
    for (;;) {
      const bytes = readSync(file, buffer, held, buffer.length - held, null);
      if (bytes === 0) break;
      held += bytes;
      const end = buffer.lastIndexOf(10, held - 1) + 1;
      addLines(buffer.toString('latin1', 0, end), warm, cold);
      buffer.copyWithin(0, end, held);
      held -= end;
    }
    closeSync(file);
  }
  return [...groups]
    .filter(([, { totals }]) => totals.count > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { totals, ...group }]) => ({ ...group, ...summarise(totals) }));
}

function addLines(text: string, warm: Totals, cold: Totals): void {
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
    if (Number.isNaN(init)) add(warm, duration, billed, size, used);
    else add(cold, duration + init, billed, size, used);
  }
}

function valueAfter(line: string, label: string): number {
  const at = line.indexOf(label);
  if (at === -1) return Number.NaN;
  const start = at + label.length;
  return Number(line.slice(start, line.indexOf(' ', start)));
}

type Totals = ReturnType<typeof emptyTotals>;

function emptyTotals() {
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

function summarise(totals: Totals) {
  const { count, sum, squares, minimum, maximum, billed, peak, size } = totals;
  const values = totals.values.subarray(0, count).sort();
  const rank = (percent: number): number => values[Math.ceil((percent / 100) * count) - 1] ?? Number.NaN;
  return {
    invocations: count,
    p50: rank(50),
    p95: rank(95),
    p99: rank(99),
    mean: sum / count,
    deviation: Math.sqrt(squares / (count - 1)),
    minimum,
    maximum,
    billedMean: billed / count,
    memoryPeak: peak,
    memorySize: size,
  };
}

const LINEAR = 2048;
const HALF = LINEAR / 2;

/** The largest latency that is told apart, in microseconds: 71 minutes; what lasts longer counts as this. */
export const MAX_VALUE = 2 ** 32 - 1;
const BUCKETS = LINEAR + 21 * HALF;

/** A histogram as it stands in a result file. */
export interface HistogramData {
  /** `[bucket, count]` of each bucket that is not empty, rising; {@link bucketOf} defines the buckets. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly count: number;
  /** Exact, in microseconds; 0 when empty. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

/** Latencies in microseconds, kept to 1 part in 2 000 whatever their size, in constant memory. */
export interface Histogram {
  /** Records a latency in microseconds, rounded to a whole one. */
  record(micros: number): void;
  toData(): HistogramData;
}

/** The bucket of a latency in microseconds: exact below 2 048, then 1 024 buckets for every power of two. */
export function bucketOf(micros: number): number {
  if (micros < LINEAR) return micros;
  const shift = Math.floor(Math.log2(micros)) - 10;
  return LINEAR + (shift - 1) * HALF + Math.floor(micros / 2 ** shift) - HALF;
}

/** The middle of a bucket, in microseconds. */
export function middleOf(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const shift = Math.floor((bucket - LINEAR) / HALF) + 1;
  const low = (((bucket - LINEAR) % HALF) + HALF) * 2 ** shift;
  return low + (2 ** shift - 1) / 2;
}

/** An empty histogram. */
export function histogram(): Histogram {
  const counts = new Float64Array(BUCKETS);
  let [count, min, max, sum] = [0, 0, 0, 0];

  return {
    record(micros) {
      const value = Math.min(Math.max(Math.round(micros), 0), MAX_VALUE);
      const bucket = bucketOf(value);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      min = count === 0 ? value : Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      count++;
    },
    toData() {
      const buckets: [number, number][] = [];
      const last = count === 0 ? -1 : bucketOf(max);
      for (let bucket = bucketOf(min); bucket <= last; bucket++) {
        const n = counts[bucket] ?? 0;
        if (n > 0) buckets.push([bucket, n]);
      }
      return { buckets, count, min, max, sum };
    },
  };
}

/** Adds histograms up, in the memory of their buckets. */
export interface HistogramSum {
  add(part: HistogramData): void;
  toData(): HistogramData;
}

/** The sum of no histograms. */
export function sumHistograms(): HistogramSum {
  const buckets = new Map<number, number>();
  let [count, min, max, sum] = [0, 0, 0, 0];
  return {
    add(part) {
      if (part.count === 0) return;
      for (const [bucket, n] of part.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + n);
      min = count === 0 ? part.min : Math.min(min, part.min);
      max = Math.max(max, part.max);
      count += part.count;
      sum += part.sum;
    },
    toData: () => ({
      buckets: [...buckets].sort(([one], [other]) => one - other),
      count,
      min,
      max,
      sum,
    }),
  };
}

/** One histogram of all values of several. */
export function mergeHistograms(parts: readonly HistogramData[]): HistogramData {
  const all = sumHistograms();
  for (const part of parts) all.add(part);
  return all.toData();
}

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
  /**
   * The quantile by nearest rank: the smallest recorded value that at least `fraction` of all values do not
   * exceed, as the middle of its bucket. `undefined` when nothing was recorded.
   */
  quantile(fraction: number): number | undefined;
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

/** An empty histogram, or one that goes on from `data`. */
export function histogram(data?: HistogramData): Histogram {
  const counts = new Float64Array(BUCKETS);
  for (const [bucket, n] of data?.buckets ?? []) counts[bucket] = n;
  let { count, min, max, sum } = data ?? { count: 0, min: 0, max: 0, sum: 0 };

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
    quantile(fraction) {
      if (count === 0) return undefined;
      const rank = Math.max(1, Math.ceil(fraction * count));
      if (rank >= count) return max;
      let seen = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        seen += counts[bucket] ?? 0;
        // The extremes are known exactly; no quantile lies beyond them.
        if (seen >= rank) return Math.min(Math.max(middleOf(bucket), min), max);
      }
      return max;
    },
    toData() {
      const buckets: [number, number][] = [];
      counts.forEach((n, bucket) => {
        if (n > 0) buckets.push([bucket, n]);
      });
      return { buckets, count, min, max, sum };
    },
  };
}

/** {@link Histogram.quantile} of a histogram as it stands in a result file, without the memory of a whole one. */
export function quantileOfData(
  { buckets, count, min, max }: HistogramData,
  fraction: number,
): number | undefined {
  if (count === 0) return undefined;
  const rank = Math.max(1, Math.ceil(fraction * count));
  if (rank >= count) return max;
  let seen = 0;
  for (const [bucket, n] of buckets) {
    seen += n;
    if (seen >= rank) return Math.min(Math.max(middleOf(bucket), min), max);
  }
  return max;
}

/** One histogram of all values of several. */
export function mergeHistograms(parts: readonly HistogramData[]): Histogram {
  const buckets = new Map<number, number>();
  for (const part of parts) {
    for (const [bucket, n] of part.buckets) buckets.set(bucket, (buckets.get(bucket) ?? 0) + n);
  }
  const full = parts.filter(({ count }) => count > 0);
  return histogram({
    buckets: [...buckets],
    count: full.reduce((sum, part) => sum + part.count, 0),
    min: full.reduce((min, part) => Math.min(min, part.min), full[0]?.min ?? 0),
    max: full.reduce((max, part) => Math.max(max, part.max), 0),
    sum: full.reduce((sum, part) => sum + part.sum, 0),
  });
}

import autocannon from 'autocannon';

/** What one run of load against one server gave. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Median client latency in microseconds. */
  readonly p50Us: number;
  /** Answers other than 200, and failed connections. */
  readonly errors: number;
}

/** Sends requests over keep-alive connections for some seconds. */
export async function load(url: string, connections: number, seconds: number): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  let others = 0;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon({ url, connections, duration: seconds }, (error, finished) =>
      error ? reject(error) : resolve(finished),
    );
    instance.on('response', (_client, status, _bytes, ms) => {
      if (status === 200) latenciesMs.push(ms);
      else others += 1;
    });
  });
  latenciesMs.sort((a, b) => a - b);
  return {
    requestsPerSecond: latenciesMs.length / result.duration,
    p50Us: (latenciesMs[latenciesMs.length >> 1] ?? 0) * 1000,
    errors: others + result.errors + result.timeouts,
  };
}

/** Median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

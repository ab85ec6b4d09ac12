/** What the REPORT lines of one function in one window add up to; times in milliseconds, memory in MB. */
export interface ReportStatistics {
  readonly invocations: number;
  readonly coldStarts: number;
  /** Median init of the cold starts; `undefined` without one. */
  readonly initP50: number | undefined;
  readonly durationP50: number | undefined;
  readonly durationP95: number | undefined;
  readonly durationP99: number | undefined;
  /** Sum of the billed durations. */
  readonly billedTotal: number;
  /** The most that any execution environment used; `undefined` where the machine does not tell. */
  readonly maxMemoryMb: number | undefined;
}

/** Sums up REPORT lines; percentiles by nearest rank over all values. */
export function reportStatistics(lines: readonly string[]): ReportStatistics {
  const numbers = (name: string) =>
    lines
      .map((line) => Number(new RegExp(`\\t${name}: ([0-9.]+) `).exec(line)?.[1]))
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
  const durations = numbers('Duration');
  const inits = numbers('Init Duration');
  return {
    invocations: lines.length,
    coldStarts: inits.length,
    initP50: nearestRank(inits, 0.5),
    durationP50: nearestRank(durations, 0.5),
    durationP95: nearestRank(durations, 0.95),
    durationP99: nearestRank(durations, 0.99),
    billedTotal: numbers('Billed Duration').reduce((sum, value) => sum + value, 0),
    maxMemoryMb: numbers('Max Memory Used').at(-1),
  };
}

function nearestRank(sorted: readonly number[], fraction: number): number | undefined {
  return sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1];
}

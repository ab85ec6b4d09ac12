import { latencyMs, meanMs } from '../analysis/latency.ts';
import { isMissing, METRICS, type Metric } from '../analysis/metrics.ts';
import type { BenchResult, RoundResult, ScenarioResult, ToldPlan } from '../results/result.ts';
import { sumThrottled } from '../results/throttled.ts';

type Cell = string | number | undefined;

/** The columns of the CSV report, one row a scenario, stack and round: `docs/method.md` describes them. */
export const CSV_COLUMNS: Readonly<
  Record<string, (one: ScenarioResult, round: RoundResult, plan: ToldPlan) => Cell>
> = {
  scenario: ({ scenario }) => scenario,
  stack: ({ stack }) => stack,
  round: (_, { round }) => round,
  started_at: (_, { startedAt }) => startedAt,
  engine: (_one, _round, { engine }) => engine,
  model: (_, { load }) => load.model,
  calls: (_, { load }) => load.calls,
  lost: (_, { load }) => load.lost,
  timed_out: (_, { load }) => load.timedOut,
  dropped: (_, { load }) => load.dropped,
  throttled: (_, { load }) => sumThrottled(load.throttled),
  wrong: (_, { load }) => load.wrong,
  elapsed_ms: (_, { load }) => load.elapsedMs,
  calls_per_second: (_, round) => metricValue(METRICS.throughput, round),
  rows_per_second: (_, round) => metricValue(METRICS.rows, round),
  min_ms: (_, round) => quantile(round, 0),
  p50_ms: (_, round) => quantile(round, 0.5),
  p90_ms: (_, round) => quantile(round, 0.9),
  p95_ms: (_, round) => quantile(round, 0.95),
  p99_ms: (_, round) => quantile(round, 0.99),
  max_ms: (_, round) => quantile(round, 1),
  mean_ms: (_, { load }) => meanMs(load),
  cold_starts: (_, { reported }) => reported?.coldStarts,
  init_p50_ms: (_, { reported }) => reported?.initP50 ?? undefined,
  duration_p50_ms: (_, round) => metricValue(METRICS.duration, round),
  duration_mean_ms: (_, { reported }) => reported?.durationMean ?? undefined,
  billed_ms_per_call: (_, round) => metricValue(METRICS.billed, round),
  max_memory_mb: (_, { reported }) => reported?.maxMemoryUsedMb ?? undefined,
  cpu_ms_per_call: (_, { cpuMs, load }) =>
    cpuMs === undefined || load.calls === 0 ? undefined : cpuMs / load.calls,
  broken_off: (_, { brokenOff }) => brokenOff,
};

/** Renders the rounds of a result as CSV (RFC 4180): a header, then a row each; a value that is not known is empty. */
export function renderCsv({ plan, scenarios }: BenchResult): string {
  const columns = Object.entries(CSV_COLUMNS);
  const rows = scenarios.flatMap((one) =>
    one.rounds.map((round) => columns.map(([, cell]) => csvCell(cell(one, round, plan))).join(',')),
  );
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\r\n')}\r\n`;
}

function metricValue({ ofRound }: Metric, round: RoundResult): Cell {
  const value = ofRound?.(round);
  return value === undefined || isMissing(value) ? undefined : value;
}

function quantile({ load }: RoundResult, fraction: number): Cell {
  return latencyMs(load, fraction);
}

function csvCell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toFixed(6)));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

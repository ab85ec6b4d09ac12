import type { BenchResult, ScenarioResult } from '../result.ts';
import { isWrong } from '../result.ts';
import { histogram, mergeHistograms } from '../statistics/histogram.ts';
import { ratioInterval } from '../statistics/ratio.ts';
import { renderCosts } from './cost-table.ts';
import { renderPasteHint } from './paste-hint.ts';
import { renderTable } from './table.ts';

/** Renders a result for a terminal: what the client measured, what the host reported, who is faster, what it costs, what is wrong. */
export function renderTerminal(result: BenchResult): string {
  const { scenarios, warnings } = result;
  const parts = [
    'As the client measured it (latency in ms)',
    renderTable(CLIENT_HEADER, scenarios.map(clientRow)),
  ];
  const reported = scenarios.filter((one) => one.reported !== undefined);
  if (reported.length > 0) {
    parts.push('', 'As the host reported it (REPORT lines; times in ms, memory in MB)');
    parts.push(renderTable(HOST_HEADER, reported.map(hostRow)));
  }
  const comparisons = comparisonRows(scenarios);
  if (comparisons.length > 0) {
    parts.push('', 'Times faster by median latency, with the 95 % confidence interval over the rounds');
    parts.push(renderTable(COMPARISON_HEADER, comparisons));
  }
  const costs = renderCosts(result);
  if (costs.length > 0) parts.push('', ...costs);
  for (const one of scenarios.filter(isWrong)) parts.push('', ...renderProblems(one));
  for (const warning of warnings) parts.push('', `Warning: ${warning}`);
  const hint = renderPasteHint(result);
  if (hint.length > 0) parts.push('', ...hint);
  return parts.join('\n');
}

const CLIENT_HEADER = [
  'scenario',
  'stack',
  'calls',
  'answers',
  'errors',
  'calls/s',
  'p50',
  'p95',
  'p99',
  'max',
];
const HOST_HEADER = ['scenario', 'stack', 'cold', 'init p50', 'p50', 'p95', 'p99', 'billed/call', 'memory'];
const COMPARISON_HEADER = ['scenario', 'stacks', 'times', 'from', 'to', 'verdict'];

function clientRow({ scenario, stack, rounds, violations }: ScenarioResult): string[] {
  const loads = rounds.map(({ load }) => load);
  const sum = (pick: (load: (typeof loads)[number]) => number) =>
    loads.reduce((total, load) => total + pick(load), 0);
  const latency = mergeHistograms(loads.map((load) => load.latency));
  const statuses = [...new Set(loads.flatMap((load) => Object.keys(load.statuses)))].sort();
  const millis = (micros: number | undefined) => decimal(micros === undefined ? undefined : micros / 1000);
  return [
    scenario,
    stack,
    String(sum(({ calls }) => calls)),
    statuses.map((status) => `${sum((load) => load.statuses[status] ?? 0)}×${status}`).join(' '),
    String(sum(({ lost, wrong }) => lost + wrong) + violations.length),
    decimal(sum(({ calls, lost }) => calls - lost) / (sum(({ elapsedMs }) => elapsedMs) / 1000)),
    ...[0.5, 0.95, 0.99, 1].map((fraction) => millis(latency.quantile(fraction))),
  ];
}

function hostRow({ scenario, stack, reported }: ScenarioResult): string[] {
  if (reported === undefined) return [scenario, stack];
  const { invocations, coldStarts, initP50, durationP50, durationP95, durationP99, billedSum } = reported;
  return [
    scenario,
    stack,
    String(coldStarts),
    decimal(initP50),
    ...[durationP50, durationP95, durationP99].map(decimal),
    decimal(billedSum / invocations),
    reported.maxMemoryUsedMb === null ? 'not available' : String(reported.maxMemoryUsedMb),
  ];
}

/** Compares every stack with the first, scenario by scenario, where every round of both was answered. */
function comparisonRows(scenarios: readonly ScenarioResult[]): string[][] {
  return scenarios.flatMap((other) => {
    const base = scenarios.find(({ scenario }) => scenario === other.scenario);
    if (base === undefined || base === other) return [];
    const [ours, theirs] = [base, other].map(({ rounds }) =>
      rounds
        .map(({ load }) => histogram(load.latency).quantile(0.5))
        .filter((median) => median !== undefined),
    );
    if (ours === undefined || theirs?.length !== ours.length || ours.length === 0) return [];
    const { ratio, low, high, verdict } = ratioInterval(ours, theirs);
    const stacks = `${base.stack} over ${other.stack}`;
    return [[other.scenario, stacks, ...[ratio, low, high].map(decimal), `${base.stack} ${SAID[verdict]}`]];
  });
}

const SAID = { faster: 'is faster', slower: 'is slower', inconclusive: 'is neither: inconclusive' } as const;

function renderProblems({ scenario, stack, rounds, violations }: ScenarioResult): string[] {
  const lost = rounds.reduce((sum, { load }) => sum + load.lost, 0);
  const wrong = rounds.reduce((sum, { load }) => sum + load.wrong, 0);
  const first = rounds.flatMap(({ load }) => load.firstWrong).slice(0, 3);
  return [
    `Wrong in ${scenario} on ${stack}:`,
    ...violations.map((violation) => `  ${violation}`),
    ...(lost > 0 ? [`  ${lost} requests were not answered`] : []),
    ...first.map((problem) => `  ${problem}`),
    ...(wrong > first.length ? [`  and ${wrong - first.length} more answers that do not verify`] : []),
  ];
}

/** About three significant digits, so that columns compare at a glance. */
function decimal(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

import type { BenchResult, ScenarioResult } from '../result.ts';
import { isWrong } from '../result.ts';
import { histogram } from '../statistics/histogram.ts';
import { renderTable } from './table.ts';

/** Renders a result for a terminal: what the client measured, what the host reported, what is wrong. */
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
  for (const one of scenarios.filter(isWrong)) parts.push('', ...renderProblems(one));
  for (const warning of warnings) parts.push('', `Warning: ${warning}`);
  return parts.join('\n');
}

const CLIENT_HEADER = ['scenario', 'calls', 'answers', 'errors', 'calls/s', 'p50', 'p95', 'p99', 'max'];
const HOST_HEADER = ['function', 'cold', 'init p50', 'p50', 'p95', 'p99', 'billed/call', 'memory'];

function clientRow({ scenario, load, violations }: ScenarioResult): string[] {
  const { calls, statuses, lost, wrong, elapsedMs } = load;
  const latency = histogram(load.latency);
  const answers = Object.entries(statuses).map(([status, count]) => `${count}×${status}`);
  const millis = (micros: number | undefined) => decimal(micros === undefined ? undefined : micros / 1000);
  return [
    scenario,
    String(calls),
    answers.join(' '),
    String(lost + wrong + violations.length),
    decimal((calls - lost) / (elapsedMs / 1000)),
    ...[0.5, 0.95, 0.99, 1].map((fraction) => millis(latency.quantile(fraction))),
  ];
}

function hostRow({ scenario, reported }: ScenarioResult): string[] {
  if (reported === undefined) return [scenario];
  const { invocations, coldStarts, initP50, durationP50, durationP95, durationP99, billedSum } = reported;
  return [
    scenario,
    String(coldStarts),
    decimal(initP50),
    ...[durationP50, durationP95, durationP99].map(decimal),
    decimal(billedSum / invocations),
    reported.maxMemoryUsedMb === null ? 'not available' : String(reported.maxMemoryUsedMb),
  ];
}

function renderProblems({ scenario, load, violations }: ScenarioResult): string[] {
  const { lost, wrong, firstWrong } = load;
  const rest = wrong - firstWrong.length;
  return [
    `Wrong in ${scenario}:`,
    ...violations.map((violation) => `  ${violation}`),
    ...(lost > 0 ? [`  ${lost} requests were not answered`] : []),
    ...firstWrong.map((problem) => `  ${problem}`),
    ...(rest > 0 ? [`  and ${rest} more answers that do not verify`] : []),
  ];
}

/** Three significant digits, so that columns compare at a glance. */
function decimal(value: number | null | undefined): string {
  if (value === undefined || value === null) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

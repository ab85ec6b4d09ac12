import type { StackFigures } from '../analysis/stack-figures.ts';
import type { Summary } from '../analysis/summary.ts';
import { hostOf } from '../results/names.ts';
import { decimal } from './format.ts';

/** What stands above the table of hosts. */
export const HOSTS_TITLE = 'What each host costs (times in ms, memory in MB)';

/** The columns of {@link hostsRows}. */
export const HOSTS_HEADER = [
  'scenario',
  'host',
  'p50',
  'p99',
  'calls/s',
  'CPU/call',
  'memory',
  'start',
  'first call',
];

/** What stands below it. */
export const HOSTS_NOTE =
  'CPU/call: of the process that runs the function; on our own hosts it carries the requests too. start: until an environment or a host is ready. first call after it: what its client waited; on Lambda the start is part of that. Medians.';

/** What each host costs; empty where a run has no host but Lambda. */
export function hostsRows({ figures }: Pick<Summary, 'figures'>): readonly (readonly string[])[] {
  return figures.some(({ stack }) => hostOf(stack) !== 'lambda') ? figures.map(hostsRow) : [];
}

function hostsRow({ scenario, stack, p50, p99, throughput, ...one }: StackFigures): readonly string[] {
  const { cpuPerCall, reported, cold } = one;
  return [
    scenario,
    stack,
    decimal(p50?.value),
    decimal(p99?.value),
    decimal(throughput?.value),
    decimal(cpuPerCall),
    reported?.maxMemoryUsedMb?.toString() ?? '-',
    decimal(cold?.init?.p50),
    decimal(cold?.total?.p50),
  ];
}

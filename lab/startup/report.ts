import { cpus } from 'node:os';
import type { LocalStackName } from '../../bench/plan/options.ts';
import { renderTable } from '../../bench/reports/table.ts';
import type { ColdStart, Subject } from './cold-starts.ts';
import { medianStart } from './cold-starts.ts';
import type { FunctionName } from './options.ts';

/** What is said of a run of starts. */
export interface StartsReport {
  readonly text: string;
  /** The function with the longest init of the first stack. */
  readonly slowest: { readonly stack: LocalStackName; readonly name: FunctionName };
}

const HEADER = [
  'stack',
  'function',
  'init ms',
  'over bare',
  'CPU ms',
  'over bare',
  'first ms',
  'second ms',
  'peak MB',
  'package kB',
];

/** Renders starts as a table, each init also as what it takes over the bare runtime of the same run. */
export function renderStarts(
  found: ReadonlyMap<Subject, readonly ColdStart[]>,
  { starts, cpu }: { readonly starts: number; readonly cpu: number | undefined },
): StartsReport {
  const all = [...found].map(([subject, measured]) => ({ subject, median: medianStart(measured) }));
  const bareOf = (runtime: string) =>
    all.find(({ subject }) => subject.stack === 'bare' && subject.runtime === runtime)?.median;
  const rows = all.map(({ subject: { stack, name, runtime, packageBytes }, median }) => [
    stack,
    name,
    median.initMs.toFixed(1),
    stack === 'bare' ? '–' : over(median.initMs, bareOf(runtime)?.initMs),
    median.initCpuMs.toFixed(1),
    stack === 'bare' ? '–' : over(median.initCpuMs, bareOf(runtime)?.initCpuMs),
    median.firstMs.toFixed(1),
    median.secondMs.toFixed(1),
    median.peakMb?.toFixed(0) ?? 'not available',
    (packageBytes / 1000).toFixed(1),
  ]);
  const first = all.find(({ subject }) => subject.stack !== 'bare')?.subject.stack;
  const [slowest] = all
    .filter(({ subject }) => subject.stack === first)
    .sort((a, b) => b.median.initMs - a.median.initMs);
  if (slowest === undefined) throw new Error('no function was started');
  const speed = cpu === undefined ? 'full speed' : `invocations at ${cpu} of a CPU, init at full speed`;
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`;
  return {
    text: `${machine}; medians of ${starts} interleaved starts; ${speed}\n\n${renderTable(HEADER, rows)}${twins(all)}`,
    slowest: slowest.subject as Subject & StartsReport['slowest'],
  };
}

/** How many times longer the init of the Python twins takes. */
function twins(all: readonly { readonly subject: Subject; readonly median: ColdStart }[]): string {
  const initOf = (stack: string, name: string) =>
    all.find(({ subject }) => subject.stack === stack && subject.name === name)?.median.initMs;
  const ratios = all
    .filter(({ subject }) => subject.stack === 'ts')
    .map(({ subject: { name }, median }) => {
      const python = initOf('python', name);
      return python === undefined ? undefined : `${name} ${(python / median.initMs).toFixed(1)}`;
    })
    .filter((one) => one !== undefined);
  return ratios.length === 0 ? '' : `\n\ninit of the Python twin over that of ts: ${ratios.join(', ')}`;
}

function over(ms: number, bareMs = Number.NaN): string {
  const more = ms - bareMs;
  return `${more < 0 ? '' : '+'}${more.toFixed(1)}`;
}

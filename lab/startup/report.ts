import { renderTable } from '../../bench/reports/table.ts';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import type { FunctionName } from '../reported-host.ts';
import type { ColdStart, Subject } from './cold-starts.ts';

/** What is said of a run of starts. */
export interface StartsReport {
  readonly text: string;
  /** The function with the longest init of the first stack. */
  readonly slowest: { readonly stack: StackName; readonly name: FunctionName };
}

/** In which state invocations ran. */
export function sayPlan({ starts, cpu }: { readonly starts: number; readonly cpu: number | undefined }) {
  const speed = cpu === undefined ? 'full speed' : `invocations at ${cpu} of a CPU, init at full speed`;
  return `Medians of ${starts} interleaved starts; ${speed}`;
}

/** Renders starts as a table, each init also as what it takes over the bare runtime of the same run. */
export function renderStarts(
  found: ReadonlyMap<Subject, ColdStart>,
  plan: Parameters<typeof sayPlan>[0],
): StartsReport {
  const all = [...found].map(([subject, median]) => ({ ...subject, ...median }));
  const bareOf = (runtime: string) => all.find((one) => one.stack === 'bare' && one.runtime === runtime);
  const rows = all.map((one) => {
    const bare = one.stack === 'bare' ? undefined : bareOf(one.runtime);
    const over = (name: 'initMs' | 'initCpuMs') =>
      bare === undefined ? '–' : signed(one[name] - bare[name]);
    const { initMs, initCpuMs, firstMs, secondMs, peakMb, packageBytes } = one;
    return [
      one.stack,
      one.name,
      initMs.toFixed(1),
      over('initMs'),
      initCpuMs.toFixed(1),
      over('initCpuMs'),
      firstMs.toFixed(1),
      secondMs.toFixed(1),
      peakMb.toFixed(0),
      (packageBytes / 1000).toFixed(1),
    ];
  });
  const inits = ['init ms', 'over bare', 'CPU ms', 'over bare'];
  const header = ['stack', 'function', ...inits, 'first ms', 'second ms', 'peak MB', 'package kB'];
  const ours = all.filter(({ stack }) => stack !== 'bare');
  const [slowest] = ours
    .filter(({ stack }) => stack === ours[0]?.stack)
    .sort((a, b) => b.initMs - a.initMs) as unknown as readonly StartsReport['slowest'][];
  if (slowest === undefined) throw new Error('no function was started');
  const twins = ours.flatMap(({ stack, name, initMs }) => {
    const python = ours.find((one) => one.stack === 'python' && one.name === name);
    return stack === 'python' || python === undefined
      ? []
      : [`${stack}/${name} ${(python.initMs / initMs).toFixed(1)}`];
  });
  const compared = twins.length === 0 ? '' : `\n\ninit of the Python twin over that of ${twins.join(', ')}`;
  return { text: `${sayPlan(plan)}\n\n${renderTable(header, rows)}${compared}`, slowest };
}

function signed(ms: number): string {
  return `${ms < 0 ? '' : '+'}${ms.toFixed(1)}`;
}

import { join } from 'node:path';
import type { Option } from '@sheep-shed/options';
import { wordsOf } from '@sheep-shed/options/readers';
import { type BuildOptions, stop } from 'esbuild';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, type Lab } from '../experiment.ts';
import { EVENT_OF } from '../reported-host.ts';
import { hostSubjects, measureStarts } from './cold-starts.ts';
import { START_OPTIONS } from './experiment.ts';
import { LEVER_NAMES, LEVERS, type Lever, type LeverName } from './levers.ts';
import { bundlerOptions } from './node-imports.ts';
import { writePackage } from './packages.ts';
import { sayPlan } from './report.ts';
import { openStacks } from './stacks.ts';
import { buildVariant } from './variants.ts';

const OPTIONS = {
  ...START_OPTIONS,
  lever: {
    help: 'what to measure',
    default: LEVER_NAMES,
    repeatable: true,
    ...wordsOf(LEVER_NAMES),
  } satisfies Option<readonly LeverName[]>,
};

const STARTS = ['init ms', 'CPU ms', 'first ms', 'second ms', 'init + first'];
const HEADER = ['variant', ...STARTS, 'peak MB', 'package kB'];

/** Starts variants of a function, in turn: what we ship, and the same with one thing changed. */
export const levers = experiment(OPTIONS, async ({ starts, cpu, lever: names }, lab) => {
  lab.atEnd(stop);
  const opened = await openStacks(['ts'], cpu, lab);
  const bundler = await bundlerOptions(opened.packages.get('ts') ?? '');
  lab.say(sayPlan({ starts, cpu }));
  for (const name of names) {
    lab.say(`\n${await measureLever(name, starts, opened, bundler, lab)}`);
  }
});

async function measureLever(
  name: LeverName,
  starts: number,
  { environment: shared, tables, tableNames }: Awaited<ReturnType<typeof openStacks>>,
  bundler: BuildOptions,
  lab: Lab,
): Promise<string> {
  const { help, functionName, variants }: Lever = LEVERS[name];
  const packageDir = join(lab.folder, name);
  const built = variants.map((variant, index) =>
    buildVariant(`${name}-${index}`, functionName, variant, bundler),
  );
  await writePackage(packageDir, await Promise.all(built));
  const nameOf = (functionOf: string) => variants[Number(functionOf.split('-').at(-1))]?.label ?? functionOf;
  const eventOf = EVENT_OF[functionName];
  const environment = { ...shared, SHEEP_SHED_TABLE: tableNames[0] ?? '' };
  const hosted = await hostSubjects({ stack: name, packageDir, environment, nameOf, eventOf }, lab);
  try {
    const found = await measureStarts(hosted.subjects, starts, tables, variants.length, lab);
    const rows = [...found].map(([subject, { initMs, initCpuMs, firstMs, secondMs, peakMb }]) => {
      const figures = [initMs, initCpuMs, firstMs, secondMs, initMs + firstMs].map((ms) => ms.toFixed(1));
      return [subject.name, ...figures, peakMb.toFixed(0), (subject.packageBytes / 1000).toFixed(1)];
    });
    return `${name} (${functionName}): ${help}\n${renderTable(HEADER, rows)}`;
  } finally {
    await hosted.close();
  }
}

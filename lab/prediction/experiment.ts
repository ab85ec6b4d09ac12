import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Option } from '@sheep-shed/options';
import { filePath, risingNumbers, SWITCH, wholeNumber, wordsOf } from '@sheep-shed/options/readers';
import { markdownTable } from '../../bench/reports/markdown.ts';
import { describeMachine } from '../../bench/run/machine.ts';
import { STACK_NAMES, type StackName } from '../../bench/stacks/catalogue.ts';
import { quantileOf } from '../../bench/statistics/quantile.ts';
import { experiment, type Lab, ROOT } from '../experiment.ts';
import type { Measured } from './against-published.ts';
import { typicalCall } from './calls.ts';
import { type EnforcedRow, measureEnforced, renderEnforced } from './enforced.ts';
import { FUNCTIONS } from './functions.ts';
import { type MeasuredCalls, openMeasurer } from './measure.ts';
import { packageFunctions } from './package-functions.ts';
import { renderAgainstPublished } from './report.ts';

const OPTIONS = {
  function: {
    help: 'measure these functions alone; the others keep the figures of the last run',
    repeatable: true,
    ...wordsOf(FUNCTIONS.map(({ name }) => name)),
  } satisfies Option<readonly string[]>,
  warm: {
    help: 'warm calls of each function, at most; those that take long get fewer',
    default: 60,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  first: {
    help: 'first calls of each function',
    default: 7,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  enforced: {
    help: 'hold the stacks of this project under quotas that control groups enforce, and the model against that; the published figures stay those of the last run (Linux, root)',
    ...SWITCH,
  } satisfies Option<boolean>,
  stack: {
    help: 'stack to enforce quotas on',
    default: ['ts', 'python'],
    repeatable: true,
    ...wordsOf(STACK_NAMES),
  } satisfies Option<readonly StackName[]>,
  memory: {
    help: 'memory sizes in MB whose quotas are enforced',
    default: [128, 256, 512, 1024],
    repeatable: true,
    ...risingNumbers(10, 1769),
  } satisfies Option<readonly number[]>,
  from: {
    help: 'predict from the figures of this file (prediction.jsonl) and measure nothing',
    ...filePath,
  } satisfies Option<string>,
};

const RESULTS = join(ROOT, 'lab/results');
// One record on one line: no formatter takes it apart.
const FILE = join(RESULTS, 'prediction.jsonl');

/** What the file of raw figures holds. */
interface RawFigures {
  readonly machine: string;
  readonly notices: readonly string[];
  readonly enforced?: { readonly machine: string; readonly rows: readonly EnforcedRow[] };
  /** Undisturbed, what `measureSpeed` takes. */
  readonly speedMs: number;
  readonly functions: Readonly<Record<string, MeasuredCalls>>;
}

/** The model against published figures, their functions measured here, and against quotas enforced here. */
export const prediction = experiment(OPTIONS, async (values, lab) => {
  const { function: only, warm, first, from } = values;
  const raw = values.enforced
    ? await measureQuotas(values, lab)
    : from === undefined
      ? await measureAll(only ?? [], warm, first, lab)
      : await readRaw(from);
  await mkdir(RESULTS, { recursive: true });
  if (from === undefined) await writeFile(FILE, `${JSON.stringify(raw, rounded)}\n`);
  const text = render(raw);
  await writeFile(join(RESULTS, 'prediction.md'), text);
  lab.say(text);
});

async function measureQuotas(
  {
    stack,
    memory,
    warm,
  }: { readonly stack: readonly StackName[]; readonly memory: readonly number[]; readonly warm: number },
  lab: Lab,
): Promise<RawFigures> {
  const before = await readRaw(FILE);
  const rows = await measureEnforced({ stacks: stack, memoryMb: memory, calls: warm }, lab);
  return { ...before, enforced: { machine: describeHere(), rows } };
}

function describeHere(): string {
  const { cpu, cores, loadAverageBefore } = describeMachine();
  return `${cpu}, ${cores} cores, load average ${loadAverageBefore?.toFixed(1) ?? 'not available'}`;
}

async function measureAll(
  only: readonly string[],
  warm: number,
  first: number,
  lab: Lab,
): Promise<RawFigures> {
  const before = await readRaw(FILE).catch(() => undefined);
  const packaged = await packageFunctions(lab, only);
  const measurer = await openMeasurer(packaged, lab);
  const functions: Record<string, RawFigures['functions'][string]> =
    only.length === 0 ? {} : { ...before?.functions };
  for (const one of packaged.functions) {
    functions[one.name] = await measurer.measure(one, Math.min(warm, one.warmCalls), first);
  }
  const calls = Object.values(functions).flatMap((one) => [...one.warm, ...one.first]);
  return {
    machine: describeHere(),
    notices: [...packaged.notices, ...measurer.notices],
    speedMs:
      quantileOf(
        calls.map(({ speedMs }) => speedMs),
        0.1,
      ) ?? 1,
    functions,
    ...(before?.enforced !== undefined && { enforced: before.enforced }),
  };
}

async function readRaw(path: string): Promise<RawFigures> {
  return JSON.parse(await readFile(path, 'utf8')) as RawFigures;
}

function render({ machine, notices, speedMs, functions, enforced }: RawFigures): string {
  const measured: Measured = Object.fromEntries(
    Object.entries(functions).map(([name, calls]) => [
      name,
      {
        warm: typicalCall(calls.warm, speedMs),
        first: typicalCall(calls.first, speedMs),
        ...(calls.half !== undefined && { half: typicalCall(calls.half, speedMs) }),
      },
    ]),
  );
  const rows = Object.entries(measured).map(([name, { warm, first }]) => [
    name,
    functions[name]?.on ?? '',
    ...[warm.cpuMs, first.cpuMs, first.initCpuMs ?? 0].map((ms) => ms.toFixed(1)),
    String(warm.connections),
    String(first.connections),
  ]);
  const header = ['function', 'on', 'CPU ms warm', 'first', 'init', 'new connections, warm', 'first'];
  const note =
    'Medians of the calls during which the processor was undisturbed. TLS to the database is in them.';
  return [
    '# Prediction against published figures: raw results',
    `\`npm run lab -- prediction\`, ${machine}. Ratios are predicted over published. What they mean, and why rows are off: [docs/prediction.md](../../docs/prediction.md). Each call: [prediction.jsonl](prediction.jsonl).`,
    ...notices,
    markdownTable({ title: 'Measured here, unthrottled', header, rows, note }),
    renderAgainstPublished(measured),
    ...(enforced === undefined
      ? []
      : [
          `## Enforced quota\n\n\`npm run lab -- prediction --enforced\`, ${enforced.machine}.`,
          renderEnforced(enforced.rows),
        ]),
    '',
  ].join('\n\n');
}

/** Hundredths of a millisecond are enough. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}

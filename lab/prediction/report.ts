import { CONSTANTS } from '../../bench/analysis/prediction/constants.ts';
import { markdownTable } from '../../bench/reports/markdown.ts';
import {
  CONSTANT_FITTED_ON,
  type ComparedRow,
  compareRows,
  type Fit,
  fitOn,
  type Measured,
  offBy,
} from './against-published.ts';
import { CURVE_SIZES, PUBLISHED, type PublishedRow } from './published.ts';

/** Which published figure each factor is fitted on: one for a language and class of work. */
const FITTED_ON = {
  earlier: [
    ['rust', 'rust-cat', 'warm', 128],
    ['python', 'python-cat', 'warm', 128],
  ],
  hashes: [
    ['node-hashes', 'node-hashes', 'warm', 1024],
    ['python-hashes', 'python-hashes', 'warm', 1024],
  ],
  light: [['node-light', 'node-light', 'first', 1024]],
} as const;

/** A target of the issue, and what came of it. */
interface Target {
  readonly what: string;
  /** Whether a ratio of predicted to published keeps it. */
  readonly keeps: (ratio: number) => boolean;
  readonly rows: readonly ComparedRow[];
}

const percent = (most: number) => (ratio: number) => Math.abs(ratio - 1) <= most / 100;
const factor = (most: number) => (ratio: number) => offBy(ratio) <= most;

/**
 * Renders what the model makes of the published figures.
 * @param measured must hold all functions of a table, or that table is left out.
 */
export function renderAgainstPublished(measured: Measured): string {
  const found = Object.keys(measured);
  const has = (prefixes: readonly string[]) =>
    prefixes.every((prefix) => found.some((name) => name.startsWith(prefix)));
  return [
    ...(has(['rust-cat', 'python-cat']) ? [earlierSection(measured)] : []),
    ...(has(['node-hashes', 'python-hashes']) ? [hashesSection(measured)] : []),
    ...(has(['node-light']) ? [lightSection(measured)] : []),
  ].join('\n\n');
}

function earlierSection(measured: Measured): string {
  const rows = FITTED_ON.earlier.flatMap(([language, ...on]) => {
    const own = PUBLISHED.earlier.rows.filter((row) => row.function.startsWith(language));
    return compareRows(own, PUBLISHED.earlier, measured, fit(on, PUBLISHED.earlier, measured));
  });
  const isBound = ({ row }: ComparedRow) => row.kind === 'warm' && /cat|wolf/.test(row.function);
  const targets = [
    { what: 'cat and wolf, warm, within 25 %', keeps: percent(25), rows: rows.filter(isBound) },
    { what: 'all sixteen within a factor of 2', keeps: factor(2), rows },
  ];
  const fits = FITTED_ON.earlier.map(([, ...on]) => fit(on, PUBLISHED.earlier, measured));
  return section(
    'The earlier benchmark',
    PUBLISHED.earlier.source,
    fits,
    [constantFit(), rowsTable(PUBLISHED.earlier.name, rows)],
    targets,
  );
}

function constantFit(): string {
  const { function: name, kind, memoryMb } = CONSTANT_FITTED_ON;
  const { typical } = CONSTANTS['first-sdk-call-cpu-rust'];
  return `A first call of Rust that opens a connection through the SDK takes ${typical} ms of CPU more on Lambda: fitted on ${name}, ${kind}, ${memoryMb} MB.`;
}

function hashesSection(measured: Measured): string {
  const tables: string[] = [];
  const all: ComparedRow[] = [];
  const fits: Fit[] = [];
  for (const [name, ...on] of FITTED_ON.hashes) {
    const fitted = fit(on, PUBLISHED.november, measured);
    const [november, december] = twoRuns(name, 'warm', measured, fitted);
    tables.push(curveTable(`${name}, warm`, november, december));
    tables.push(otherFits(november));
    all.push(...november);
    fits.push(fitted);
  }
  const targets = [{ what: 'hash loops of November within 20 %', keeps: percent(20), rows: all }];
  return section('Hash loops', PUBLISHED.november.source, fits, tables, targets);
}

function lightSection(measured: Measured): string {
  const [[name, ...on]] = FITTED_ON.light;
  const fitted = fit(on, PUBLISHED.november, measured);
  const runs = (['warm', 'first'] as const).map((kind) => twoRuns(name, kind, measured, fitted));
  const tables = runs.map(([november, december], i) =>
    curveTable(`${name}, ${i === 0 ? 'warm' : 'first call without its init'}`, november, december),
  );
  const targets = [
    {
      what: 'light, warm and first, both months, within a factor of 1.5',
      keeps: factor(1.5),
      rows: runs.flat(2),
    },
  ];
  return section('Light function', PUBLISHED.november.source, [fitted], tables, targets);
}

function twoRuns(name: string, kind: PublishedRow['kind'], measured: Measured, fitted: Fit) {
  return [PUBLISHED.november, PUBLISHED.december].map((table) => {
    const own = table.rows.filter((row) => row.function === name && row.kind === kind);
    return compareRows(own, table, measured, fitted);
  }) as [ComparedRow[], ComparedRow[]];
}

type On = readonly [name: string, kind: PublishedRow['kind'], memoryMb: number];

function fit(
  [name, kind, memoryMb]: On,
  table: (typeof PUBLISHED)[keyof typeof PUBLISHED],
  measured: Measured,
): Fit {
  const row = table.rows.find(
    (one) => one.function === name && one.kind === kind && one.memoryMb === memoryMb,
  );
  if (row === undefined) throw new RangeError(`nothing is published for ${name} at ${memoryMb} MB`);
  return fitOn(row, table, measured);
}

function section(
  title: string,
  source: string,
  fits: readonly Fit[],
  tables: readonly string[],
  targets: readonly Target[],
): string {
  const factors = fits.map(
    ({ factor, on }) =>
      `${factor.toFixed(2)} (fitted on ${on.function}, ${on.kind}, ${on.memoryMb} MB: ${ms(on.meanMs)} ms)`,
  );
  return [
    `## ${title}`,
    `Published: ${source}. Factor of the processor over this machine: ${factors.join('; ')}.`,
    ...tables,
    ...targets.map(renderTarget),
  ].join('\n\n');
}

function renderTarget({ what, keeps, rows }: Target): string {
  const others = rows.filter(({ isFitted }) => !isFitted);
  const worst = others.reduce((a, b) => (offBy(a.ratio) > offBy(b.ratio) ? a : b));
  const within = others.filter(({ ratio }) => keeps(ratio)).length;
  const said = within === others.length ? 'met' : '**missed**';
  const fitted = rows.length - others.length;
  return `Target: ${what}: ${said}, ${within} of ${others.length} rows beside ${fitted} fitted; worst ${worst.ratio.toFixed(2)} (${worst.row.function}, ${worst.row.kind}, ${worst.row.memoryMb} MB).`;
}

function rowsTable(title: string, rows: readonly ComparedRow[]): string {
  const cells = rows.map(({ row, predicted, ratio, isFitted }) => [
    row.function,
    row.kind === 'first' ? 'cold' : 'warm',
    ms(row.meanMs),
    range(predicted),
    isFitted ? `fitted, ${ratio.toFixed(2)}` : ratio.toFixed(2),
  ]);
  return markdownTable({
    title,
    header: ['function', 'calls', 'published, ms', 'predicted, ms', 'ratio'],
    rows: cells,
    note: '',
  });
}

function curveTable(
  title: string,
  november: readonly ComparedRow[],
  december: readonly ComparedRow[],
): string {
  const cells = CURVE_SIZES.flatMap((memoryMb) => {
    const pair = [november, december].map((rows) => rows.find(({ row }) => row.memoryMb === memoryMb));
    const any = pair.find((one) => one !== undefined);
    if (any === undefined) return [];
    const published = pair.map((one) => (one === undefined ? '–' : ms(one.row.meanMs)));
    const ratios = pair.map((one) =>
      one === undefined ? '–' : one.isFitted ? 'fitted' : one.ratio.toFixed(2),
    );
    return [[String(memoryMb), ...published, range(any.predicted), ...ratios]];
  });
  const header = [
    'MB',
    'November, ms',
    'December, ms',
    'predicted, ms',
    'ratio, November',
    'ratio, December',
  ];
  return markdownTable({ title, header, rows: cells, note: '' });
}

/** What another choice of the size that is given would come to: where the processor decides, all rows scale alike. */
function otherFits(rows: readonly ComparedRow[]): string {
  const worst = rows.map((on) => {
    const off = Math.max(...rows.map(({ ratio }) => offBy(ratio / on.ratio)));
    return `${on.row.memoryMb} MB ${off.toFixed(2)}`;
  });
  return `Fitted on another size, the worst row of November would be off by: ${worst.join(', ')}.`;
}

function range({ low, typical, high }: { low: number; typical: number; high: number }): string {
  return `${ms(typical)} (${ms(low)} to ${ms(high)})`;
}

function ms(value: number): string {
  return value.toFixed(value < 30 ? 1 : 0);
}

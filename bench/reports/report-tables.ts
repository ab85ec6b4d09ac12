import { isMissing } from '../analysis/metrics.ts';
import { PRICE_ORIGIN } from '../analysis/prices.ts';
import type { Ratio } from '../analysis/ratios.ts';
import type { StackFigures } from '../analysis/stack-figures.ts';
import type { RateFigures, Summary } from '../analysis/summary.ts';
import { answers, decimal, difference, FINDS, range } from './format.ts';
import { HOSTS_HEADER, HOSTS_NOTE, HOSTS_TITLE, hostsRows } from './hosts-table.ts';
import { isCpuKnown, predictedCost, shortOnLambdaTable, WAIT_NOTE } from './on-lambda-table.ts';

/** What stands above the table of imported rows. */
export const ROWS_TITLE = 'Rows imported a second, each verified in the table';

/** The columns of {@link importRows}. */
export const ROWS_HEADER = ['scenario', 'stack', 'rows a file', 'rows/s', '95 % interval'];

/** Rows a second of each stack; empty where nothing was imported. */
export function importRows({ figures, plan }: Pick<Summary, 'figures' | 'plan'>): string[][] {
  return figures.flatMap(({ scenario, stack, rowsPerSecond: found }) =>
    found === undefined
      ? []
      : [[scenario, stack, String(plan.rows ?? '-'), decimal(found.value), range(found.interval)]],
  );
}

/** A table of a report in text. */
export interface ReportTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Stands below the table; may be empty. */
  readonly note: string;
}

/** The tables of a report, the answer first; those that would be empty are left out. */
export function reportTables(summary: Summary): ReportTable[] {
  const tables = [
    { title: HOSTS_TITLE, header: HOSTS_HEADER, rows: hostsRows(summary), note: HOSTS_NOTE },
    ratioTable(summary),
    clientTable(summary),
    { title: ROWS_TITLE, header: ROWS_HEADER, rows: importRows(summary), note: '' },
    hostTable(summary),
    shortOnLambdaTable(summary),
    rateTable(summary),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function ratioTable({ ratios }: Summary): ReportTable {
  const headline = ratios.filter(({ metric }) => metric === 'p50');
  const beside = (one: Ratio) =>
    (['p99', 'throughput', 'billed'] as const).map((metric) =>
      ratioCell(ratios.find((other) => other.metric === metric && isSamePair(one, other))),
    );
  return {
    title: 'Times faster by median latency, with simultaneous 95 % intervals over the rounds',
    header: ['scenario', 'stacks', 'times', 'interval', 'finds', 'verdict', 'p99', 'calls/s', 'billed'],
    rows: headline.map((one) => [
      one.scenario,
      `${one.base} over ${one.other}`,
      ...(isMissing(one.figures)
        ? ['-', '-', '-', `unknown: ${one.figures.missing}`]
        : [
            decimal(one.figures.ratio),
            range(one.figures),
            difference(one.figures.detectable),
            verdictText(one),
          ]),
      ...beside(one),
    ]),
    note: `${FINDS} p99, calls/s, billed: the same ratio of these; * means that its interval does not span 1 either.`,
  };
}

function isSamePair(one: Ratio, other: Ratio): boolean {
  return one.scenario === other.scenario && one.base === other.base && one.other === other.other;
}

function ratioCell(ratio: Ratio | undefined): string {
  if (ratio === undefined || isMissing(ratio.figures)) return '- ';
  return `${decimal(ratio.figures.ratio)}${ratio.figures.verdict === 'inconclusive' ? ' ' : '*'}`;
}

function verdictText({ base, figures }: Ratio): string {
  if (isMissing(figures) || figures.verdict === 'inconclusive') return 'inconclusive';
  return `${base} is ${figures.verdict}`;
}

function clientTable({ figures }: Summary): ReportTable {
  return {
    title: 'As the client measured it (latency in ms, with 95 % intervals over the rounds)',
    header: [
      'scenario',
      'stack',
      'calls',
      'answers',
      'errors',
      'calls/s',
      'p50',
      'interval',
      'p99',
      'interval',
      'max',
    ],
    rows: figures.map((one) => [
      one.scenario,
      one.stack,
      String(one.calls),
      answers(one.statuses),
      String(one.errors),
      decimal(one.throughput?.value),
      decimal(one.p50?.value),
      range(one.p50?.interval),
      decimal(one.p99?.value),
      range(one.p99?.interval),
      decimal(one.max),
    ]),
    note: '',
  };
}

function hostTable(summary: Summary): ReportTable {
  const known = summary.figures.filter(({ reported, cold }) => reported !== undefined || cold !== undefined);
  return {
    title: 'As the host reported it (REPORT lines; times in ms, memory in MB)',
    header: [
      'scenario',
      'stack',
      'cold',
      'init',
      'CPU',
      'first',
      'p50',
      'mean',
      'CPU',
      'wait',
      'p99',
      'billed',
      'memory',
      'USD/M',
    ],
    rows: known.map((one) => hostRow(one, summary)),
    note: hostNote(summary),
  };
}

function hostNote({ figures, plan, onLambda }: Summary): string {
  const { region, date } = PRICE_ORIGIN;
  const predicted =
    onLambda.length > 0 ? 'predicted for this memory size, see On Lambda' : 'not predicted, see below';
  return [
    ...(figures.some(({ cold }) => cold !== undefined)
      ? ['cold: starts of new environments; init, its CPU, first (what their client waited): medians.']
      : []),
    figures.some(isCpuKnown)
      ? `p50 to p99: of a call, CPU its mean; ${WAIT_NOTE}`
      : 'CPU, wait: not available; they take Linux here, Lambda Insights on AWS.',
    'billed: a call, init included.',
    `USD/M: ${plan.isRemote ? `a million calls on AWS (${region}, ${date})` : predicted}.`,
  ].join(' ');
}

function hostRow(one: StackFigures, summary: Summary): string[] {
  const { scenario, stack, reported, cold, billed, cost, cpuPerCall, waitPerCall } = one;
  const predicted = predictedCost(summary, one);
  const init = cold?.init;
  return [
    scenario,
    stack,
    String(cold?.starts ?? reported?.coldStarts ?? '-'),
    decimal(init?.p50 ?? reported?.initP50),
    decimal(cold?.initCpu?.p50),
    decimal(cold?.total?.p50),
    decimal(reported?.durationP50),
    decimal(reported?.durationMean),
    decimal(cpuPerCall),
    decimal(waitPerCall),
    decimal(reported?.durationP99),
    decimal(billed?.value),
    reported?.maxMemoryUsedMb?.toString() ?? '-',
    cost?.total.toFixed(3) ?? (predicted === undefined ? '-' : range(predicted)),
  ];
}

/** More columns do not fit beside the others in 100. */
const SHOWN_RATES = 8;

function rateTable({ rateCurves }: Summary): ReportTable {
  const all = [...new Set(rateCurves.flatMap(({ steps }) => steps.map(({ rate }) => rate)))];
  const rates = all.sort((one, other) => one - other).slice(-SHOWN_RATES);
  const objectives = [...new Set(rateCurves.map(({ objective }) => objective))].join(', ');
  return {
    title: 'Latency p99 in ms against load in requests/s',
    header: ['scenario', 'stack', ...rates.map((rate) => `${rate}/s`), 'met up to'],
    rows: rateCurves.map((curve) => [
      curve.scenario,
      curve.stack,
      ...rates.map((rate) => rateCell(curve, rate)),
      curve.highestRate === undefined ? 'no rate' : `${curve.highestRate}/s`,
    ]),
    note: `! misses ${objectives}, or lost, dropped, was throttled or got wrong answers.`,
  };
}

function rateCell({ steps }: RateFigures, rate: number): string {
  const step = steps.find((one) => one.rate === rate);
  if (step === undefined) return '-';
  return `${decimal(step.p99)}${step.met ? '' : '!'}`;
}

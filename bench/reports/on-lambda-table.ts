import { CONSTANTS, type Spread } from '../analysis/prediction/constants.ts';
import type { OnLambda, SizeOnLambda } from '../analysis/prediction/on-lambda.ts';
import { PRICE_ORIGIN } from '../analysis/prices.ts';
import type { StackFigures } from '../analysis/stack-figures.ts';
import type { Summary } from '../analysis/summary.ts';
import { decimal, range } from './format.ts';
import type { ReportTable } from './report-tables.ts';

/** What the columns of waiting hold. */
export const WAIT_NOTE = 'wait: duration less CPU, - where threads side by side took more CPU than that.';

/** Where the numbers of a prediction come from, below each table of them. */
const PREDICTION_SOURCES = 'docs/prediction.md#constants';

/** A value with its range, as `25.1 (18.0–33.2)`; alone where both ends read as it does. */
export function spreadText(spread: Spread): string {
  const [typical, ends] = [decimal(spread.typical), range(spread)];
  return typical === ends ? typical : `${typical} (${ends})`;
}

/** CPU time and waiting of warm calls, first calls and init; without rows where nobody told CPU time. */
export function cpuTable({ figures }: Pick<Summary, 'figures'>): ReportTable {
  return {
    title: 'CPU time and waiting, in ms',
    header: [
      'scenario',
      'stack',
      'warm call',
      'CPU',
      'wait',
      'first call',
      'CPU',
      'wait',
      'init',
      'CPU',
      'wait',
    ],
    rows: figures.filter(isCpuKnown).map(cpuRow),
    note: `As REPORT and Lambda Insights tell it: of warm calls means, of first calls and init medians. ${WAIT_NOTE}`,
  };
}

/** Whether anybody told CPU time of warm or first calls. */
export function isCpuKnown({ cpuPerCall, cold }: StackFigures): boolean {
  return cpuPerCall !== undefined || cold?.cpu !== undefined;
}

function cpuRow({ scenario, stack, reported, cpuPerCall, waitPerCall, cold }: StackFigures): string[] {
  return [
    scenario,
    stack,
    ...[reported?.durationMean, cpuPerCall, waitPerCall].map(decimal),
    ...[cold?.duration?.p50, cold?.cpu?.p50, cold?.wait].map(decimal),
    ...[cold?.init?.p50, cold?.initCpu?.p50, cold?.initWait].map(decimal),
  ];
}

/** Sizes that the short table shows, of those that were predicted. */
const SHORT_MB = [128, 512, 1769];

/** Duration at a few memory sizes, and which is the cheapest and the fastest. */
export function shortOnLambdaTable({ onLambda }: Pick<Summary, 'onLambda'>): ReportTable {
  return {
    title: 'On Lambda, predicted: duration of a warm call in ms, with its range',
    header: ['scenario', 'stack', ...SHORT_MB.map((mb) => `${mb} MB`), 'cheapest', 'USD/M', 'fastest'],
    rows: onLambda.map((one) => {
      const cheapest = sizeOf(one, one.cheapestMb);
      return [
        one.scenario,
        one.stack,
        ...SHORT_MB.map((mb) => {
          const size = sizeOf(one, mb);
          return size === undefined ? '-' : spreadText(size.warm.mean);
        }),
        megabytes(one.cheapestMb),
        cheapest === undefined ? '-' : range(cheapest.costPerMillion),
        megabytes(one.fastestMb),
      ];
    }),
    note: predictionNote(onLambda),
  };
}

/** Every predicted size of every scenario and stack. @param callsPerDay gives a column of what they cost a day. */
export function onLambdaTable(onLambda: readonly OnLambda[], callsPerDay?: number): ReportTable {
  const daily = (size: SizeOnLambda) =>
    callsPerDay === undefined ? [] : [spreadText(scaled(size.costPerMillion, callsPerDay / 1_000_000))];
  return {
    title: 'On Lambda, predicted (times of warm calls in ms, cost in USD, each with its range)',
    header: [
      'function',
      'MB',
      'mean',
      'p50',
      'p99',
      'billed',
      'first, with init',
      'USD/M calls',
      ...(callsPerDay === undefined ? [] : ['USD a day']),
      '',
    ],
    rows: onLambda.flatMap((one) =>
      one.sizes.map((size) => [
        `${one.scenario} ${one.stack}`,
        String(size.memoryMb),
        spreadText(size.warm.mean),
        spreadText(size.warm.p50),
        spreadText(size.warm.p99),
        spreadText(size.warm.billed),
        size.first === undefined ? '-' : spreadText(size.first.mean),
        spreadText(size.costPerMillion),
        ...daily(size),
        marksOf(one, size).join(', '),
      ]),
    ),
    note: predictionNote(onLambda),
  };
}

/** What is said of a size: `cheapest`, `fastest`, `too small`. */
export function marksOf({ cheapestMb, fastestMb }: OnLambda, size: SizeOnLambda): string[] {
  return [
    ...(size.memoryMb === cheapestMb ? ['cheapest'] : []),
    ...(size.memoryMb === fastestMb ? ['fastest'] : []),
    ...(size.isTooSmall ? ['less than it used here'] : []),
  ];
}

/** The constants that a prediction rests on, with their sources. */
export function constantRows(): string[][] {
  return Object.entries(CONSTANTS).map(([id, { what, unit, source, ...spread }]) => [
    id,
    what,
    spreadText(spread),
    unit,
    source,
  ]);
}

/** The cost of the size that a scenario on a stack has here, as far as it was predicted. */
export function predictedCost(
  { onLambda }: Pick<Summary, 'onLambda'>,
  { scenario, stack, reported }: StackFigures,
): Spread | undefined {
  const one = onLambda.find((each) => each.scenario === scenario && each.stack === stack);
  return one && sizeOf(one, reported?.memorySizeMb ?? undefined)?.costPerMillion;
}

function predictionNote(onLambda: readonly OnLambda[]): string {
  const of = (pick: (one: OnLambda) => string) => [...new Set(onLambda.map(pick))].join(', ');
  const { region, date } = PRICE_ORIGIN;
  return `${of(({ architecture }) => architecture)}, factors ${of(({ factors }) => factors.origin)}; from the CPU time here, DynamoDB's latency and Lambda's share of a vCPU: ${PREDICTION_SOURCES}. Cost: a million calls (${region}, ${date}).`;
}

function sizeOf({ sizes }: OnLambda, memoryMb: number | undefined): SizeOnLambda | undefined {
  return sizes.find((size) => size.memoryMb === memoryMb);
}

function megabytes(memoryMb: number | undefined): string {
  return memoryMb === undefined ? '-' : `${memoryMb} MB`;
}

function scaled({ low, typical, high }: Spread, times: number): Spread {
  return { low: low * times, typical: typical * times, high: high * times };
}

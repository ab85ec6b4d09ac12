import { type Architecture, LAMBDA_PRICES, lambdaCost, sumOf } from './cost.ts';
import type { QueryResult } from './evaluate/run.ts';
import type { Summaries } from './report-lines.ts';

const MILLION = 1_000_000;
// A REPORT line does not tell the architecture, so both prices are shown.
const ARCHITECTURES: readonly Architecture[] = ['arm64', 'x86_64'];

/**
 * Makes the table of what each function costs in USD, compute and requests.
 * @param monthly Invocations of each function in a month; `undefined` for a table without months.
 */
export function costTable(
  summaries: Summaries,
  monthly: number | undefined,
): Pick<QueryResult, 'columns' | 'rows'> {
  const rows = [...summaries].flatMap(([name, { invocations, billedSum, memorySizeMb: memoryMb }]) => {
    if (memoryMb === null) return [];
    const billedMs = billedSum / invocations;
    const usd = (calls: number): number[] =>
      ARCHITECTURES.map((architecture) => sumOf(lambdaCost({ billedMs, memoryMb, architecture }, calls)));
    return [
      [
        name,
        invocations,
        billedMs,
        memoryMb,
        ...usd(MILLION),
        ...(monthly === undefined ? [] : usd(monthly)),
      ],
    ];
  });
  const columns = (unit: string) => ARCHITECTURES.map((architecture) => `${architecture}_usd_per_${unit}`);
  const names = [
    'function',
    'invocations',
    'billed_ms',
    'memory_mb',
    ...columns('million'),
    ...(monthly === undefined ? [] : columns('month')),
  ];
  return {
    columns: names.map((name) => ({ name, type: 'any' })),
    rows: rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  };
}

/** Renders the price rows behind a table of costs, and what it leaves out. */
export function renderCostNotes(): string {
  const rows = Object.values(LAMBDA_PRICES).map(
    ({ id, usd, per, unit, region, date, source }) =>
      `  ${id}: USD ${usd.toFixed(per === 1 ? 10 : 2)} for ${per} ${unit}${per === 1 ? '' : 's'}, ${region}, ${date}, ${source}`,
  );
  return [
    'Mean billed time (it contains the init) x configured memory, and requests. On-demand, first tier,',
    'without the free tier, logs, data transfer and what the function calls.',
    ...rows,
    '',
  ].join('\n');
}

import { type Architecture, type ContractFunction, costOf, costPerMillion, requestUnits } from '../cost.ts';
import type { QueryResult } from '../evaluate/run.ts';
import { PRICES } from '../prices.ts';
import type { Summaries } from '../summarise.ts';

const NAME = /-([a-z0-9]+)-(post-sheep|get-dog|get-cat|delete-wolf)$/;

/** Assumptions of a table of costs. */
export interface CostAssumptions {
  /** Calls of each function in a month. */
  readonly monthly: number;
  readonly architecture: Architecture;
  /** Sheep in the table, which every scan reads. */
  readonly sheep: number;
}

/** Makes the table of what each function costs for a million calls, by price row, and for a month, in USD. */
export function costTable(summaries: Summaries, assumptions: CostAssumptions): QueryResult {
  const { architecture, sheep, monthly } = assumptions;
  const rows = [...summaries].flatMap(([name, summary]) => {
    const [, stack, contractFunction] = NAME.exec(name) ?? [];
    if (stack === undefined || summary.memorySizeMb === null) return [];
    const usage = {
      billedMs: summary.billedSum / summary.invocations,
      memoryMb: summary.memorySizeMb,
      architecture,
      ...requestUnits(contractFunction as ContractFunction, sheep),
    };
    const million = costPerMillion(usage);
    const items = million.items.map(({ usd }) => usd);
    return [[contractFunction ?? '', stack, ...items, million.usd, costOf(usage, monthly).usd]];
  });
  const prices = [
    `lambda-compute-${architecture}`,
    'lambda-requests',
    'http-api-requests',
    'dynamodb-reads',
    'dynamodb-writes',
  ];
  const names = ['function', 'stack', ...prices, 'usd_per_million', 'usd_per_month'];
  return {
    columns: names.map((name) => ({ name, type: 'any' })),
    rows: rows.sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1)),
    statistics: { recordsScanned: 0, charactersScanned: 0 },
    choices: [],
  };
}

/** Renders the assumptions and the price rows behind a table of costs. */
export function renderCostNotes({ monthly, architecture, sheep }: CostAssumptions): string {
  const rows = Object.values(PRICES)
    .filter(({ id }) => !id.startsWith('lambda-compute') || id.endsWith(architecture))
    .map(
      ({ id, usd, per, unit, region, date, source }) =>
        `  ${id}: USD ${usd} for ${per} ${unit}s, ${region}, ${date}, ${source}`,
    );
  const head = `USD for a million calls of each function, by price row, and for ${monthly} calls a month; ${sheep} sheep in the table`;
  return [
    `${head}.`,
    'On-demand, first tier, without free tier, data transfer and logs; billed time contains the init.',
    ...rows,
    '',
  ].join('\n');
}

import { PRICE_ORIGIN } from '../../../analysis/prices.ts';
import type { Summary } from '../../../analysis/summary.ts';
import { categoryAxis, leftRoom, linearAxis, NAME_LENGTH, shorten } from '../axes.ts';
import type { Chart } from '../chart.ts';

const PARTS = [
  { name: 'compute', key: 'compute', colour: 'var(--part-1)' },
  { name: 'Lambda requests', key: 'requests', colour: 'var(--part-2)' },
  { name: 'HTTP API', key: 'api', colour: 'var(--part-3)' },
  { name: 'DynamoDB', key: 'dynamodb', colour: 'var(--part-4)' },
  { name: 'logs', key: 'logs', colour: 'var(--part-5)' },
] as const;

/** What a million calls cost on AWS, by what is paid for. */
export function costChart({ plan, figures }: Summary): Chart | undefined {
  const rows = figures.flatMap(({ scenario, stack, cost }) =>
    cost === undefined ? [] : [{ scenario, stack, cost }],
  );
  if (rows.length === 0) return undefined;
  const labels = (isNarrow: boolean) =>
    rows.map(
      ({ scenario, stack }) => `${scenario} ${shorten(stack, NAME_LENGTH[isNarrow ? 'narrow' : 'wide'])}`,
    );
  const { region, date } = PRICE_ORIGIN;
  return {
    title: 'Cost of a million calls',
    caption: `In USD, ${region}, ${date}, without free tier; DynamoDB for ${plan.herd} sheep; logs as CloudWatch takes them in.`,
    alternative: `Cost of a million calls. ${rows.map(({ scenario, stack, cost }) => `${scenario} ${stack}: ${cost.total.toFixed(2)} USD.`).join(' ')}`,
    legend: PARTS.map(({ name, colour }) => ({
      name,
      look: { colour, symbol: 'rect', dash: 'solid' },
      isArea: true,
    })),
    heights: [rows.length * 26 + 56, rows.length * 28 + 56],
    option: (isNarrow) => ({
      grid: { left: leftRoom(labels(isNarrow)), right: 24, top: 6, bottom: 44 },
      xAxis: { ...linearAxis('USD'), nameGap: 28 },
      yAxis: { ...categoryAxis(labels(isNarrow)), inverse: true },
      series: PARTS.map(({ key, colour }) => ({
        type: 'bar' as const,
        stack: 'cost',
        barMaxWidth: 14,
        data: rows.map(({ cost }) => cost[key]),
        itemStyle: { color: colour },
      })),
    }),
    header: ['function', ...PARTS.map(({ name }) => name), 'total'],
    rows: rows.map(({ scenario, stack, cost }) => [
      `${scenario} ${stack}`,
      ...PARTS.map(({ key }) => cost[key].toFixed(3)),
      cost.total.toFixed(3),
    ]),
  };
}

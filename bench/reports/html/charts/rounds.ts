import type { Summary } from '../../../analysis/summary.ts';
import type { ScenarioName } from '../../../results/names.ts';
import { decimal } from '../../format.ts';
import { categoryAxis, logAxis } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf, stackLegend } from '../palette.ts';

/** The median of every round of one scenario, so that drift and rounds that stand out are seen. */
export function roundsChart({ plan, figures }: Summary, scenario: ScenarioName): Chart | undefined {
  const found = figures.filter((one) => one.scenario === scenario);
  const medians = found.flatMap(({ rounds }) => rounds.flatMap(({ p50 }) => p50 ?? []));
  if (medians.length === 0) return undefined;
  const numbers = [...new Set(found.flatMap(({ rounds }) => rounds.map(({ round }) => round)))].sort(
    (a, b) => a - b,
  );
  return {
    title: scenario,
    caption: '',
    alternative: `Median latency of the ${scenario} in each round. ${found
      .map(({ stack, rounds }) => `${stack}: ${rounds.map(({ p50 }) => decimal(p50)).join(', ')} ms.`)
      .join(' ')}`,
    legend: stackLegend(plan.stacks),
    heights: [230, 220],
    option: () => ({
      grid: { left: 52, right: 14, top: 12, bottom: 44 },
      xAxis: {
        ...categoryAxis(numbers.map(String), 'round'),
        nameGap: 28,
        axisLabel: { color: 'var(--muted)', fontSize: 12 },
      },
      yAxis: { ...logAxis(medians, 'ms, median'), nameGap: 36 },
      series: found.map(({ stack, rounds }) => {
        const { colour, symbol } = lookOf(plan.stacks.indexOf(stack));
        return {
          type: 'scatter' as const,
          symbol,
          symbolSize: 11,
          itemStyle: { opacity: 1 },
          data: rounds.map(({ round, p50, brokenOff }) => ({
            value: [String(round), p50 ?? '-'],
            // A hollow mark: measured, but in no figure.
            itemStyle:
              brokenOff === undefined
                ? { color: colour, opacity: 1 }
                : { color: 'transparent', borderColor: colour, borderWidth: 2 },
          })),
        };
      }),
    }),
    header: [
      'round',
      ...found.flatMap(({ stack }) => [`${stack} p50, ms`, `${stack} p99, ms`, `${stack} calls`]),
    ],
    rows: numbers.map((number) => [
      String(number),
      ...found.flatMap(({ rounds }) => {
        const one = rounds.find(({ round }) => round === number);
        return [decimal(one?.p50), decimal(one?.p99), one === undefined ? '-' : String(one.calls)];
      }),
    ]),
  };
}

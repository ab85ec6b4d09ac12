import type { OnLambda } from '../../../analysis/prediction/on-lambda.ts';
import type { Summary } from '../../../analysis/summary.ts';
import type { ScenarioName } from '../../../results/names.ts';
import { marksOf, spreadText } from '../../on-lambda-table.ts';
import { logAxis } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf, stackLegend } from '../palette.ts';

/** Cost against duration by memory size, of one scenario; `undefined` where nothing was predicted. */
export function onLambdaChart({ plan, onLambda }: Summary, scenario: ScenarioName): Chart | undefined {
  const found = onLambda.filter((one) => one.scenario === scenario);
  if (found.length === 0) return undefined;
  const sizes = found.flatMap((one) => one.sizes);
  return {
    title: scenario,
    caption: `Predicted, ${[...new Set(found.map(({ architecture }) => architecture))].join(', ')}. ${found.map(bestInWords).join(' ')} The table has the ranges.`,
    alternative: `Cost of a million calls of the ${scenario} against its duration, by memory size. ${found
      .map(
        ({ stack, sizes: all }) =>
          `${stack}: ${all.map((size) => `${size.memoryMb} MB ${spreadText(size.warm.mean)} ms, ${spreadText(size.costPerMillion)} USD`).join('; ')}.`,
      )
      .join(' ')}`,
    legend: stackLegend(plan.stacks),
    heights: [300, 280],
    option: (isNarrow) => ({
      grid: { left: 56, right: isNarrow ? 60 : 76, top: 22, bottom: 44 },
      xAxis: {
        ...logAxis(
          sizes.map(({ warm }) => warm.mean.typical),
          'ms a warm call, mean',
        ),
        nameGap: 28,
      },
      yAxis: {
        ...logAxis(
          sizes.map(({ costPerMillion }) => costPerMillion.typical),
          'USD a million calls',
        ),
        nameGap: 40,
      },
      series: found.map((one) => {
        const { colour, symbol, dash } = lookOf(plan.stacks.indexOf(one.stack));
        return {
          type: 'line' as const,
          symbol,
          showAllSymbol: true,
          lineStyle: { color: colour, width: 2, type: dash },
          labelLayout: { hideOverlap: true },
          data: one.sizes.map((size) => {
            const marks = marksOf(one, size);
            const isBest = marks.includes('cheapest') || marks.includes('fastest');
            return {
              value: [size.warm.mean.typical, size.costPerMillion.typical],
              symbolSize: isBest ? 14 : 8,
              itemStyle: size.isTooSmall
                ? { color: 'var(--panel)', borderColor: colour, borderWidth: 2 }
                : { color: colour },
              label: {
                show: isBest || !isNarrow,
                position: marks.includes('cheapest') ? ('bottom' as const) : ('right' as const),
                color: 'var(--ink)',
                fontSize: 11,
                formatter: isBest ? `${size.memoryMb} ${marks.join(', ')}` : `${size.memoryMb}`,
              },
            };
          }),
        };
      }),
    }),
    header: ['function', 'MB', 'mean ms', 'p99 ms', 'first, with init', 'USD/M calls', ''],
    rows: found.flatMap((one) =>
      one.sizes.map((size) => [
        one.stack,
        String(size.memoryMb),
        spreadText(size.warm.mean),
        spreadText(size.warm.p99),
        size.first === undefined ? '-' : spreadText(size.first.mean),
        spreadText(size.costPerMillion),
        marksOf(one, size).join(', '),
      ]),
    ),
  };
}

function bestInWords({ stack, cheapestMb, fastestMb }: OnLambda): string {
  if (cheapestMb === undefined || fastestMb === undefined) return `${stack}: no size is large enough.`;
  return `${stack}: cheapest with ${cheapestMb} MB, fastest with ${fastestMb} MB.`;
}

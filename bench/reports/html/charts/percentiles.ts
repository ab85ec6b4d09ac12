import type { StackFigures } from '../../../analysis/stack-figures.ts';
import type { Summary } from '../../../analysis/summary.ts';
import type { ScenarioName } from '../../../results/names.ts';
import { decimal } from '../../format.ts';
import { logAxis } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf, stackLegend } from '../palette.ts';

/** Where a percentile stands: each nine takes as much room as the one before. */
const nines = (percentile: number) => -Math.log10(1 - percentile / 100);
const TICKS = [0, 50, 90, 99, 99.9, 99.99, 99.999];

/** The distribution of latencies of one scenario: latency against percentile. */
export function percentileChart({ plan, figures }: Summary, scenario: ScenarioName): Chart | undefined {
  const found = figures.filter((one) => one.scenario === scenario && one.percentiles.length > 0);
  if (found.length === 0) return undefined;
  const points = found.flatMap(({ percentiles }) => percentiles);
  const last = Math.max(...points.map(({ percentile }) => nines(percentile)), 1);
  const ticks = TICKS.map(nines).filter((tick) => tick <= last + 1e-9);
  return {
    title: scenario,
    caption: '',
    alternative: `Latency of the ${scenario} by percentile. ${found.map(inWords).join(' ')}`,
    legend: stackLegend(plan.stacks),
    heights: [300, 270],
    option: () => ({
      grid: { left: 52, right: 14, top: 12, bottom: 44 },
      xAxis: {
        type: 'value',
        min: 0,
        max: last,
        name: 'percentile',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { color: 'var(--muted)', fontSize: 12 },
        axisLine: { show: true, lineStyle: { color: 'var(--rule)' } },
        splitLine: { show: true, lineStyle: { color: 'var(--rule)' } },
        axisTick: { show: false, customValues: ticks },
        axisLabel: { color: 'var(--muted)', fontSize: 12, customValues: ticks, formatter: percentileText },
      },
      yAxis: {
        ...logAxis(
          points.map(({ ms }) => ms),
          'ms',
        ),
        nameGap: 36,
      },
      series: found.map((one) => {
        const { colour, symbol, dash } = lookOf(plan.stacks.indexOf(one.stack));
        const marked = new Set([50, 90, 99, 99.9]);
        return {
          type: 'line' as const,
          data: one.percentiles.map(({ percentile, ms }) => ({
            value: [nines(percentile), ms],
            symbolSize: marked.has(percentile) ? 9 : 0,
          })),
          symbol,
          showAllSymbol: true,
          lineStyle: { color: colour, width: 2, type: dash },
          itemStyle: { color: colour },
        };
      }),
    }),
    header: ['percentile', ...found.map(({ stack }) => `${stack}, ms`)],
    rows: [
      ...[...new Set(points.flatMap(({ percentile, isLongest }) => (isLongest ? [] : percentile)))]
        .sort((one, other) => one - other)
        .map((percentile) => [
          String(percentile),
          ...found.map((one) => decimal(latencyAt(one, percentile))),
        ]),
      ['longest', ...found.map(({ max }) => decimal(max))],
    ],
  };
}

function percentileText(position: number): string {
  return String(Number((100 * (1 - 10 ** -position)).toFixed(3)));
}

function latencyAt({ percentiles }: StackFigures, percentile: number): number | undefined {
  return percentiles.find((one) => !one.isLongest && one.percentile === percentile)?.ms;
}

function inWords({ stack, p50, p99, max }: StackFigures): string {
  return `${stack}: median ${decimal(p50?.value)} ms, p99 ${decimal(p99?.value)} ms, longest ${decimal(max)} ms.`;
}

import type { CustomSeriesRenderItemReturn } from 'echarts';
import { isMissing } from '../../../analysis/metrics.ts';
import type { Ratio } from '../../../analysis/ratios.ts';
import type { Summary } from '../../../analysis/summary.ts';
import type { Verdict } from '../../../statistics/interval.ts';
import { decimal, difference, range, SAID } from '../../format.ts';
import { categoryAxis, leftRoom, logAxis, NAME_LENGTH, shorten } from '../axes.ts';
import type { Chart } from '../chart.ts';

const METRIC_TITLES: Readonly<Record<string, readonly [long: string, short: string]>> = {
  p50: ['median latency', 'median'],
  p99: ['p99 latency', 'p99'],
  throughput: ['calls/s', 'calls/s'],
  duration: ['median duration', 'duration'],
  billed: ['billed duration', 'billed'],
};

/** Every ratio that could be had, as a point with its interval on a logarithmic axis around 1. */
export function ratioForest({ ratios }: Summary): Chart | undefined {
  const known = ratios.flatMap(({ figures, ...rest }) => (isMissing(figures) ? [] : [{ ...rest, figures }]));
  const finite = known.filter(({ figures }) => Number.isFinite(figures.high));
  if (finite.length === 0) return undefined;
  const others = new Set(known.map(({ other }) => other));
  // One block a scenario, the median first in each.
  const rows = finite
    .toSorted(
      (one, two) =>
        ratios.findIndex((r) => r.scenario === one.scenario) -
        ratios.findIndex((r) => r.scenario === two.scenario),
    )
    .map((one) => ({
      ...one,
      label: labelOf(one, 'wide', others.size > 1),
      short: labelOf(one, 'narrow', others.size > 1),
    }));
  const ends = rows.flatMap(({ figures }) => [figures.low, figures.high]);
  const heights = [rows.length * 26 + 60, rows.length * 30 + 60] as const;
  return {
    title: 'Ratios with their intervals',
    caption: `Right of 1, ${rows[0]?.base} is better. An interval that crosses 1 is inconclusive (hollow mark). The intervals of one metric hold together in 95 of 100 runs.`,
    alternative: `Ratios. ${rows.map(({ label, base, figures }) => `${label}: ${decimal(figures.ratio)} (${range(figures)}), ${base} ${SAID[figures.verdict]}.`).join(' ')}`,
    legend: [],
    heights,
    isWide: true,
    option: (isNarrow) => ({
      grid: {
        left: leftRoom(rows.map(({ label, short }) => (isNarrow ? short : label))),
        right: 24,
        top: 8,
        bottom: 44,
      },
      xAxis: { ...logAxis([...ends, 1], 'times better'), nameGap: 28 },
      yAxis: { ...categoryAxis(rows.map(({ label, short }) => (isNarrow ? short : label))), inverse: true },
      series: [
        {
          type: 'custom',
          data: rows.map(({ figures }, index) => [index, figures.ratio, figures.low, figures.high]),
          renderItem: ({ coordSys }, api) => {
            const index = Number(api.value(0));
            const isFirst = index > 0 && rows[index]?.scenario !== rows[index - 1]?.scenario;
            const area = coordSys as unknown as Area;
            return intervalItem(api, area, rows[index]?.figures.verdict ?? 'inconclusive', isFirst);
          },
          encode: { x: [1, 2, 3], y: 0 },
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: 'var(--ink)', width: 1.5, type: 'solid' },
            data: [{ xAxis: 1 }],
          },
        },
      ],
    }),
    header: ['scenario and metric', 'stacks', 'ratio', 'interval', 'finds', 'verdict', 'rounds'],
    rows: rows.map(({ label, base, other, figures, rounds }) => [
      label,
      `${base} over ${other}`,
      decimal(figures.ratio),
      range(figures),
      difference(figures.detectable),
      `${base} ${SAID[figures.verdict]}`,
      String(rounds),
    ]),
  };
}

function labelOf(
  { scenario, metric, other }: Pick<Ratio, 'scenario' | 'metric' | 'other'>,
  screen: keyof typeof NAME_LENGTH,
  isNamed: boolean,
): string {
  const title = METRIC_TITLES[metric]?.[screen === 'wide' ? 0 : 1] ?? metric;
  return `${scenario}: ${title}${isNamed ? ` (${shorten(other, NAME_LENGTH[screen])})` : ''}`;
}

const COLOURS = { faster: 'var(--good)', slower: 'var(--bad)', inconclusive: 'var(--even)' } as const;

interface Area {
  readonly x: number;
  readonly width: number;
}

interface ItemApi {
  value(dimension: number): unknown;
  coord(data: (number | string)[]): number[];
  size?(data: number[]): number | number[];
}

/** A horizontal line from the lower to the upper bound with a mark at the ratio; a rule above a scenario's first row. */
function intervalItem(
  api: ItemApi,
  { x: left, width }: Area,
  verdict: Verdict,
  isFirst: boolean,
): CustomSeriesRenderItemReturn {
  const row = Number(api.value(0));
  const at = (dimension: number) => api.coord([Number(api.value(dimension)), row]);
  const [[x = 0, y = 0], [low = 0], [high = 0]] = [at(1), at(2), at(3)];
  const band = [api.size?.([0, 1]) ?? 0].flat()[1] ?? 0;
  const isHollow = verdict === 'inconclusive';
  const colour = COLOURS[verdict];
  const line = (x1: number, x2: number, height: number, stroke: string, lineWidth: number) => ({
    type: 'line' as const,
    shape: { x1, y1: height, x2, y2: height },
    style: { stroke, lineWidth },
  });
  return {
    type: 'group',
    children: [
      ...(isFirst ? [line(left, left + width, y - band / 2, 'var(--rule)', 1)] : []),
      line(low, high, y, colour, 3),
      {
        type: 'circle',
        shape: { cx: x, cy: y, r: 5.5 },
        style: { fill: isHollow ? 'var(--panel)' : colour, stroke: colour, lineWidth: 2 },
      },
    ],
  };
}

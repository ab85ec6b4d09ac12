import type { Summary } from '../../../analysis/summary.ts';
import { categoryAxis, leftRoom, linearAxis, NAME_LENGTH, shorten } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf } from '../palette.ts';

/** Peak memory of every function, against the memory it was given. */
export function memoryChart({ plan, figures }: Summary): Chart | undefined {
  const rows = figures.flatMap(({ scenario, stack, reported }) =>
    reported === undefined || reported.maxMemoryUsedMb === null
      ? []
      : [{ scenario, stack, used: reported.maxMemoryUsedMb, size: reported.memorySizeMb }],
  );
  if (rows.length === 0) return undefined;
  const labels = (isNarrow: boolean) =>
    rows.map(
      ({ scenario, stack }) => `${scenario} ${shorten(stack, NAME_LENGTH[isNarrow ? 'narrow' : 'wide'])}`,
    );
  const sizes = [...new Set(rows.flatMap(({ size }) => size ?? []))];
  return {
    title: 'Peak memory',
    caption: `In MB, as REPORT tells it${sizes.length === 1 ? `; the line is the ${sizes[0]} MB that each function has` : ''}.`,
    alternative: `Peak memory. ${rows.map(({ scenario, stack, used, size }) => `${scenario} ${stack}: ${used} of ${size ?? 'unknown'} MB.`).join(' ')}`,
    legend: [],
    heights: [rows.length * 26 + 56, rows.length * 28 + 56],
    option: (isNarrow) => ({
      grid: { left: leftRoom(labels(isNarrow)), right: 40, top: 6, bottom: 44 },
      xAxis: { ...linearAxis('MB'), max: Math.max(...sizes, ...rows.map(({ used }) => used)), nameGap: 28 },
      yAxis: { ...categoryAxis(labels(isNarrow)), inverse: true },
      series: [
        {
          type: 'bar',
          barMaxWidth: 14,
          data: rows.map(({ stack, used }) => ({
            value: used,
            itemStyle: { color: lookOf(plan.stacks.indexOf(stack)).colour },
          })),
          label: { show: true, position: 'right', color: 'var(--ink)', fontSize: 12 },
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: 'var(--ink)', type: [4, 4] },
            data: sizes.map((size) => ({ xAxis: size })),
          },
        },
      ],
    }),
    header: ['function', 'used MB', 'of MB'],
    rows: rows.map(({ scenario, stack, used, size }) => [
      `${scenario} ${stack}`,
      String(used),
      String(size ?? '-'),
    ]),
  };
}

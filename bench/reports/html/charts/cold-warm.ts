import type { Summary } from '../../../analysis/summary.ts';
import { decimal } from '../../format.ts';
import { categoryAxis, leftRoom, linearAxis, NAME_LENGTH, shorten } from '../axes.ts';
import type { Chart } from '../chart.ts';
import type { Legend } from '../palette.ts';

const PARTS: readonly Legend[] = [
  { name: 'init', look: { colour: 'var(--part-1)', symbol: 'rect', dash: 'solid' }, isArea: true },
  {
    name: 'first invocation',
    look: { colour: 'var(--part-2)', symbol: 'rect', dash: 'solid' },
    isArea: true,
  },
  { name: 'warm median', look: { colour: 'var(--part-3)', symbol: 'rect', dash: 'solid' }, isArea: true },
];

/** What a cold start costs beside a warm call: medians of init, of the first invocation, and of the duration when warm. */
export function coldWarmChart({ figures }: Summary): Chart | undefined {
  const rows = figures.flatMap(({ scenario, stack, cold, reported }) => {
    const init = cold?.init?.p50 ?? reported?.initP50;
    if (init === null || init === undefined) return [];
    const first = cold?.duration?.p50;
    const warm = reported?.durationP50 ?? undefined;
    return [{ scenario, stack, label: `${scenario} ${stack}`, init, first, warm, cold, reported }];
  });
  if (rows.length === 0) return undefined;
  const labels = (isNarrow: boolean) =>
    rows.map(
      ({ scenario, stack }) => `${scenario} ${shorten(stack, NAME_LENGTH[isNarrow ? 'narrow' : 'wide'])}`,
    );
  const hasForced = rows.some(({ cold }) => cold !== undefined);
  return {
    title: 'Cold against warm',
    caption: hasForced
      ? 'Medians in ms, as REPORT tells them: a cold call waits for init and its first invocation, a warm one for its duration alone.'
      : 'Median init in ms as REPORT tells it, beside the median duration when warm. No cold starts were forced, so that init rests on few starts.',
    alternative: `Cold starts. ${rows.map(({ label, init, first, warm }) => `${label}: init ${decimal(init)} ms${first === undefined ? '' : `, first invocation ${decimal(first)} ms`}, warm ${decimal(warm)} ms.`).join(' ')}`,
    legend: hasForced ? PARTS : PARTS.filter(({ name }) => name !== 'first invocation'),
    heights: [rows.length * 34 + 56, rows.length * 36 + 56],
    isWide: true,
    option: (isNarrow) => ({
      grid: { left: leftRoom(labels(isNarrow)), right: 24, top: 6, bottom: 44 },
      xAxis: { ...linearAxis('ms'), nameGap: 28 },
      yAxis: { ...categoryAxis(labels(isNarrow)), inverse: true },
      series: [
        bar(
          'cold',
          'var(--part-1)',
          rows.map(({ init }) => init),
        ),
        bar(
          'cold',
          'var(--part-2)',
          rows.map(({ first }) => first),
        ),
        bar(
          'warm',
          'var(--part-3)',
          rows.map(({ warm }) => warm),
        ),
      ],
    }),
    header: [
      'function',
      'starts',
      'init p50',
      '95 % interval',
      'p90',
      'p99',
      'max',
      'first p50',
      'first max',
      'client p50',
      'client max',
      'warm p50',
    ],
    rows: rows.map(({ label, cold, reported }) => [
      label,
      String(cold?.starts ?? reported?.coldStarts ?? '-'),
      decimal(cold?.init?.p50 ?? reported?.initP50),
      cold?.init?.interval === undefined
        ? '-'
        : `${decimal(cold.init.interval.low)}–${decimal(cold.init.interval.high)}`,
      decimal(cold?.init === undefined ? reported?.initP90 : cold.init.p90),
      decimal(cold?.init === undefined ? reported?.initP99 : cold.init.p99),
      decimal(cold?.init?.max),
      decimal(cold?.duration?.p50),
      decimal(cold?.duration?.max),
      decimal(cold?.total?.p50),
      decimal(cold?.total?.max),
      decimal(reported?.durationP50),
    ]),
  };
}

function bar(stack: string, color: string, values: readonly (number | undefined)[]) {
  return {
    type: 'bar' as const,
    stack,
    data: values.map((value) => value ?? 0),
    barMaxWidth: 11,
    barGap: '15%',
    itemStyle: { color },
  };
}

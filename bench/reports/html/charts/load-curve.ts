import type { RateFigures, Summary } from '../../../analysis/summary.ts';
import type { ScenarioName } from '../../../results/names.ts';
import { decimal } from '../../format.ts';
import { logAxis } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf, stackLegend } from '../palette.ts';

/** Latency against load of one scenario; `undefined` where no rates were stepped through. */
export function loadCurveChart({ plan, rateCurves }: Summary, scenario: ScenarioName): Chart | undefined {
  const curves = rateCurves.filter((one) => one.scenario === scenario && one.steps.length > 0);
  if (curves.length === 0) return undefined;
  const rates = [...new Set(curves.flatMap(({ steps }) => steps.map(({ rate }) => rate)))].sort(
    (a, b) => a - b,
  );
  return {
    title: scenario,
    caption: [
      ...curves.map(metInWords),
      ...(curves.some(({ steps }) => steps.some(({ p99 }) => p99 === undefined))
        ? ['Triangles are the longest call, where there are too few for a p99.']
        : []),
    ].join(' '),
    alternative: `Latency p99 of the ${scenario} against load. ${curves.map(({ stack, steps }) => `${stack}: ${steps.map(({ rate, p99 }) => `${decimal(p99)} ms at ${rate}/s`).join(', ')}.`).join(' ')} ${curves.map(metInWords).join(' ')}`,
    legend: stackLegend(plan.stacks),
    heights: [280, 260],
    option: () => ({
      grid: { left: 52, right: 18, top: 12, bottom: 44 },
      xAxis: { ...logAxis(rates, 'requests/s, sent at planned times'), nameGap: 28 },
      yAxis: {
        ...logAxis(
          curves.flatMap(({ steps }) => steps.flatMap(({ p99, max }) => p99 ?? max ?? [])),
          'ms, p99',
        ),
        nameGap: 36,
      },
      series: curves.map(({ stack, steps }) => {
        const { colour, symbol, dash } = lookOf(plan.stacks.indexOf(stack));
        return {
          type: 'line' as const,
          symbol,
          symbolSize: 10,
          showAllSymbol: true,
          lineStyle: { color: colour, width: 2, type: dash },
          data: steps.map(({ rate, p99, max, met }) => ({
            value: [rate, p99 ?? max ?? '-'],
            ...(p99 === undefined && { symbol: 'triangle' }),
            itemStyle: met
              ? { color: colour }
              : { color: 'var(--panel)', borderColor: colour, borderWidth: 2 },
          })),
        };
      }),
    }),
    header: [
      'rate /s',
      ...curves.flatMap(({ stack }) => ['p50', 'p99', 'max', 'objective'].map((what) => `${stack} ${what}`)),
    ],
    rows: rates.map((rate) => [
      String(rate),
      ...curves.flatMap(({ steps }) => {
        const step = steps.find((one) => one.rate === rate);
        return [
          decimal(step?.p50),
          decimal(step?.p99),
          decimal(step?.max),
          step === undefined ? '-' : step.met ? 'met' : 'missed',
        ];
      }),
    ]),
  };
}

function metInWords({ stack, objective, highestRate }: RateFigures): string {
  return highestRate === undefined
    ? `${stack} meets ${objective} at no rate.`
    : `${stack} meets ${objective} up to ${highestRate}/s.`;
}

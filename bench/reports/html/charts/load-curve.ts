import type { Summary } from '../../../analysis/summary.ts';
import type { ScenarioName } from '../../../results/names.ts';
import type { RateCurve } from '../../../results/result.ts';
import { quantileOfData } from '../../../statistics/histogram.ts';
import { decimal } from '../../format.ts';
import { logAxis } from '../axes.ts';
import type { Chart } from '../chart.ts';
import { lookOf, stackLegend } from '../palette.ts';

/** Latency against load of one scenario; `undefined` where no rates were stepped through. */
export function loadCurveChart({ plan, rateCurves }: Summary, scenario: ScenarioName): Chart | undefined {
  const curves = rateCurves.filter((one) => one.scenario === scenario && one.steps.length > 0);
  if (curves.length === 0) return undefined;
  const points = curves.map((curve) => ({ curve, steps: stepsOf(curve) }));
  const rates = [...new Set(points.flatMap(({ steps }) => steps.map(({ rate }) => rate)))].sort(
    (a, b) => a - b,
  );
  return {
    title: scenario,
    caption: curves.map(metInWords).join(' '),
    alternative: `Latency p99 of the ${scenario} against load. ${points.map(({ curve, steps }) => `${curve.stack}: ${steps.map(({ rate, p99 }) => `${decimal(p99)} ms at ${rate}/s`).join(', ')}.`).join(' ')} ${curves.map(metInWords).join(' ')}`,
    legend: stackLegend(plan.stacks),
    heights: [280, 260],
    option: () => ({
      grid: { left: 52, right: 18, top: 12, bottom: 44 },
      xAxis: { ...logAxis(rates, 'requests/s, sent at planned times'), nameGap: 28 },
      yAxis: {
        ...logAxis(
          points.flatMap(({ steps }) => steps.map(({ p99 }) => p99 ?? 0)),
          'ms, p99',
        ),
        nameGap: 36,
      },
      series: points.map(({ curve, steps }) => {
        const { colour, symbol, dash } = lookOf(plan.stacks.indexOf(curve.stack));
        return {
          type: 'line' as const,
          symbol,
          symbolSize: 10,
          showAllSymbol: true,
          lineStyle: { color: colour, width: 2, type: dash },
          data: steps.map(({ rate, p99, met }) => ({
            value: [rate, p99 ?? '-'],
            itemStyle: met
              ? { color: colour }
              : { color: 'var(--panel)', borderColor: colour, borderWidth: 2 },
          })),
        };
      }),
    }),
    header: [
      'rate /s',
      ...points.flatMap(({ curve }) => ['p50', 'p99', 'objective'].map((what) => `${curve.stack} ${what}`)),
    ],
    rows: rates.map((rate) => [
      String(rate),
      ...points.flatMap(({ steps }) => {
        const step = steps.find((one) => one.rate === rate);
        return [
          decimal(step?.p50),
          decimal(step?.p99),
          step === undefined ? '-' : step.met ? 'met' : 'missed',
        ];
      }),
    ]),
  };
}

function stepsOf({ steps }: RateCurve) {
  const millis = (micros: number | undefined) => (micros === undefined ? undefined : micros / 1000);
  return steps
    .map(({ rate, load, met }) => {
      const { latency } = load;
      return {
        rate,
        met,
        p50: millis(quantileOfData(latency, 0.5)),
        p99: millis(quantileOfData(latency, 0.99)),
      };
    })
    .sort((one, other) => one.rate - other.rate);
}

function metInWords({ stack, objective, highestRate }: RateCurve): string {
  return highestRate === undefined
    ? `${stack} meets ${objective} at no rate.`
    : `${stack} meets ${objective} up to ${highestRate}/s.`;
}

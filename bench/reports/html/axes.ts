const LABEL = { color: 'var(--muted)', fontSize: 12 } as const;
const NAME = { color: 'var(--muted)', fontSize: 12 } as const;
const LINE = { lineStyle: { color: 'var(--rule)' } } as const;

/** Round values of one decade, for axes of three decades and more, of up to three, and within one. */
const STEPS = { long: [1], usual: [1, 2, 5], short: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8] } as const;

/** The round values that a logarithmic axis from `low` to `high` shows, and its ends, which are round values too. */
export function logTicks(low: number, high: number): { min: number; max: number; ticks: number[] } {
  const decades = Math.log10(high / low);
  const ends = roundValues(decades < 0.6 ? STEPS.short : STEPS.usual, low, high);
  const min = ends.findLast((step) => step <= low) ?? low;
  const max = ends.find((step) => step >= high && step > min) ?? high;
  const shown = roundValues(
    decades < 0.6 ? STEPS.short : decades < 2.8 ? STEPS.usual : STEPS.long,
    low,
    high,
  );
  return { min, max, ticks: shown.filter((step) => step >= min && step <= max) };
}

function roundValues(factors: readonly number[], low: number, high: number): number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) values.push(Number((factor * 10 ** power).toPrecision(2)));
  }
  return values;
}

/** A logarithmic axis around values above 0. */
export function logAxis(values: readonly number[], name: string) {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  const { min, max, ticks } = logTicks(Math.min(...known, 1e9), Math.max(...known, 1e-9));
  return {
    type: 'log' as const,
    min,
    max,
    ...common(name),
    axisTick: { show: false, customValues: ticks },
    axisLabel: { ...LABEL, customValues: ticks, formatter: tickText },
  };
}

/** A linear axis from 0. */
export function linearAxis(name: string) {
  return {
    type: 'value' as const,
    min: 0,
    ...common(name),
    splitNumber: 4,
    axisTick: { show: false },
    axisLabel: { ...LABEL, formatter: tickText, hideOverlap: true },
  };
}

/** A name that fits beside a chart: its begin, when it is longer than `most` characters. */
export function shorten(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

/** Characters of a stack's name that labels of a chart show. */
export const NAME_LENGTH = { wide: 18, narrow: 9 } as const;

/** Pixels that labels of 12 px take at the left of a chart, with any usual font. */
export function leftRoom(labels: readonly string[]): number {
  return 18 + 7.2 * Math.max(0, ...labels.map(({ length }) => length));
}

/** An axis of words. */
export function categoryAxis(categories: readonly string[], name = '') {
  return {
    type: 'category' as const,
    data: [...categories],
    ...common(name),
    splitLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...LABEL, color: 'var(--ink)', interval: 0 },
  };
}

function common(name: string) {
  return {
    name,
    nameLocation: 'middle' as const,
    nameTextStyle: NAME,
    axisLine: { show: true, ...LINE },
    splitLine: { show: true, ...LINE },
  };
}

/** A value as an axis shows it: without zeros that say nothing. */
function tickText(value: number): string {
  return Math.abs(value) >= 1000
    ? `${Number((value / 1000).toPrecision(3))}k`
    : String(Number(value.toPrecision(3)));
}

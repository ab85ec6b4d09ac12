import { QueryError } from '../language/query-error.ts';
import type { Expression, PeriodUnit } from '../language/syntax.ts';

/** A period after the caps of CloudWatch. */
export interface Period {
  readonly count: number;
  readonly unit: PeriodUnit;
  /** Whether the count was above the cap of its unit. */
  readonly capped: boolean;
}

const CAPS: Readonly<Partial<Record<PeriodUnit, number>>> = { ms: 1000, s: 60, m: 60, h: 24 };
const MILLISECONDS: Readonly<Partial<Record<PeriodUnit, number>>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const MONTHS: Readonly<Partial<Record<PeriodUnit, number>>> = { mo: 1, q: 3, y: 12 };
/** 1970-01-05, the first Monday of the epoch: weeks begin on Monday. */
const MONDAY = 4 * 86_400_000;

/** Reads the period argument of `bin`, `datefloor` or `dateceil`; throws a QueryError when it is no period. */
export function periodOf(expression: Expression | undefined, name: string): Period {
  if (expression?.kind !== 'period') {
    throw new QueryError(`${name} takes a period such as 5m or 1h`, expression?.span ?? { start: 0, end: 1 });
  }
  const cap = CAPS[expression.unit] ?? Number.POSITIVE_INFINITY;
  return { unit: expression.unit, count: Math.min(expression.count, cap), capped: expression.count > cap };
}

/** Makes the function that truncates milliseconds since the epoch to a period, in UTC; weeks begin on Monday. */
export function floorTo({ count, unit }: Period): (milliseconds: number) => number {
  const months = MONTHS[unit];
  if (months !== undefined) {
    return (milliseconds) =>
      firstOfMonth(Math.floor(monthOf(milliseconds) / (months * count)) * months * count);
  }
  const step = (MILLISECONDS[unit] ?? 1) * count;
  const origin = unit === 'w' ? MONDAY : 0;
  return (milliseconds) => Math.floor((milliseconds - origin) / step) * step + origin;
}

/** Makes the function that rounds milliseconds since the epoch up to a period, in UTC. */
export function ceilTo(period: Period): (milliseconds: number) => number {
  const floor = floorTo(period);
  const months = MONTHS[period.unit];
  const step = (MILLISECONDS[period.unit] ?? 1) * period.count;
  return (milliseconds) => {
    const floored = floor(milliseconds);
    if (floored === milliseconds) return floored;
    return months === undefined ? floored + step : firstOfMonth(monthOf(floored) + months * period.count);
  };
}

function monthOf(milliseconds: number): number {
  const date = new Date(milliseconds);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function firstOfMonth(months: number): number {
  // Date.UTC maps the years 0 to 99 to 1900 to 1999, which no log holds.
  return Date.UTC(Math.floor(months / 12), months % 12, 1);
}

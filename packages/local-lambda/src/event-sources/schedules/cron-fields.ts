/** Says whether a value of a field fits. */
export type Fits = (value: number) => boolean;

/** Says whether a day fits. */
export type DayFits = (day: CalendarDay) => boolean;

/** A day as the fields of a cron expression see it. */
export interface CalendarDay {
  /** 1 to 31. */
  readonly day: number;
  /** 1, Sunday, to 7. */
  readonly weekday: number;
  /** The last day of its month, 28 to 31. */
  readonly last: number;
}

/** What is wrong with an expression. */
export type Wrong = (what: string) => Error;

interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names that stand for numbers, the first one for `from`. */
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields that are about numbers alone. */
export const NUMBER_FIELDS = {
  minutes: { name: 'minutes', from: 0, to: 59 },
  hours: { name: 'hours', from: 0, to: 23 },
  month: { name: 'month', from: 1, to: 12, names: MONTHS },
  year: { name: 'year', from: 1970, to: 2199 },
} as const satisfies Readonly<Record<string, Range>>;

const DAY_OF_MONTH: Range = { name: 'day of month', from: 1, to: 31 };
const DAY_OF_WEEK: Range = { name: 'day of week', from: 1, to: 7, names: WEEKDAYS };

/** Reads a field of `*`, numbers or names, ranges and steps, with commas between. @throws what `wrong` makes. */
export function readNumbers(text: string, range: Range, wrong: Wrong): Fits {
  const all = text.split(',').map((part) => readPart(part, range, wrong));
  return (value) => all.some((fits) => fits(value));
}

/** Reads the day of the month: also `L`, `L-3`, `LW` and `15W`. */
export function readDayOfMonth(text: string, wrong: Wrong): DayFits {
  const all = text.split(',').map((part): DayFits => {
    const [, before] = /^L(?:-(\d{1,2}))?$/.exec(part) ?? [];
    if (part === 'L' || before !== undefined) return ({ day, last }) => day === last - Number(before ?? 0);
    if (part === 'LW') return (day) => isNearest(day, day.last);
    const [, near] = /^(\d{1,2})W$/.exec(part) ?? [];
    if (near !== undefined) {
      const wanted = numberOf(near, DAY_OF_MONTH, wrong);
      return (day) => wanted <= day.last && isNearest(day, wanted);
    }
    const fits = readPart(part, DAY_OF_MONTH, wrong);
    return ({ day }) => fits(day);
  });
  return (day) => all.some((fits) => fits(day));
}

/** Reads the day of the week: also `L` (Saturday), `6L` (the month's last Friday) and `3#2` (its second Tuesday). */
export function readDayOfWeek(text: string, wrong: Wrong): DayFits {
  if (text.includes('#') && text.includes(',')) throw wrong(`${DAY_OF_WEEK.name} has # beside other days`);
  const all = text.split(',').map((part): DayFits => {
    if (part === 'L') return ({ weekday }) => weekday === DAY_OF_WEEK.to;
    const [, name = '', sign, which = ''] = /^(\w+?)(L|#(.+))$/.exec(part) ?? [];
    if (sign === undefined) {
      const fits = readPart(part, DAY_OF_WEEK, wrong);
      return ({ weekday }) => fits(weekday);
    }
    const wanted = numberOf(name, DAY_OF_WEEK, wrong);
    if (sign === 'L') return ({ day, weekday, last }) => weekday === wanted && day > last - 7;
    if (!/^[1-5]$/.test(which)) throw wrong(`${DAY_OF_WEEK.name} has #${which}; # takes 1 to 5`);
    return ({ day, weekday }) => weekday === wanted && Math.ceil(day / 7) === Number(which);
  });
  return (day) => all.some((fits) => fits(day));
}

/** Whether a day is the one from Monday to Friday that is nearest to the wanted one, in the same month. */
function isNearest({ day, weekday, last }: CalendarDay, wanted: number): boolean {
  const weekdayOfWanted = (((weekday - 1 + wanted - day) % 7) + 7) % 7;
  if (weekdayOfWanted === 6) return day === (wanted === 1 ? 3 : wanted - 1);
  if (weekdayOfWanted === 0) return day === (wanted === last ? wanted - 2 : wanted + 1);
  return day === wanted;
}

function readPart(part: string, range: Range, wrong: Wrong): Fits {
  const { from, to } = range;
  const [span = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) {
    throw wrong(`${range.name} has the step "${part}"`);
  }
  const [first = '', second, ...more] = span.split('-');
  if (more.length > 0) throw wrong(`${range.name} has the range "${span}"`);
  const low = span === '*' ? from : numberOf(first, range, wrong);
  const open = span === '*' || (step !== undefined && second === undefined);
  const high = second !== undefined ? numberOf(second, range, wrong) : open ? to : low;
  const by = Number(step ?? 1);
  const size = to - from + 1;
  // `FRI-MON` goes over the end.
  const length = high >= low ? high - low : high - low + size;
  return (value) => {
    const distance = value >= low ? value - low : value - low + size;
    return distance <= length && distance % by === 0;
  };
}

function numberOf(text: string, { name, from, to, names = [] }: Range, wrong: Wrong): number {
  const named = names.indexOf(text);
  const value = named >= 0 ? named + from : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw wrong(
    `${name} has "${text}"; it takes ${from} to ${to}${names.length > 0 ? ` or ${names.join(', ')}` : ''}`,
  );
}

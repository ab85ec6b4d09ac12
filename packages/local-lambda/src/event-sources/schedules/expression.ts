import { LocalLambdaError } from '../../local-lambda-error.ts';
import { NUMBER_FIELDS, readDayOfMonth, readDayOfWeek, readNumbers } from './cron-fields.ts';
import { type OffsetAt, offsetsOf, timeOfWall } from './local-time.ts';

/**
 * The first time after another one at which a schedule is due, in ms since the epoch; undefined: never.
 * @param anchorMs when the schedule began, from which rates count.
 */
export type NextAfter = (timeMs: number, anchorMs: number) => number | undefined;

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAY_MS = 86_400_000;
/** No clock has ever been set by more. */
const MOST_SHIFT_MS = 3 * 3_600_000;

/**
 * Reads `rate(5 minutes)`, `cron(0 10 ? * MON-FRI *)` with AWS's six fields, or `at(2027-01-01T10:00:00)`.
 * @param timeZone of `cron` and `at`. A time that clocks skip is left out; one that they show twice counts once.
 * @param path where it stands in the template.
 * @throws LocalLambdaError naming what is wrong with it.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function readScheduleExpression(text: string, timeZone: string, path: string): NextAfter {
  const wrong = (what: string) =>
    new LocalLambdaError(`${path}: must be rate(…), cron(…) or at(…), is ${JSON.stringify(text)}: ${what}`);
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === 'rate') return readRate(argument, wrong);
  const offsetAt = zoneOf(timeZone, path);
  if (kind === 'cron') return readCron(argument, offsetAt, wrong);
  if (kind === 'at') return readAt(argument, offsetAt, wrong);
  throw wrong('it is none of them');
}

function zoneOf(timeZone: string, path: string): OffsetAt {
  try {
    return offsetsOf(timeZone);
  } catch (cause) {
    throw new LocalLambdaError(
      `${path}Timezone: must be a time zone such as Europe/Paris, is "${timeZone}"`,
      {
        cause,
      },
    );
  }
}

function readRate(argument: string, wrong: (what: string) => Error): NextAfter {
  const [, count = '', unit = ''] = /^\s*(\d{1,6})\s+(minute|hour|day)s?\s*$/.exec(argument) ?? [];
  const period = Number(count) * (UNIT_MS[unit] ?? 0);
  if (!(period > 0)) throw wrong('a rate is a number above 0 and minutes, hours or days');
  return (timeMs, anchorMs) => anchorMs + (Math.floor((timeMs - anchorMs) / period) + 1) * period;
}

function readAt(argument: string, offsetAt: OffsetAt, wrong: (what: string) => Error): NextAfter {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(argument);
  const wallMs = isTime ? Date.parse(`${argument}Z`) : Number.NaN;
  if (Number.isNaN(wallMs)) throw wrong('a time is yyyy-mm-ddThh:mm:ss');
  const dueMs = timeOfWall(wallMs, offsetAt);
  return (timeMs) => (dueMs !== undefined && dueMs > timeMs ? dueMs : undefined);
}

function readCron(argument: string, offsetAt: OffsetAt, wrong: (what: string) => Error): NextAfter {
  const fields = argument.trim().toUpperCase().split(/\s+/);
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6) throw wrong(`it has ${fields.length} fields, not 6`);
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) throw wrong('one of the two fields of days must be ?');
  const fits = {
    minute: readNumbers(minutes, NUMBER_FIELDS.minutes, wrong),
    hour: readNumbers(hours, NUMBER_FIELDS.hours, wrong),
    month: readNumbers(month, NUMBER_FIELDS.month, wrong),
    year: readNumbers(year, NUMBER_FIELDS.year, wrong),
    day: dayOfWeek === '?' ? readDayOfMonth(dayOfMonth, wrong) : readDayOfWeek(dayOfWeek, wrong),
  };
  const timesOfDay = Array.from({ length: 1_440 }, (_minute, i) => i)
    .filter((i) => fits.hour(Math.floor(i / 60)) && fits.minute(i % 60))
    .map((i) => i * 60_000);

  return (timeMs) => {
    const wallMs = timeMs + offsetAt(timeMs);
    // Clocks may just have been set back over midnight.
    let dayMs = Math.floor((wallMs - MOST_SHIFT_MS) / DAY_MS) * DAY_MS;
    for (;;) {
      const date = new Date(dayMs);
      const ofYear = date.getUTCFullYear();
      if (ofYear > NUMBER_FIELDS.year.to) return undefined;
      if (!fits.year(ofYear)) {
        dayMs = Date.UTC(ofYear + 1, 0, 1);
      } else if (!fits.month(date.getUTCMonth() + 1)) {
        dayMs = Date.UTC(ofYear, date.getUTCMonth() + 1, 1);
      } else {
        const due = fits.day(calendarDay(date)) ? dueOn(dayMs, timeMs, wallMs) : undefined;
        if (due !== undefined) return due;
        dayMs += DAY_MS;
      }
    }
  };

  function dueOn(dayMs: number, timeMs: number, wallMs: number): number | undefined {
    for (const ofDay of timesOfDay) {
      // Times that are well past cost no look at the zone.
      if (dayMs + ofDay < wallMs - MOST_SHIFT_MS) continue;
      const due = timeOfWall(dayMs + ofDay, offsetAt);
      if (due !== undefined && due > timeMs) return due;
    }
    return undefined;
  }
}

function calendarDay(date: Date) {
  return {
    day: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
    last: new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  };
}

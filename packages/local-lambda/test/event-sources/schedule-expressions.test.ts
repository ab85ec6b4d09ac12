import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readScheduleExpression } from '../../src/event-sources/schedules/expression.ts';

const MINUTE_MS = 60_000;

const next = (text: string, after: string, timeZone = 'UTC', anchor = '2027-01-01T00:00:00Z') => {
  const timeMs = readScheduleExpression(text, timeZone, 'Path')(Date.parse(after), Date.parse(anchor));
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString().replace(':00.000Z', '');
};

test("AWS's examples of cron expressions are due when AWS says", () => {
  const from = '2027-01-01T00:00:00Z'; // A Friday.
  const cases: readonly (readonly [expression: string, due: string, after?: string])[] = [
    ['cron(0 10 * * ? *)', '2027-01-01T10:00'],
    ['cron(15 12 * * ? *)', '2027-01-01T12:15'],
    ['cron(0 18 ? * MON-FRI *)', '2027-01-04T18:00', '2027-01-01T18:00:00Z'],
    ['cron(0 8 1 * ? *)', '2027-02-01T08:00', '2027-01-01T08:00:00Z'],
    ['cron(0/15 * * * ? *)', '2027-01-01T00:15'],
    ['cron(0/10 * ? * MON-FRI *)', '2027-01-04T00:00', '2027-01-01T23:50:00Z'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2027-01-01T08:00'],
    ['cron(0/30 20-2 ? * MON-FRI *)', '2027-01-01T00:30'],
    ['cron(0 9 ? * 2#1 *)', '2027-01-04T09:00'],
    ['cron(15 10 ? * 6L 2026-2028)', '2027-01-29T10:15'],
    ['cron(0 0 L * ? *)', '2027-01-31T00:00'],
    ['cron(0 0 L-1 * ? *)', '2027-01-30T00:00'],
    ['cron(0 0 LW * ? *)', '2027-01-29T00:00'],
    ['cron(0 0 3W * ? *)', '2027-01-04T00:00'],
    ['cron(0 0 1W MAY ? *)', '2027-05-03T00:00'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00'],
    ['cron(0 0 ? * L *)', '2027-01-02T00:00'],
    ['cron(0 0 ? * SAT,sun *)', '2027-01-02T00:00'],
    ['cron(0 0 ? * SAT-MON *)', '2027-01-02T00:00'],
  ];
  for (const [expression, due, after = from] of cases) assert.equal(next(expression, after), due, expression);
  assert.equal(next('cron(0 0 1 1 ? 2026)', from), undefined);
  assert.equal(next('cron(0 0 31 2 ? *)', from), undefined);
  assert.equal(next('rate(5 minutes)', '2027-01-01T00:05:00Z'), '2027-01-01T00:10');
  assert.equal(
    next('rate(1 hour)', '2027-01-01T00:59:59Z', 'UTC', '2027-01-01T00:30:00Z'),
    '2027-01-01T01:30',
  );
  assert.equal(next('at(2027-03-01T10:00:00)', from, 'America/New_York'), '2027-03-01T15:00');
  assert.equal(next('at(2026-03-01T10:00:00)', from), undefined);
});

test('clocks that are set forward skip what they do not show; set back, they call once', () => {
  const paris = 'Europe/Paris';
  assert.equal(next('cron(30 2 * * ? *)', '2027-03-27T12:00:00Z', paris), '2027-03-29T00:30');
  assert.equal(next('cron(30 2 * * ? *)', '2027-10-30T12:00:00Z', paris), '2027-10-31T00:30');
  assert.equal(next('cron(30 2 * * ? *)', '2027-10-31T00:30:00Z', paris), '2027-11-01T01:30');
});

test('what is no expression is named', () => {
  const cases: readonly (readonly [expression: string, message: RegExp])[] = [
    ['every day', /^Path: must be rate\(…\), cron\(…\) or at\(…\), is "every day": it is none of them$/],
    ['rate(0 minutes)', /a rate is a number above 0/],
    ['rate(5 seconds)', /a rate is/],
    ['cron(0 0 * * *)', /it has 5 fields, not 6$/],
    ['cron(0 0 * * * *)', /one of the two fields of days must be \?$/],
    ['cron(0 0 ? * ? *)', /one of the two fields/],
    ['cron(60 0 ? * MON *)', /minutes has "60"; it takes 0 to 59$/],
    ['cron(0 0 ? * DAY *)', /day of week has "DAY"; it takes 1 to 7 or SUN, /],
    ['cron(0 0 ? * 3#6 *)', /# takes 1 to 5$/],
    ['cron(0 0 ? * 3#1,6#3 *)', /has # beside other days$/],
    ['cron(0/0 0 ? * MON *)', /minutes has the step "0\/0"$/],
    ['cron(1-2-3 0 ? * MON *)', /minutes has the range "1-2-3"$/],
    ['at(tomorrow)', /a time is yyyy-mm-ddThh:mm:ss$/],
  ];
  for (const [expression, message] of cases) {
    assert.throws(() => readScheduleExpression(expression, 'UTC', 'Path'), { message });
  }
  assert.throws(() => readScheduleExpression('cron(0 0 * * ? *)', 'Mars', 'Path'), {
    message: 'PathTimezone: must be a time zone such as Europe/Paris, is "Mars"',
  });
});

/** A field as its text and as what it means, made apart from the code under test. */
interface Field {
  readonly text: string;
  readonly fits: (value: number) => boolean;
}

const ANY: Field = { text: '*', fits: () => true };

function numbers(from: number, to: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min: from, max: to });
  const one = value.map((n): Field => ({ text: String(n), fits: (at) => at === n }));
  const range = fc
    .tuple(value, value)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    .map(([a, b]): Field => ({ text: `${a}-${b}`, fits: (at) => at >= a && at <= b }));
  const step = fc.tuple(value, fc.integer({ min: 1, max: to })).map(
    ([a, by]): Field => ({
      text: `${a}/${by}`,
      fits: (at) => Array.from({ length: to }, (_n, i) => a + i * by).includes(at),
    }),
  );
  const list = fc.array(fc.oneof(one, range), { minLength: 1, maxLength: 3 }).map(
    (all): Field => ({
      text: all.map(({ text }) => text).join(),
      fits: (at) => all.some(({ fits }) => fits(at)),
    }),
  );
  return fc.oneof(fc.constant(ANY), one, range, step, list);
}

test('every expression is due at the first minute that fits, looked for minute by minute', () => {
  const expression = fc.record({
    minutes: numbers(0, 59),
    hours: numbers(0, 23),
    month: fc.oneof(fc.constant(ANY), numbers(1, 12)),
    day: fc.oneof(
      numbers(1, 31).map((field) => ({ of: 'month' as const, ...field })),
      numbers(1, 7).map((field) => ({ of: 'week' as const, ...field })),
    ),
    from: fc.date({ min: new Date('2027-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }),
  });
  fc.assert(
    fc.property(expression, ({ minutes, hours, month, day, from }) => {
      const days = day.of === 'month' ? `${day.text} ${month.text} ?` : `? ${month.text} ${day.text}`;
      const due = readScheduleExpression(`cron(${minutes.text} ${hours.text} ${days} *)`, 'UTC', 'Path');
      const fits = (date: Date) =>
        month.fits(date.getUTCMonth() + 1) &&
        day.fits(day.of === 'month' ? date.getUTCDate() : date.getUTCDay() + 1) &&
        hours.fits(date.getUTCHours()) &&
        minutes.fits(date.getUTCMinutes());
      let at = Math.floor(from.getTime() / MINUTE_MS) * MINUTE_MS;
      const end = at + 14 * 1_440 * MINUTE_MS;
      do at += MINUTE_MS;
      while (at < end && !fits(new Date(at)));
      const found = due(from.getTime(), 0) ?? Number.POSITIVE_INFINITY;
      if (at < end) assert.equal(found, at);
      else assert.ok(found >= end);
    }),
    { numRuns: 80 },
  );
});

test('in every time zone it is due when its clocks show it for the first time', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe'];
  for (const zone of zones) {
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    const due = readScheduleExpression('cron(0/10 1-3 * * ? *)', zone, 'Path');
    for (const day of ['2027-03-13', '2027-03-27', '2027-04-03', '2027-10-30']) {
      const from = Date.parse(`${day}T00:00:00Z`);
      const seen = new Map<string, number>();
      for (let at = from; at < from + 42 * 3_600_000; at += 10 * MINUTE_MS) {
        const shown = clock.format(at);
        if (/^0[1-3]:/.test(shown) && (at - (seen.get(shown) ?? 0)) / 3_600_000 > 12) seen.set(shown, at);
        else continue;
        assert.equal(due(at - 1, 0), at, `${zone} ${new Date(at).toISOString()}`);
      }
    }
  }
});

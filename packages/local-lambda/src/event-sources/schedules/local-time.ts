/** The offset of a time zone from UTC, in ms, at a time; both east of UTC and later are positive. */
export type OffsetAt = (timeMs: number) => number;

/**
 * Makes the offsets of an IANA time zone such as `Europe/Paris`.
 * @throws RangeError when there is no such zone.
 */
export function offsetsOf(timeZone: string): OffsetAt {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (timeMs) => {
    const parts = Object.fromEntries(
      format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(timeMs / 1_000) * 1_000;
  };
}

const DAY_MS = 86_400_000;

/**
 * The time at which clocks of a zone show something: the first one where they show it twice.
 * @param wallMs what they show, as if it were UTC.
 * @returns undefined when they never show it, since they are set forward over it.
 */
export function timeOfWall(wallMs: number, offsetAt: OffsetAt): number | undefined {
  const times = [offsetAt(wallMs - DAY_MS), offsetAt(wallMs + DAY_MS)].map((offset) => wallMs - offset);
  return times.sort((a, b) => a - b).find((timeMs) => timeMs + offsetAt(timeMs) === wallMs);
}

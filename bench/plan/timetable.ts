/** How long a run still takes, learned from how long its parts took so far. */
export interface Timetable {
  /** A part that was estimated at so many seconds is over. */
  finish(estimatedSeconds: number): void;
  /** Seconds that are left by what was estimated and what was seen. */
  secondsLeft(): number;
}

/** Estimates are trusted like this many seconds of experience. */
const TRUST_SECONDS = 5;

/**
 * A timetable over parts that were estimated at `totalSeconds` together: what is left is the rest of the estimate,
 * times the pace so far.
 * @param steadyNow milliseconds of a clock that never jumps.
 */
export function timetable(totalSeconds: number, steadyNow: () => number): Timetable {
  const startedAt = steadyNow();
  let finishedSeconds = 0;
  let finishedAt = startedAt;
  return {
    finish(estimatedSeconds) {
      finishedSeconds += estimatedSeconds;
      finishedAt = steadyNow();
    },
    secondsLeft() {
      const elapsed = (finishedAt - startedAt) / 1000;
      const pace = (elapsed + TRUST_SECONDS) / (finishedSeconds + TRUST_SECONDS);
      const sinceThen = (steadyNow() - finishedAt) / 1000;
      return Math.max(0, pace * (totalSeconds - finishedSeconds) - sinceThen);
    },
  };
}

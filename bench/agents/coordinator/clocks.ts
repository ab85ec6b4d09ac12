import type { Ready } from '../protocol.ts';

/** What is known of the clock of one execution environment. */
export interface ClockEstimate {
  /** Milliseconds that it is ahead of the coordinator's. */
  readonly aheadMs: number;
  /** The estimate may be wrong by so many milliseconds. */
  readonly errorMs: number;
}

/** The clocks of environments, as far as messages told. */
export interface Clocks {
  /** Takes in an exchange. @param sentAt and `heardAt`: epoch milliseconds of the coordinator's clock. */
  learn(sentAt: number, ready: Ready, heardAt: number): ClockEstimate;
  /** By environment, those whose difference is no mere uncertainty. */
  known(): Readonly<Record<string, number>>;
}

/** Clocks tell whole milliseconds. */
const RESOLUTION_MS = 1;
/** Environments that are remembered, the last ones met. */
const KEPT = 2000;

/** What one exchange tells of a clock, as NTP reckons (https://www.rfc-editor.org/rfc/rfc5905#section-8). */
export function estimateClock(
  sentAt: number,
  { receivedAt, saidAt }: Pick<Ready, 'receivedAt' | 'saidAt'>,
  heardAt: number,
): ClockEstimate {
  const aheadMs = (receivedAt - sentAt + (saidAt - heardAt)) / 2;
  const wayMs = heardAt - sentAt - (saidAt - receivedAt);
  return { aheadMs, errorMs: Math.max(0, wayMs) / 2 + RESOLUTION_MS };
}

/** Clocks of which nothing is known yet. */
export function createClocks(): Clocks {
  const best = new Map<string, ClockEstimate>();
  return {
    learn(sentAt, ready, heardAt) {
      const fresh = estimateClock(sentAt, ready, heardAt);
      const before = best.get(ready.environment);
      const chosen = before !== undefined && before.errorMs < fresh.errorMs ? before : fresh;
      best.delete(ready.environment);
      best.set(ready.environment, chosen);
      const [oldest] = best.keys();
      if (best.size > KEPT && oldest !== undefined) best.delete(oldest);
      return chosen;
    },
    known() {
      // A difference that the way there and back can explain is none.
      const apart = [...best].filter(([, { aheadMs, errorMs }]) => Math.abs(aheadMs) > errorMs);
      return Object.fromEntries(apart.map(([environment, { aheadMs }]) => [environment, aheadMs]));
    },
  };
}

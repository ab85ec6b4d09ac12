/** How long an event waits until it is tried again, in ms: here, and what counts for its age. */
export interface EventDelay {
  readonly hereMs: number;
  readonly onAwsMs: number;
}

/** Lambda waits one minute and then two; here it is seconds, since somebody looks on. Ages of events count as there. */
const FASTER = 60;
const RETRIES_MS = [1_000, 2_000];
const FIRST_THROTTLE_MS = 1_000;
const LONGEST_THROTTLE_MS = 30_000;

/** The wait after an attempt that failed; undefined: there is none more. @param random from 0 to below 1. */
export function retryDelay(attempts: number, random: () => number): EventDelay | undefined {
  const ms = RETRIES_MS[attempts - 1];
  return ms === undefined ? undefined : delayOf(ms, random);
}

/** The wait after a throttled attempt: twice as long each time, up to half a minute. @param waitedMs so far, on AWS. */
export function throttleDelay(waitedMs: number, random: () => number): EventDelay {
  return delayOf(Math.min(LONGEST_THROTTLE_MS, FIRST_THROTTLE_MS + waitedMs / FASTER), random);
}

/** Up to a quarter shorter or longer, so that what failed together is not tried together. */
function delayOf(ms: number, random: () => number): EventDelay {
  return { hereMs: ms * (0.75 + random() / 2), onAwsMs: ms * FASTER };
}

/** A message that is out of sight of other consumers while it is served. */
export interface Hidden {
  /** When that time began last, in ms. */
  hiddenAt: number;
}

/** Between two looks at what must be extended, as a part of the visibility time-out. */
export const LOOK_PART = 0.25;
const EXTEND_AFTER_PART = 0.5;
const LONGEST_DELAY_SECONDS = 60;

/**
 * The messages whose time must be extended now: half of it is over. Looked at every quarter, each is extended with a
 * quarter of its time left.
 */
export function dueForExtension<Message extends Hidden>(
  messages: Iterable<Message>,
  now: number,
  visibilityMs: number,
): Message[] {
  return [...messages].filter(({ hiddenAt }) => now - hiddenAt >= visibilityMs * EXTEND_AFTER_PART);
}

/**
 * For how long a message stays out of sight after a failure: not at all after the first, then 1 s, 2 s, 4 s and so on
 * up to a minute, so that a queue without redrive policy is no endless hot loop.
 * @param receiveCount how often it was received, at least 1.
 * @returns whole seconds, at most the visibility time-out.
 */
export function handBackSeconds(receiveCount: number, visibilitySeconds: number): number {
  if (receiveCount <= 1) return 0;
  return Math.min(2 ** Math.min(receiveCount - 2, 10), LONGEST_DELAY_SECONDS, visibilitySeconds);
}

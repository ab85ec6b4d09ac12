import { createHeldTimer, type Hold } from '../debugging/hold.ts';
import { createTimer } from '../fault-boundary.ts';

/**
 * Waits for an answer; undefined when it takes longer than API Gateway waits.
 * @param hold time does not pass while it is held; undefined: it never is.
 * @param late gets an answer for which nobody waits any more.
 */
export async function answerWithin<Answer>(
  answering: Promise<Answer>,
  timeoutMs: number,
  hold: Hold | undefined,
  late: (answer: Answer) => void = () => undefined,
): Promise<Answer | undefined> {
  let end = (): void => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    const action = () => resolve(undefined);
    const held = hold && createHeldTimer(action, hold, () => performance.now());
    const timer = held ?? createTimer(action);
    timer.set(timeoutMs);
    end = held?.close ?? timer.clear;
  });
  try {
    const answer = await Promise.race([answering, timeout]);
    if (answer === undefined) answering.then(late, () => undefined);
    return answer;
  } finally {
    end();
  }
}

import { createHeldTimer, type Hold } from '../debugging/hold.ts';
import { createTimer } from '../fault-boundary.ts';

/**
 * Waits for an answer; undefined when it takes longer than API Gateway waits.
 * @param hold time does not pass while it is held; undefined: it never is.
 * @param late gets an answer for which nobody waits any more.
 */
export function answerWithin<Answer>(
  answering: Promise<Answer>,
  timeoutMs: number,
  hold: Hold | undefined,
  late: (answer: Answer) => void = () => undefined,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const action = (): void => {
      isLate = true;
      end();
      resolve(undefined);
    };
    const held = hold && createHeldTimer(action, hold, () => performance.now());
    const timer = held ?? createTimer(action);
    const end = held?.close ?? timer.clear;
    timer.set(timeoutMs);
    answering.then(
      (answer) => {
        if (isLate) return late(answer);
        end();
        resolve(answer);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}

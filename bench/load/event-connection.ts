import type { Connect, Connection } from './connection.ts';
import type { BenchAnswer, BenchRequest } from './exchange.ts';

/** What came of something that was put in. */
export interface Visible {
  readonly answer: BenchAnswer;
  /** When it was visible, in milliseconds of `performance.now()`; what is asked for the answer comes later. */
  readonly visibleAt: number;
}

/**
 * Puts in what a request stands for, once, and resolves when it is visible.
 * @throws Error when it cannot be put in; the signal's reason.
 */
export type PutIn = (request: BenchRequest, signal: AbortSignal) => Promise<Visible>;

/** Makes connections to an event-driven function: a request is answered when what it put in is visible. */
export function eventConnect(putIn: PutIn): Connect {
  return ({ timeoutSeconds }): Connection => {
    const closed = new AbortController();
    return {
      isOpen: () => !closed.signal.aborted,
      open: async () => undefined,
      async send(request) {
        const timeOut = AbortSignal.timeout(timeoutSeconds * 1000);
        const sentAt = performance.now();
        try {
          const { answer, visibleAt } = await putIn(request, AbortSignal.any([closed.signal, timeOut]));
          return { answer, problem: undefined, isTimedOut: false, sentAt, endedAt: visibleAt };
        } catch (error) {
          const isTimedOut = timeOut.aborted && !closed.signal.aborted;
          const problem = isTimedOut
            ? `nothing was visible within ${timeoutSeconds} s`
            : closed.signal.aborted
              ? 'cut off'
              : (error as Error).message;
          return { answer: undefined, problem, isTimedOut, sentAt, endedAt: performance.now() };
        }
      },
      close: () => closed.abort(),
    };
  };
}

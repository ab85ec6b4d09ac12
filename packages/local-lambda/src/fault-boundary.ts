import { inspect } from 'node:util';

/** Takes a fault of local-lambda itself; `where` says what was being done, such as `GET /sheep`. */
export type OnFault = (where: string, error: unknown) => void;

/** Makes faults into notices that hold all that is known: message, stack and causes. */
export function faultNotices(onNotice: (message: string) => void): OnFault {
  return (where, error) =>
    onNotice(`a fault of local-lambda in ${where}; the host goes on: ${inspect(error)}`);
}

/**
 * Wraps what a timer, a socket or a process calls, so that what it throws ends this one call and not the host.
 * @param clean is run after a fault, to let go of what the call would have finished.
 */
export function guarded<A extends readonly unknown[]>(
  where: string,
  onFault: OnFault,
  action: (...values: A) => void,
  clean: () => void = () => undefined,
): (...values: A) => void {
  return (...values) => {
    try {
      action(...values);
    } catch (error) {
      onFault(where, error);
      try {
        clean();
      } catch (worse) {
        onFault(where, worse);
      }
    }
  };
}

/** A timer that can be set again and again. */
export interface Timer {
  /** Calls once after `ms`; a call that is still to come is forgotten. */
  set(ms: number): void;
  clear(): void;
}

/** Makes a timer out of a {@link guarded} action; `unref` lets the process end while it waits. */
export function createTimer(action: () => void, unref = false): Timer {
  let timer: NodeJS.Timeout | undefined;
  return {
    set: (ms) => {
      clearTimeout(timer);
      timer = setTimeout(action, ms);
      if (unref) timer.unref();
    },
    clear: () => clearTimeout(timer),
  };
}

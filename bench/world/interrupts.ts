/** The part of `process` that interrupts need. */
export interface Interruptible {
  on(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
  exit(code: number): never;
}

/** npm passes on a Ctrl-C that the terminal has sent to this process too: within so many ms both are one. */
const SAME_INTERRUPT_MS = 500;

/**
 * Makes the first interrupt abort the signal, so that what was measured is written, and a second one end the
 * process at once with exit code 130.
 * @param steadyNow milliseconds of a clock that never jumps.
 */
export function handleInterrupts(target: Interruptible, steadyNow: () => number): AbortSignal {
  const interrupted = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    target.on(name, () => {
      if (steadyNow() - first > SAME_INTERRUPT_MS) target.exit(130);
      first = Math.min(first, steadyNow());
      interrupted.abort();
    });
  }
  return interrupted.signal;
}

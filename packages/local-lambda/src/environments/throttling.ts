import type { HostLimits } from './host-places.ts';
import { type InvocationOutcome, throttled } from './invocation.ts';

/** The outcome of a call that found all environments of its function busy. */
export function allWereBusy(functionName: string, environments: number, waitedMs: number): InvocationOutcome {
  const why = `All ${environments} environments of ${functionName} were busy for ${waitedMs / 1_000} s.`;
  return throttled('function', why);
}

/** The outcome of a call whose function got no place on the host. */
export function hostWasFull(
  { maxEnvironments, maxMemoryMb }: HostLimits,
  waitedMs: number,
): InvocationOutcome {
  const memory = Number.isFinite(maxMemoryMb) ? ` or ${maxMemoryMb} MB` : '';
  const why = `The host's ${maxEnvironments} environments${memory} were taken for ${waitedMs / 1_000} s.`;
  return throttled('host', why);
}

/** The outcome of a call beyond those that wait. */
export function tooManyWait(functionName: string, calls: number): InvocationOutcome {
  return throttled('function', `${calls} calls of ${functionName} are waiting.`);
}

/** The outcome of a call that no later one can be better than. */
export function mayHaveNone(functionName: string): InvocationOutcome {
  const why = `${functionName} may have no environment: its reserved concurrency is 0.`;
  return { ...throttled('function', why), isForGood: true };
}

import { belowNewSpan, isSampled, parentOf } from '../tracing/trace-id.ts';
import { hostFault, type Invocation, type InvocationOutcome } from './invocation.ts';

/** The invocations that a pool's environments serve. */
export interface InFlight {
  size(): number;
  /** The invocation as an environment gets it: counted until it is settled, given back or left. */
  enter(invocation: Invocation): Invocation;
  /** Counts it no more; gives the invocation that was entered, the first time. */
  leave(counted: Invocation): Invocation | undefined;
  /** Takes back an invocation whose event no runtime has read, to be served again; after too often it fails instead. */
  giveBack(counted: Invocation): Invocation | undefined;
}

/** An event that its environment never read is given to so many others. */
const MAX_GIVE_BACKS = 3;

/** Counts what is in flight. @param onSettled is called after each invocation that is settled. */
export function createInFlight(onSettled: () => void): InFlight {
  const originals = new Map<Invocation, Invocation>();
  const givenBack = new WeakMap<Invocation, number>();

  function leave(counted: Invocation): Invocation | undefined {
    const original = originals.get(counted);
    originals.delete(counted);
    return original;
  }

  return {
    size: () => originals.size,
    enter: (invocation) => {
      const settle = (outcome: InvocationOutcome): void => {
        if (leave(counted) !== undefined) invocation.settle(outcome);
        onSettled();
      };
      const { traceId } = invocation;
      const counted: Invocation = isSampled(traceId)
        ? { ...invocation, traceId: belowNewSpan(traceId), parentId: parentOf(traceId), settle }
        : { ...invocation, settle };
      originals.set(counted, invocation);
      return counted;
    },
    leave,
    giveBack: (counted) => {
      const original = leave(counted);
      if (original === undefined) return undefined;
      const times = (givenBack.get(original) ?? 0) + 1;
      givenBack.set(original, times);
      if (times <= MAX_GIVE_BACKS) return original;
      original.settle(hostFault('no environment lived to read the event'));
      return undefined;
    },
  };
}

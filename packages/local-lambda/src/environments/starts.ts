import type { Seat } from './host-places.ts';
import type { Invocation } from './invocation.ts';

/** One environment on its way, in a place that was taken for it. */
export interface Start {
  /** Whether the environment is still to come. */
  isUnderWay(): boolean;
  /** The environment is there, or will not be. */
  settle(): void;
  /** Whether the invocation that it is started for still waits for it. */
  isAwaited(): boolean;
  /** That invocation, once. */
  takeOwn(): Invocation | undefined;
  /** Gives the place back, once. */
  leavePlace(): void;
}

/** The environments of a pool that are on their way. */
export interface Starts {
  /** How many there are. */
  size(): number;
  /** Invocations that wait for the environment that was started for them. */
  promised(): number;
  /** @param own the invocation that the environment is started for and will serve first. */
  begin(own: Invocation | undefined): Start;
}

/** Begins with none. @param seat holds the places of those that begin. */
export function countStarts(seat: Pick<Seat, 'leave'>): Starts {
  const underWay = new Set<Start>();
  let promised = 0;
  return {
    size: () => underWay.size,
    promised: () => promised,
    begin: (own) => {
      let bound = own;
      let hasPlace = true;
      if (own !== undefined) promised += 1;
      const start: Start = {
        isUnderWay: () => underWay.has(start),
        settle: () => void underWay.delete(start),
        isAwaited: () => bound !== undefined,
        takeOwn: () => {
          const taken = bound;
          bound = undefined;
          if (taken !== undefined) promised -= 1;
          return taken;
        },
        leavePlace: () => {
          if (hasPlace) seat.leave();
          hasPlace = false;
        },
      };
      underWay.add(start);
      return start;
    },
  };
}

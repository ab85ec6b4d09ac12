/** What all functions of a host may take together. */
export interface HostLimits {
  /** Environments at once. */
  readonly maxEnvironments: number;
  /** Sum of the memory sizes of the functions whose environments these are, in MB. */
  readonly maxMemoryMb: number;
}

/** A function's side of the places. */
export interface Claimant {
  readonly memoryMb: number;
  /** A place has become free: says whether it is taken. */
  readonly onPlace: () => boolean;
  /** Since when the environment has been idle that waits longest; undefined: none is. */
  readonly idleSince: () => number | undefined;
  /** Ends that environment; its place is left once it is gone. */
  readonly dropIdle: () => void;
}

/** The places of one function. */
export interface Seat {
  /** Takes a place for an environment, if there is one and nobody has waited for it; else the claimant waits in line. */
  take(): boolean;
  /** Gives one back. */
  leave(): void;
  /** Whether the claimant is in line. */
  isWaiting(): boolean;
  /** Whether an environment that has just served should end, since others wait and hold less than their share. */
  mustYield(): boolean;
  /** The function is gone: it waits no more. */
  close(): void;
}

/** The places for environments of one host. */
export interface HostPlaces {
  join(claimant: Claimant): Seat;
  readonly limits: HostLimits;
}

/** A function that holds its share keeps an environment for so long before it makes room, in ms. */
const SLICE_MS = 1_000;

interface Held {
  readonly claimant: Claimant;
  count: number;
  waitingSince: number | undefined;
  closed: boolean;
}

/**
 * Makes the places of a host. A place that becomes free goes to the functions that wait in turn, one each; while one
 * waits, the environment that has been idle for longest ends, and a function that holds more than its share gives up
 * environments as their invocations end.
 * @param clock milliseconds of a clock that never jumps.
 */
export function createHostPlaces(limits: HostLimits, clock: () => number): HostPlaces {
  const seats = new Set<Held>();
  /** In the order of their turns. */
  const line = new Set<Held>();
  let count = 0;
  let memoryMb = 0;
  /** Environments that end to make room. */
  let leaving = 0;
  let isServing = false;

  function fits(claimant: Claimant): boolean {
    return count < limits.maxEnvironments && memoryMb + claimant.memoryMb <= limits.maxMemoryMb;
  }

  function hold(seat: Held): void {
    seat.count += 1;
    count += 1;
    memoryMb += seat.claimant.memoryMb;
  }

  function release(seat: Held): void {
    seat.count -= 1;
    count -= 1;
    memoryMb -= seat.claimant.memoryMb;
  }

  function wait(seat: Held): void {
    seat.waitingSince ??= clock();
    line.add(seat);
  }

  function stopWaiting(seat: Held): void {
    seat.waitingSince = undefined;
    line.delete(seat);
  }

  /** Gives what is free to whoever is next. */
  function serve(): void {
    if (isServing) return;
    isServing = true;
    try {
      for (let [next] = line; next !== undefined; [next] = line) {
        if (!fits(next.claimant)) {
          makeRoom();
          return;
        }
        stopWaiting(next);
        hold(next);
        if (!next.claimant.onPlace()) release(next);
      }
    } finally {
      isServing = false;
    }
  }

  function makeRoom(): void {
    if (leaving > 0) return;
    let longest: Held | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const seat of seats) {
      const idleSince = seat.claimant.idleSince() ?? Number.POSITIVE_INFINITY;
      if (idleSince >= since) continue;
      longest = seat;
      since = idleSince;
    }
    if (longest === undefined) return;
    leaving += 1;
    longest.claimant.dropIdle();
  }

  /** The part of the host that so many environments of a function take. */
  function partOf({ claimant }: Held, environments: number): number {
    const memory = (environments * claimant.memoryMb) / limits.maxMemoryMb;
    return Math.max(environments / limits.maxEnvironments, memory);
  }

  return {
    limits,
    join: (claimant) => {
      const seat: Held = { claimant, count: 0, waitingSince: undefined, closed: false };
      seats.add(seat);
      return {
        take: () => {
          if (line.size === 0 && fits(claimant)) {
            hold(seat);
            return true;
          }
          wait(seat);
          serve();
          return false;
        },
        leave: () => {
          release(seat);
          if (seat.closed && seat.count === 0) seats.delete(seat);
          leaving = Math.max(0, leaving - 1);
          serve();
        },
        isWaiting: () => seat.waitingSince !== undefined,
        mustYield: () => {
          if (line.size === 0) return false;
          const [first] = line;
          if (line.size === 1 && first === seat) return false;
          let claimants = 0;
          for (const one of seats) if (one.count > 0 || one.waitingSince !== undefined) claimants += 1;
          const share = 1 / claimants;
          if (partOf(seat, seat.count - 1) >= share) return true;
          const waited = clock() - (first?.waitingSince ?? clock());
          return partOf(seat, seat.count) > share && waited >= SLICE_MS;
        },
        close: () => {
          stopWaiting(seat);
          seat.closed = true;
          if (seat.count === 0) seats.delete(seat);
          serve();
        },
      };
    },
  };
}

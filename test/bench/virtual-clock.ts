import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../bench/world/clock.ts';

/** A clock that stands still until all that could happen has happened, and then jumps to what is due next. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done. @throws Error when it waits for something that never comes. */
  run<T>(work: Promise<T>): Promise<T>;
}

const MOST_IDLE_TURNS = 1000;

/** A clock that begins at 0. */
export function virtualClock(): VirtualClock {
  const due: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => {
      const at = now + Math.max(0, milliseconds);
      const index = due.findIndex((one) => one.at > at);
      due.splice(index === -1 ? due.length : index, 0, { at, wake });
    });
  return {
    now: () => now,
    sleep,
    // Due at once, before all else: of a turn of the machine the clock would not know, and would jump on.
    turn: () => sleep(0),
    nap: sleep,
    async run(work) {
      let isDone = false;
      const end = () => {
        isDone = true;
      };
      work.then(end, end);
      for (let idle = 0; !isDone; ) {
        await nextTurn();
        const next = isDone ? undefined : due.shift();
        idle = next === undefined ? idle + 1 : 0;
        if (idle > MOST_IDLE_TURNS) throw new Error('nothing is due, and the work is not done');
        if (next === undefined) continue;
        now = next.at;
        next.wake();
      }
      return work;
    },
  };
}

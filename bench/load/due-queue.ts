import type { Clock } from '../world/clock.ts';
import type { Connection } from './connection.ts';

/** Requests that are due, by their planned times, and the connections that wait for one. */
export interface DueQueue {
  add(plannedAt: number): void;
  /** The earliest time that is not too late, when there is one; `undefined` once there will be no more. */
  take(connection: Connection): Promise<number | undefined>;
  /** No more will be added. */
  close(): void;
  /** Leaves nothing to take. */
  clear(): void;
}

const COMPACT_AT = 4096;

/**
 * A queue from which what has waited longer than `patienceMs` is dropped. Of the connections that wait it
 * serves the one that was last in use and is still open: few calls then keep few connections, and warm ones.
 */
export function createDueQueue(
  patienceMs: number,
  onDrop: (plannedAt: number) => void,
  clock: Clock,
): DueQueue {
  const waiting: { readonly connection: Connection; readonly resolve: (at?: number) => void }[] = [];
  let times: number[] = [];
  let head = 0;
  let isClosed = false;

  const shift = () => {
    const at = times[head++];
    if (head >= COMPACT_AT) {
      times = times.slice(head);
      head = 0;
    }
    return at;
  };
  return {
    add(plannedAt) {
      const index = waiting.findLastIndex(({ connection }) => connection.isOpen());
      const [next] = waiting.splice(index, 1);
      if (next) next.resolve(plannedAt);
      else times.push(plannedAt);
    },
    async take(connection) {
      for (let at = shift(); at !== undefined; at = shift()) {
        if (clock.now() - at <= patienceMs) return at;
        onDrop(at);
      }
      times = [];
      head = 0;
      if (isClosed) return undefined;
      return new Promise((resolve) => waiting.push({ connection, resolve }));
    },
    close() {
      isClosed = true;
      for (const { resolve } of waiting.splice(0)) resolve();
    },
    clear() {
      for (let at = shift(); at !== undefined; at = shift()) onDrop(at);
    },
  };
}

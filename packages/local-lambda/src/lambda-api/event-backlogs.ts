import type { EventRefusal, QueuedEvent } from './event-queue.ts';

/** How many events a host takes. */
export interface EventLimits {
  /** Of all functions together; one function may have half of them. */
  readonly maxEvents: number;
  /** Of one function that run at once. */
  readonly maxInFlight: number;
}

/** The events of a host: each function has a line of its own, so that none waits for another. */
export interface Backlogs<Item> {
  /** Counts an event, from its acceptance to its end. @param isKept it was counted before, by another process. */
  enter(event: QueuedEvent, isKept?: boolean): EventRefusal | undefined;
  /** Puts what is to be run at the end of its function's line. */
  push(functionName: string, item: Item): void;
  /** Says that one that ran has ended. */
  ended(functionName: string): void;
  /** The event is not counted any more. */
  leave(event: QueuedEvent): void;
  /** Resolves when no event is counted. */
  empty(): Promise<void>;
}

/** Of all payloads together. */
const MAX_BYTES = 67_108_864;

interface Line<Item> {
  readonly ready: Item[];
  inFlight: number;
  events: number;
}

/** Makes the lines. @param run is called for each item when its turn has come; it must call `ended`. */
export function createBacklogs<Item>(
  { maxEvents, maxInFlight }: EventLimits,
  run: (item: Item) => void,
): Backlogs<Item> {
  const lines = new Map<string, Line<Item>>();
  const whenEmpty: (() => void)[] = [];
  const maxOfFunction = Math.ceil(maxEvents / 2);
  let events = 0;
  let bytes = 0;

  function lineOf(functionName: string): Line<Item> {
    const known = lines.get(functionName);
    if (known !== undefined) return known;
    const line = { ready: [], inFlight: 0, events: 0 };
    lines.set(functionName, line);
    return line;
  }

  function next(line: Line<Item>): void {
    while (line.inFlight < maxInFlight) {
      const item = line.ready.shift();
      if (item === undefined) return;
      line.inFlight += 1;
      run(item);
    }
  }

  function refusalOf(functionName: string, length: number): EventRefusal | undefined {
    if (events >= maxEvents) {
      return {
        status: 503,
        message: `The host has ${maxEvents} events waiting, and takes no more (maxQueuedEvents)`,
      };
    }
    if (bytes + length > MAX_BYTES) {
      return {
        status: 503,
        message: `The events that wait on the host hold ${MAX_BYTES} bytes, and no more fit`,
      };
    }
    if (lineOf(functionName).events < maxOfFunction) return undefined;
    return {
      status: 429,
      message: `${functionName} has ${maxOfFunction} events waiting, half of what the host takes (maxQueuedEvents)`,
    };
  }

  return {
    enter: ({ functionName, invocation }, isKept = false) => {
      const { length } = invocation.payload;
      const refusal = isKept ? undefined : refusalOf(functionName, length);
      if (refusal !== undefined) return refusal;
      events += 1;
      bytes += length;
      lineOf(functionName).events += 1;
      return undefined;
    },
    push: (functionName, item) => {
      const line = lineOf(functionName);
      line.ready.push(item);
      next(line);
    },
    ended: (functionName) => {
      const line = lineOf(functionName);
      line.inFlight -= 1;
      next(line);
    },
    leave: ({ functionName, invocation }) => {
      const line = lineOf(functionName);
      line.events -= 1;
      if (line.events === 0 && line.inFlight === 0) lines.delete(functionName);
      events -= 1;
      bytes -= invocation.payload.length;
      if (events > 0) return;
      for (const resolve of whenEmpty.splice(0)) resolve();
    },
    empty: async () => {
      if (events > 0) await new Promise<void>((resolve) => whenEmpty.push(resolve));
    },
  };
}

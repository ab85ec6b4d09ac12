/** Gathers items, so that one request serves several. */
export interface Batcher<Item> {
  add(item: Item): void;
  /** Items that are not done yet. */
  readonly pending: () => number;
  /** Sends what waits; resolves when nothing is pending any more. */
  flush(): Promise<void>;
}

/** How items are gathered. */
export interface BatcherOptions<Item> {
  /** Items of one request. */
  readonly size: number;
  /** An item waits at most so long for others, in ms. */
  readonly lingerMs: number;
  /** Must not reject. */
  readonly send: (items: readonly Item[]) => Promise<void>;
}

/** Makes a batcher: a full batch goes at once, any other after `lingerMs`. */
export function createBatcher<Item>({ size, lingerMs, send }: BatcherOptions<Item>): Batcher<Item> {
  const sending = new Set<Promise<void>>();
  let waiting: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pending = 0;

  function sendWaiting(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    const sent = send(items).finally(() => {
      pending -= items.length;
      sending.delete(sent);
    });
    sending.add(sent);
  }

  return {
    add: (item) => {
      pending += 1;
      waiting.push(item);
      if (waiting.length === size) sendWaiting();
      else timer ??= setTimeout(sendWaiting, lingerMs);
    },
    pending: () => pending,
    flush: async () => {
      while (pending > 0) {
        sendWaiting();
        await Promise.all(sending);
      }
    },
  };
}

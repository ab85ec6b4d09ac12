/** What a flush tells the broker. */
export interface Acks {
  /** Acknowledge every delivery up to this tag, which is itself still open; undefined: none. */
  readonly upTo: number | undefined;
  /** Acknowledge these one by one: a delivery before them is still open. */
  readonly singles: readonly number[];
}

/** The deliveries of one channel: which are settled, and what the broker must still be told. */
export interface AckWindow {
  /** A delivery may be acknowledged. @returns false: it was settled before. */
  ack(tag: number): boolean;
  /** The broker is told of a delivery otherwise, such as by a nack. @returns false: it was settled before. */
  settleOtherwise(tag: number): boolean;
  /** What has been acknowledged since the last flush, in as few acknowledgements as there can be. */
  flush(): Acks;
  /** Deliveries that a flush would acknowledge. */
  readonly waiting: () => number;
}

/**
 * Joins acknowledgements. The broker numbers the deliveries of a channel 1, 2, 3, …, and one acknowledgement may stand
 * for all up to its tag. It must name a delivery that is still open: RabbitMQ closes the channel on any other, so it
 * never ends on one that was settled otherwise.
 */
export function createAckWindow(): AckWindow {
  /** The lowest tag that is not settled. */
  let low = 1;
  /** Tags from `low` on that are settled; true: the broker does not know yet. */
  const settled = new Map<number, boolean>();
  let fresh: number[] = [];
  return {
    ack(tag) {
      if (tag < low || settled.has(tag)) return false;
      settled.set(tag, true);
      fresh.push(tag);
      return true;
    },
    settleOtherwise(tag) {
      if (tag < low || settled.has(tag)) return false;
      settled.set(tag, false);
      return true;
    },
    flush() {
      let upTo: number | undefined;
      for (let isNews = settled.get(low); isNews !== undefined; isNews = settled.get(low)) {
        if (isNews) upTo = low;
        settled.delete(low);
        low += 1;
      }
      const singles = fresh.filter((tag) => tag >= low);
      for (const tag of singles) settled.set(tag, false);
      fresh = [];
      return { upTo, singles };
    },
    waiting: () => fresh.length,
  };
}

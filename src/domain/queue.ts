/** A message on its way to a queue. */
export interface OutgoingMessage {
  /** At most 256 KB, with the attributes. */
  readonly body: string;
  /** At most 10; names of letters, digits, "_", "-" and "."; values must not be empty. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Nobody receives it before, from 0 to 900. @default 0 */
  readonly delaySeconds?: number;
}

/** The end of one queue into which messages go; every implementation passes `test/contracts/queue.ts`. */
export interface Queue {
  /** Sends a message; it is safe in the queue when this resolves, and may be received more than once. */
  send(message: OutgoingMessage): Promise<void>;
}

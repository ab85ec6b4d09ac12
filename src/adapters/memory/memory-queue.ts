import type { OutgoingMessage, Queue } from '../../domain/queue.ts';

/** A queue in the memory of this process, and what was sent to it, oldest first. */
export interface MemoryQueue extends Queue {
  readonly messages: OutgoingMessage[];
}

/** A queue for tests and hosts without a server of queues. */
export function memoryQueue(): MemoryQueue {
  const messages: OutgoingMessage[] = [];
  return {
    messages,
    async send(message) {
      messages.push(message);
    },
  };
}

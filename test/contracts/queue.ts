import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutgoingMessage, Queue } from '../../src/domain/queue.ts';

/** A queue, and a look at its other end. */
export interface QueueFixture {
  readonly queue: Queue;
  /** Takes all that is there, in any order; waits until `count` are. */
  readonly receive: (count: number) => Promise<readonly Pick<OutgoingMessage, 'body' | 'attributes'>[]>;
}

/** The contract of the `Queue` port, run on every adapter. @param empty makes an empty queue. */
export function queueContract(name: string, empty: () => Promise<QueueFixture>): void {
  test(`${name}: what is sent is received with its attributes, exactly as it was`, async () => {
    const { queue, receive } = await empty();
    const messages = [
      { body: '{"key":"a b+ü%","n":18446744073709551615}', attributes: { reason: 'no “CSV”', code: 'X_1' } },
      { body: 'x'.repeat(200_000), attributes: {} },
    ];
    for (const message of messages) await queue.send(message);
    const received = (await receive(2)).toSorted((a, b) => a.body.length - b.body.length);
    assert.deepEqual(received, messages);
  });
}

import { OptionError } from '@sheep-shed/options';
import type { Channel, Options } from 'amqplib';
import { declare } from './connection.ts';

/** How the queues of a worker are made. */
export interface QueueKind {
  readonly queue: 'durable' | 'quorum' | 'transient';
  readonly deadLetterExchange: string;
  /** 0: none. */
  readonly maxPriority: number;
}

/** @throws OptionError on what RabbitMQ cannot do. */
export function checkQueueKind({ queue, maxPriority }: QueueKind): void {
  if (queue === 'quorum' && maxPriority > 0) {
    throw new OptionError(
      '--max-priority must be 0 with --queue quorum: quorum queues have no such priorities',
    );
  }
}

/** Declares the queues of functions, and what keeps their dead letters. */
export async function declareQueues(
  channel: Channel,
  names: readonly string[],
  kind: QueueKind,
): Promise<void> {
  const { deadLetterExchange: letters } = kind;
  await declare(`exchange ${letters}`, channel.assertExchange(letters, 'fanout', { durable: true }));
  await declare(`queue ${letters}`, channel.assertQueue(letters, { durable: true }));
  await channel.bindQueue(letters, letters, '');
  for (const name of names) await declare(`queue ${name}`, channel.assertQueue(name, queueOptions(kind)));
}

function queueOptions({ queue, deadLetterExchange, maxPriority }: QueueKind): Options.AssertQueue {
  const common = { deadLetterExchange, ...(maxPriority > 0 && { maxPriority }) };
  if (queue === 'transient') return { ...common, durable: false, autoDelete: true };
  return queue === 'quorum'
    ? { ...common, durable: true, arguments: { 'x-queue-type': 'quorum' } }
    : { ...common, durable: true };
}

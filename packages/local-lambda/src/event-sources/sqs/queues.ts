import type { QueueDefinition } from '../../deployment-package/queues.ts';
import type { SqsClient } from './sqs-client.ts';

/** A queue that is there. */
export interface FoundQueue {
  readonly url: string;
  /** As the server gives it. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Finds queues by name. */
export interface Queues {
  /**
   * Finds a queue; one of the templates is created when it is missing, after its dead-letter queue.
   * @throws Error when the server does not answer, refuses the queue, or has none of that name.
   */
  find(name: string, signal: AbortSignal): Promise<FoundQueue>;
}

/** Knows the queues of templates, and finds them on a server. */
export function createQueues(definitions: readonly QueueDefinition[], client: SqsClient): Queues {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));

  async function urlOf(name: string, signal: AbortSignal, via: readonly string[]): Promise<string> {
    const known = await client.queueUrl(name, signal);
    if (known !== undefined) return known;
    const definition = byName.get(name);
    if (definition === undefined) {
      throw new Error(`there is no queue "${name}", and no template that says what to create`);
    }
    return client.createQueue(name, await attributesOf(definition, signal, via), signal);
  }

  /** The server may give its queues another account than the template has. */
  async function attributesOf(
    { name, attributes, redrive }: QueueDefinition,
    signal: AbortSignal,
    via: readonly string[],
  ): Promise<Readonly<Record<string, string>>> {
    if (redrive === undefined) return attributes;
    const { targetArn, ...policy } = redrive;
    const target = targetArn.slice(targetArn.lastIndexOf(':') + 1);
    // A queue may be its own dead-letter queue, or two each other's: then the first one is created without.
    if (target === name || via.includes(target)) return attributes;
    const url = await urlOf(target, signal, [...via, name]);
    const { QueueArn = targetArn } = await client.attributes(url, signal);
    return { ...attributes, RedrivePolicy: JSON.stringify({ ...policy, deadLetterTargetArn: QueueArn }) };
  }

  return {
    find: async (name, signal) => {
      const url = await urlOf(name, signal, []);
      return { url, attributes: await client.attributes(url, signal) };
    },
  };
}

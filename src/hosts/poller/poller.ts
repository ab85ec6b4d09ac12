import { OptionError } from '@sheep-shed/options';
import { Counter } from 'prom-client';
import { ShedError } from '../../domain/errors.ts';
import { correlationIdOf } from '../correlation.ts';
import { createHealth } from '../health.ts';
import { startHealthServer } from '../health-server.ts';
import { logFailure, readMessage } from '../queue-message.ts';
import type { HostParts, HostTransport } from '../run-host.ts';
import { refuseUnguarded } from '../server-options.ts';
import { startConsumer } from './consumer.ts';
import { POLLER_OPTIONS, queuePlace } from './poller-options.ts';
import { openQueue, type Queue, type Received } from './queue.ts';

/** The log group of what happens to the host itself. */
const OWN_GROUP = 'host';
/** A poller that has not asked for so long does not consume, in ms. */
const ASKED_WITHIN_MS = 60_000;
const LOOK_MS = 5_000;

/** Serves the functions from a queue of SQS. */
export const poller: HostTransport<typeof POLLER_OPTIONS> = {
  options: POLLER_OPTIONS,
  summary: 'serves the functions from a queue of SQS; a message is deleted when its call has succeeded',
  serves: () => true,
  cannotServe: '',
  async start(values, parts) {
    refuseUnguarded(values);
    const bound = values.bind ? onlyFunction(parts) : undefined;
    const { calls, metrics, records } = parts;
    const log = records.logFor(OWN_GROUP, OWN_GROUP, OWN_GROUP);
    const queue = openQueue(queuePlace(values));
    await look(queue, (text, error) => log.warn(text, error === undefined ? {} : { error }));
    const counter = (name: string, help: string) => {
      const counted = new Counter({ name, help, registers: [metrics.registry] });
      return (count: number) => counted.inc(count);
    };
    const consumer = startConsumer({
      queue,
      serve: createServe(bound, parts),
      concurrency: parts.concurrency,
      underWay: calls.underWay,
      visibilitySeconds: values.visibility,
      clock: parts.clock,
      random: parts.random,
      onTrouble: (text, error) => log.warn(`${queue.name}: ${text}`, error === undefined ? {} : { error }),
      onDeleted: counter('sheep_shed_messages_deleted_total', 'Messages that were served and deleted'),
      onHandedBack: counter('sheep_shed_messages_handed_back_total', 'Messages whose call failed'),
    });
    let draining = false;
    const health = createHealth({
      token: values.token,
      metrics,
      notAlive: () => {
        // While every place is taken it does not ask; a call takes no longer than its time-out.
        const busyMs = consumer.isFull() ? parts.timeoutMs : 0;
        const silentMs = parts.clock() - consumer.askedAt();
        return silentMs > ASKED_WITHIN_MS + busyMs
          ? `the queue was not asked for ${Math.floor(silentMs / 1000)} s`
          : undefined;
      },
      notReady: () => {
        if (draining) return 'draining';
        return consumer.isAnswered() ? undefined : 'the queue does not answer';
      },
    });
    const server = await startHealthServer({ ...values, health, onFault: parts.onFault }).catch(
      async (error) => {
        consumer.drain();
        await consumer.ended();
        queue.close();
        throw error;
      },
    );
    return {
      ready: `Polling ${queue.name}, health on ${server.url}`,
      url: server.url,
      drain: () => {
        draining = true;
        consumer.drain();
      },
      close: async () => {
        await consumer.ended();
        queue.close();
        await server.close();
      },
    };
  },
};

/** Makes what calls the function of a message. */
function createServe(bound: string | undefined, { functions, calls, records }: HostParts) {
  const byName = new Map(functions.map((portable) => [portable.name, portable]));
  return async ({ messageId, body, correlationId: named, traceparent }: Received): Promise<boolean> => {
    // Delivered again it is the same request, as one that Lambda repeats.
    const names = { requestId: messageId, correlationId: correlationIdOf(named, traceparent, messageId) };
    let group = OWN_GROUP;
    try {
      const { functionName, event } = readMessage(body, bound);
      const portable = byName.get(functionName);
      if (portable === undefined) {
        const allowed = [...byName.keys()].join(', ');
        throw new ShedError(
          'INVALID_INPUT',
          `function must be one of ${allowed}; got ${JSON.stringify(functionName)}`,
        );
      }
      group = functionName;
      const calling = calls.call(portable, event, names);
      if (calling === undefined)
        throw new ShedError('INTERNAL_ERROR', 'as many calls as allowed are under way');
      await calling;
      return true;
    } catch (error) {
      logFailure(error, messageId, records.logFor(group, messageId, names.correlationId));
      return false;
    }
  };
}

/** @throws OptionError unless one function is served. */
function onlyFunction({ functions }: HostParts): string {
  const [first, ...others] = functions;
  if (first !== undefined && others.length === 0) return first.name;
  const served = functions.map(({ name }) => name).join(', ');
  throw new OptionError(`--bind needs exactly one --function; served are ${served}`);
}

/** @throws OptionError when the queue will never answer: it is not there, or the SDK has no region or credentials. */
async function look(queue: Queue, onTrouble: (message: string, error?: unknown) => void): Promise<void> {
  try {
    const hasRedrive = await queue.look(AbortSignal.timeout(LOOK_MS));
    if (hasRedrive === false) {
      onTrouble(`${queue.name} has no redrive policy: a message whose call always fails comes back for ever`);
    }
  } catch (error) {
    const { name, message } = error as Error;
    if (/QueueDoesNotExist|NonExistentQueue/.test(name))
      throw new OptionError(`--queue ${queue.name} does not exist`);
    if (/^Region is missing|CredentialsProviderError/.test(`${message} ${name}`)) {
      throw new OptionError(`--queue ${queue.name} cannot be asked: ${message}`);
    }
    onTrouble(`${queue.name} does not answer yet; it is asked again`, error);
  }
}

import type { Deployment } from './deployment.ts';
import { DEFAULT_ASYNC_CONFIG } from './deployment-package/async-configs.ts';
import { createDeliver } from './destinations/deliver.ts';
import { partsOf } from './destinations/record.ts';
import { createSendMessage } from './destinations/send-message.ts';
import type { AcceptedEvent } from './event-journal/event-journal.ts';
import type { Journal } from './event-journal/journal.ts';
import { credentialsOf } from './event-sources/aws-request.ts';
import type { EventBus } from './events/event-bus.ts';
import type { OnFault } from './fault-boundary.ts';
import { newInvocation } from './function-host.ts';
import { createEventQueue, type EventQueue } from './lambda-api/event-queue.ts';
import { type LogStore, newStreamName } from './logs/log-store.ts';
import type { ResolvedOptions } from './options.ts';

/** Where asynchronous invocations are recorded that failed for good. */
const FAILED_EVENTS_GROUP = 'local-lambda/failed-events';

/**
 * Makes the queue of a host's asynchronous invocations, with their retries, destinations and dead letters.
 * @param current the code that runs them: the queue outlives a swap.
 * @param journal keeps them; undefined: they end with the host.
 */
export function openAsynchronousEvents(
  current: () => Deployment,
  options: ResolvedOptions,
  logStore: LogStore,
  journal: Journal<AcceptedEvent> | undefined,
  events: EventBus,
  onFault: OnFault,
): EventQueue {
  const failedEvents = logStore.openStream(FAILED_EVENTS_GROUP, newStreamName());
  const queue: EventQueue = createEventQueue({
    run: ({ functionName, invocation }) => current().invoke(functionName, invocation),
    configOf: ({ functionName, functionArn }) =>
      current().asyncConfigs.get(`${functionName}:${partsOf(functionArn).qualifier ?? '$LATEST'}`) ??
      DEFAULT_ASYNC_CONFIG,
    deliver: createDeliver({
      onFailure: (record) => failedEvents.write(Date.now(), JSON.stringify(record)),
      enqueue: async ({ functionArn, hops, payload, traceId }) => {
        const { functionName, qualifier } = partsOf(functionArn);
        const invocation = { ...newInvocation(payload, traceId), qualifier };
        return (await queue.add({ functionName, functionArn, hops, invocation })) === undefined;
      },
      send: createSendMessage({
        endpoints: options,
        credentials: credentialsOf(options.environment),
        queues: () => current().sources.queues,
        now: Date.now,
      }),
      onNotice: options.onNotice,
      now: Date.now,
    }),
    journal,
    limits: { maxEvents: options.maxQueuedEvents, maxInFlight: options.maxEnvironments },
    onFault,
    onNotice: options.onNotice,
    events,
    now: Date.now,
    random: Math.random,
  });
  return queue;
}

import { randomUUID } from 'node:crypto';
import type { EventSources } from '../deployment-package/event-sources.ts';
import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { DEFAULT_REGION } from '../deployment-package/template.ts';
import type { InvocationOutcome } from '../environments/invocation.ts';
import { guarded, type OnFault } from '../fault-boundary.ts';
import { splitQualifier } from '../qualified-name.ts';
import { type AwsServer, credentialsOf } from './aws-request.ts';
import { untilDone } from './back-off.ts';
import type { BucketState } from './s3/bucket-changes.ts';
import { pollBucket } from './s3/bucket-poller.ts';
import { createS3Client } from './s3/s3-client.ts';
import { runSchedules } from './schedules/run-schedules.ts';
import { type Poller, startPoller } from './sqs/poller.ts';
import { createQueues, type FoundQueue } from './sqs/queues.ts';
import { createSqsClient } from './sqs/sqs-client.ts';

/** What event sources need of the host. */
export interface EventSourceOptions {
  readonly sources: EventSources;
  readonly functions: readonly FunctionDefinition[];
  /** Whether to start any. */
  readonly eventSources: boolean;
  readonly sqsEndpoint: string | undefined;
  readonly s3Endpoint: string | undefined;
  /** What buckets held when they were last looked at; it survives a reload. */
  readonly bucketStates: Map<string, BucketState>;
  /** Variables that all functions get; the host signs with their credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** Environments of one function at once. */
  readonly maxEnvironments: number;
  /** When the host started, in ms since the epoch: rates count from there. */
  readonly startedMs: number;
  /** Hands an event to the queue of asynchronous invocations; false: it is full. */
  readonly invokeLater: (functionName: string, payload: Buffer) => Promise<boolean>;
  /** Invokes a function and waits for it; may reject. */
  readonly invoke: (functionName: string, payload: Buffer) => Promise<InvocationOutcome>;
  readonly onNotice: (message: string) => void;
  readonly onFault: OnFault;
}

/** Event sources that are running. */
export interface RunningSources {
  /** Takes nothing more; resolves when functions have been invoked with all that was taken. */
  stop(): Promise<void>;
  /** Resolves when what is in flight has ended. */
  ended(): Promise<void>;
}

/** Batches of one mapping at once, as many as Lambda begins with. */
const CONCURRENCY = 5;

/**
 * Starts everything that calls the functions of a deployment. It resolves, and never rejects, when the queues of the
 * templates are there, or their server has failed once: it is asked again until it answers.
 */
export async function startEventSources(options: EventSourceOptions): Promise<RunningSources> {
  const { eventSources, sqsEndpoint, s3Endpoint } = options;
  const running: RunningSources[] = eventSources ? [startSchedules(options)] : [];
  if (eventSources && sqsEndpoint !== undefined) running.push(...(await startSqs(options, sqsEndpoint)));
  if (eventSources && s3Endpoint !== undefined) running.push(await startBuckets(options, s3Endpoint));
  return {
    stop: async () => void (await Promise.all(running.map((one) => one.stop()))),
    ended: async () => void (await Promise.all(running.map((one) => one.ended()))),
  };
}

function startSchedules(options: EventSourceOptions): RunningSources {
  const { sources, startedMs, onNotice, onFault } = options;
  const stop = runSchedules({
    schedules: sources.schedules,
    anchorMs: startedMs,
    now: Date.now,
    setTimer: (action, ms) => {
      const timer = setTimeout(guarded('a schedule', onFault, action), ms);
      return () => clearTimeout(timer);
    },
    newId: randomUUID,
    invoke: (name, payload) => {
      const left = (): void =>
        onNotice(`${name}: its schedule is due, but too many events are waiting: it is left out`);
      options.invokeLater(name, Buffer.from(payload)).then(
        (isTaken) => (isTaken ? undefined : left()),
        (error) => onFault('a schedule', error),
      );
    },
  });
  return { stop: async () => stop(), ended: async () => undefined };
}

async function startBuckets(options: EventSourceOptions, endpoint: string): Promise<RunningSources> {
  const { sources, bucketStates } = options;
  const server = serverOf(options, endpoint, 's3');
  const names = new Set([...sources.buckets, ...sources.notifications.map(({ bucket }) => bucket)]);
  const pollers = [...names].map((bucket) =>
    pollBucket({
      ...options,
      bucket,
      region: server.region,
      isOwn: sources.buckets.includes(bucket),
      notifications: sources.notifications.filter((one) => one.bucket === bucket),
      known: bucketStates.get(bucket),
      onKnown: (state) => bucketStates.set(bucket, state),
      client: createS3Client(server, Date.now),
      now: Date.now,
      newId: randomUUID,
      random: Math.random,
    }),
  );
  await Promise.all(pollers.map(({ ready }) => ready));
  return {
    stop: async () => void (await Promise.all(pollers.map(({ stop }) => stop()))),
    ended: async () => undefined,
  };
}

async function startSqs(options: EventSourceOptions, endpoint: string): Promise<RunningSources[]> {
  const { sources, functions, onNotice } = options;
  const client = createSqsClient(serverOf(options, endpoint, 'sqs'), Date.now);
  const queues = createQueues(sources.queues, client);
  const making = sources.queues.map(({ name }) =>
    untilDone((signal) => queues.find(name, signal), { name, onNotice, random: Math.random }),
  );
  await Promise.all(making.map(({ tried }) => tried));
  const pollers = sources.sqsMappings.flatMap((mapping): Poller[] => {
    const { functionName, maximumConcurrency = CONCURRENCY } = mapping;
    const [ownName] = splitQualifier(functionName);
    const definition = functions.find(({ name }) => name === ownName);
    const environments = definition?.reservedConcurrency ?? options.maxEnvironments;
    // As on Lambda, a reserved concurrency of 0 stops everything.
    if (environments === 0) return [];
    return [
      startPoller({
        mapping,
        client,
        queues,
        concurrency: Math.min(maximumConcurrency, environments, options.maxEnvironments),
        invoke: (payload) => options.invoke(functionName, payload),
        onNotice,
        onQueue: once((queue) => warnOfVisibility(mapping, queue, onNotice)),
        clock: () => performance.now(),
        random: Math.random,
      }),
    ];
  });
  return [...making, ...pollers];
}

function serverOf(
  { environment, functions }: EventSourceOptions,
  endpoint: string,
  service: string,
): AwsServer {
  return {
    endpoint,
    service,
    region: functions[0]?.region ?? DEFAULT_REGION,
    credentials: credentialsOf(environment),
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig */
function warnOfVisibility(
  { queueName, functionName, timeoutSeconds, windowSeconds }: EventSources['sqsMappings'][number],
  { attributes }: FoundQueue,
  onNotice: (message: string) => void,
): void {
  const visible = Number(attributes['VisibilityTimeout'] ?? Number.NaN);
  const least = timeoutSeconds + windowSeconds;
  if (visible >= least || Number.isNaN(visible)) return;
  onNotice(
    `${queueName}: its visibility time-out of ${visible} s is less than the ${least} s that ${functionName} may take: messages come again while they are worked on, and AWS refuses the mapping; use ${6 * timeoutSeconds + windowSeconds} s`,
  );
}

function once<T>(action: (value: T) => void): (value: T) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    action(value);
  };
}

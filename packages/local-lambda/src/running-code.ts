import { createDeployment, type Deployment, findVersion } from './deployment.ts';
import type { BucketState } from './event-sources/s3/bucket-changes.ts';
import { type RunningSources, startEventSources } from './event-sources/start-event-sources.ts';
import type { EventBus } from './events/event-bus.ts';
import { type FunctionHost, type HostedFunction, newInvocation } from './function-host.ts';
import type { EventQueue } from './lambda-api/event-queue.ts';
import { splitQualifier } from './qualified-name.ts';

/** The code that a host runs now, with what calls it beside the APIs; it can be swapped. */
export interface RunningCode {
  readonly current: () => Deployment;
  /** From now on events of queues, buckets and schedules reach the functions. */
  startSources(): Promise<void>;
  /**
   * Reads the packages anew; what is in flight ends on the old code.
   * @throws LocalLambdaError when the new package is wrong; the old one stays.
   */
  reload(): Promise<void>;
  /** Takes no more events of queues, buckets and schedules. */
  stopSources(): Promise<void>;
  /** Answers what is in flight, of code that was swapped too, then ends all environments. */
  close(): Promise<void>;
}

/** What is in flight when code is swapped or the host closes may take this long, in ms. */
const DRAIN_MS = 30_000;

/**
 * Reads the packages of a host.
 * @param onSwapped is called when new code has taken over.
 * @throws LocalLambdaError naming what is wrong with a package.
 */
export async function readCode(
  host: FunctionHost,
  queue: EventQueue,
  onSwapped: () => void,
): Promise<RunningCode> {
  const { onFault } = host;
  const startedMs = Date.now();
  const bucketStates = new Map<string, BucketState>();
  const retired = new Set<Promise<void>>();
  let deployment = await createDeployment(host, queue);
  tellChanges(host.events, new Map(), deployment.functions);
  let sources: RunningSources | undefined;
  let reloading: Promise<void> = Promise.resolve();

  return {
    current: () => deployment,
    startSources: async () => {
      sources = await sourcesOf(deployment);
    },
    reload: () => {
      // One after the other, or one of two new deployments would never be closed.
      reloading = reloading.catch(() => undefined).then(swap);
      return reloading;
    },
    stopSources: async () => {
      await reloading.catch(() => undefined);
      await sources?.stop();
    },
    close: async () => {
      await Promise.all([deployment.close(DRAIN_MS), ...retired]);
      await sources?.ended();
    },
  };

  async function swap(): Promise<void> {
    const before = deployment;
    const old = sources;
    deployment = await createDeployment(host, queue, before.functions);
    const kept = new Set(deployment.functions.values());
    tellChanges(host.events, before.functions, deployment.functions);
    onSwapped();
    const closed = retire(before, kept, old)
      .catch((error) => onFault('closing the old code', error))
      .finally(() => retired.delete(closed));
    retired.add(closed);
    if (old !== undefined) sources = await sourcesOf(deployment);
  }

  async function retire(
    before: Deployment,
    kept: Parameters<Deployment['close']>[1],
    old: RunningSources | undefined,
  ): Promise<void> {
    await old?.stop();
    await before.close(DRAIN_MS, kept);
    await old?.ended();
  }

  function sourcesOf(own: Deployment): Promise<RunningSources> {
    return startEventSources({
      ...host.options,
      sources: own.sources,
      functions: [...own.functions.values()].map(({ definition }) => definition),
      invoke: (name, payload) => own.invoke(name, newInvocation(payload)),
      invokeLater: (name, payload) => {
        const [functionName, qualifier] = splitQualifier(name);
        const { arn, version } = findVersion(own.functions, functionName, qualifier).definition;
        const functionArn = qualifier === undefined ? arn : `${arn}:${qualifier}`;
        const invocation = { ...newInvocation(payload), qualifier };
        return queue.add({ functionName, functionArn, version, invocation });
      },
      startedMs,
      bucketStates,
      onFault,
    });
  }
}

function tellChanges(
  events: EventBus,
  before: ReadonlyMap<string, HostedFunction>,
  after: ReadonlyMap<string, HostedFunction>,
): void {
  const timeMs = Date.now();
  for (const [functionName, hosted] of after) {
    const known = before.get(functionName);
    if (known === undefined) events.emit({ type: 'function-added', timeMs, functionName });
    else if (known !== hosted) events.emit({ type: 'function-changed', timeMs, functionName });
  }
  for (const functionName of before.keys()) {
    if (!after.has(functionName)) events.emit({ type: 'function-removed', timeMs, functionName });
  }
}

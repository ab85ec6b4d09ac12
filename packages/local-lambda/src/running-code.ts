import { type ChangeableDeployment, createDeployment, findVersion } from './deployment.ts';
import type { EventSources } from './deployment-package/event-sources.ts';
import type { BucketState } from './event-sources/s3/bucket-changes.ts';
import { type RunningSources, startEventSources } from './event-sources/start-event-sources.ts';
import { type FunctionHost, newInvocation } from './function-host.ts';
import type { HandleRequest } from './http-server.ts';
import { importPackages } from './import-packages.ts';
import type { EventQueue } from './lambda-api/event-queue.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { createManagementApi } from './management/management-api.ts';
import { openPlatform } from './management/open-platform.ts';
import { splitQualifier } from './qualified-name.ts';
import type { StateFolder } from './state/state-folder.ts';

/** The code that a host runs now, with what calls it beside the APIs; it can be changed. */
export interface RunningCode {
  readonly current: () => ChangeableDeployment;
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

const NO_SOURCES: EventSources = {
  queues: [],
  sqsMappings: [],
  schedules: [],
  buckets: [],
  notifications: [],
};

/** What is in flight when the host closes may take this long, in ms. */
const DRAIN_MS = 30_000;

/**
 * Reads the packages of a host.
 * @param state what is kept of functions that come from no package.
 * @param url where the host is reached, once it listens.
 * @param onSwapped is called when new code has taken over.
 * @throws LocalLambdaError naming what is wrong with a package.
 */
export async function readCode(
  host: FunctionHost,
  queue: EventQueue,
  state: StateFolder,
  url: () => string,
  onSwapped: () => void,
): Promise<RunningCode> {
  const { onFault } = host;
  const startedMs = Date.now();
  const bucketStates = new Map<string, BucketState>();
  const retired = new Set<Promise<void>>();
  const imported = await importPackages(host, new Map());
  const deployment = createDeployment(host, queue, imported, (request, body) => manage(request, body));
  const platform = await openPlatform({
    host,
    deployment,
    state,
    place: imported,
    placeLayers: imported.placeLayers,
    url,
    startMapping: (mapping) => sourcesOf({ ...NO_SOURCES, sqsMappings: [mapping] }),
  }).catch(async (error) => {
    await deployment.close(0);
    throw error;
  });
  const manage: HandleRequest = createManagementApi(platform);
  let sources: RunningSources | undefined;
  let reloading: Promise<void> = Promise.resolve();

  return {
    current: () => deployment,
    startSources: async () => {
      sources = await sourcesOf(deployment.sources);
      platform.mappings.start();
    },
    reload: () => {
      // One after the other, or the sources of one of two packages would never be stopped.
      reloading = reloading.catch(() => undefined).then(swap);
      return reloading;
    },
    stopSources: async () => {
      await reloading.catch(() => undefined);
      await Promise.all([sources?.stop(), platform.mappings.stop()]);
    },
    close: async () => {
      await Promise.all([deployment.close(DRAIN_MS), ...retired]);
      await Promise.all([sources?.ended(), platform.mappings.ended()]);
    },
  };

  async function swap(): Promise<void> {
    const old = sources;
    const packages = await importPackages(host, deployment.functions);
    const taken = packages.functions.find(({ definition }) => platform.functions.all.has(definition.name));
    if (taken !== undefined) {
      throw new LocalLambdaError(`${taken.definition.name}: a function of that name came by the Lambda API`);
    }
    deployment.setPackages(packages);
    onSwapped();
    if (old === undefined) return;
    const ended = end(old)
      .catch((error) => onFault('stopping old event sources', error))
      .finally(() => retired.delete(ended));
    retired.add(ended);
    sources = await sourcesOf(deployment.sources);
  }

  async function end(old: RunningSources): Promise<void> {
    await old.stop();
    await old.ended();
  }

  function sourcesOf(own: EventSources): Promise<RunningSources> {
    return startEventSources({
      ...host.options,
      sources: own,
      functions: [...deployment.functions.values()].map(({ definition }) => definition),
      invoke: (name, payload) => deployment.invoke(name, newInvocation(payload, host.newTraceId())),
      invokeLater: async (name, payload) => {
        const [functionName, qualifier] = splitQualifier(name);
        const { arn, version } = findVersion(deployment.functions, functionName, qualifier).definition;
        const functionArn = qualifier === undefined ? arn : `${arn}:${qualifier}`;
        const invocation = { ...newInvocation(payload, host.newTraceId()), qualifier };
        return (await queue.add({ functionName, functionArn, version, invocation })) === undefined;
      },
      startedMs,
      bucketStates,
      onFault,
    });
  }
}

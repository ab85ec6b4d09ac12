import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import { createApiTable } from './api-table.ts';
import type { ApiDefinition } from './deployment-package/api.ts';
import type { AsyncConfigs } from './deployment-package/async-configs.ts';
import type { EventSources } from './deployment-package/event-sources.ts';
import { type WebSocketApi, webSocketRoutes } from './deployment-package/web-socket-api.ts';
import type { Invocation, InvocationOutcome } from './environments/invocation.ts';
import { streamAnswer } from './environments/streamed-answer.ts';
import { type FunctionHost, type HostedFunction, invokeFunction, newInvocation } from './function-host.ts';
import { createFunctionRegistry } from './function-registry.ts';
import type { GatewayAnswer } from './gateway/answer.ts';
import type { HandleRequest } from './http-server.ts';
import type { ImportedPackages } from './import-packages.ts';
import { countInFlight } from './in-flight-requests.ts';
import type { EventQueue } from './lambda-api/event-queue.ts';
import { createLambdaApi, isLambdaApi, type LambdaApi } from './lambda-api/lambda-api.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { isApiGatewayManagement } from './management/management-api.ts';
import { splitQualifier } from './qualified-name.ts';

/** What a list of a host's routes shows. */
export interface ServedRoute {
  /** `WS` for a route of a WebSocket API. */
  readonly method: string;
  readonly path: string;
  /** With the alias or version that is called; empty where the API answers by itself (an integration of type `MOCK`). */
  readonly functionName: string;
}

/** What one origin, such as the deployment packages or the Lambda API, brings beside functions. */
export interface Contribution {
  readonly apis: readonly ApiDefinition[];
  readonly asyncConfigs: AsyncConfigs;
}

/** What a host serves now; all of it can change while it is used. */
export interface Deployment {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly routes: readonly ServedRoute[];
  /** What of the packages calls the functions beside the APIs. */
  readonly sources: EventSources;
  readonly webSocketApis: readonly WebSocketApi[];
  /** What becomes of asynchronous invocations. */
  readonly asyncConfigs: AsyncConfigs;
  readonly handle: HandleRequest;
  /**
   * Invokes a function, or the version that an alias behind its name means (`orders:live`).
   * @throws LocalLambdaError when no function has that name.
   */
  invoke(functionName: string, invocation: Omit<Invocation, 'settle'>): Promise<InvocationOutcome>;
}

/** A deployment in the hands of who may change it. */
export interface ChangeableDeployment extends Deployment {
  /** Puts the content of other packages in the place of those that are served; what is in flight ends on the old code. */
  setPackages(packages: ImportedPackages): void;
  /** Puts functions in their places and takes others away, as {@link createFunctionRegistry} says. */
  swapFunctions(next: readonly HostedFunction[], gone?: readonly string[]): void;
  /** Puts in place what functions that come from no package have beside them. */
  setAdded(added: Contribution): void;
  /** Answers what is in flight for up to `drainMs`, then ends all environments. */
  close(drainMs: number): Promise<void>;
}

/**
 * Serves what packages brought.
 * @param queue of asynchronous invocations.
 * @param manage answers requests for the management of functions and APIs.
 * @param packages what there is first; their region and account are those of the host.
 */
export function createDeployment(
  host: FunctionHost,
  queue: EventQueue,
  packages: ImportedPackages,
  manage: LambdaApi,
): ChangeableDeployment {
  const { options, logStore, events, onFault } = host;
  const { region, accountId } = packages;
  const registry = createFunctionRegistry(events, onFault);
  const { functions } = registry;
  const inFlight = countInFlight();
  const { newTraceId } = host;
  let imported = packages;
  let added: Contribution = { apis: [], asyncConfigs: new Map() };
  let asyncConfigs: AsyncConfigs = packages.asyncConfigs;

  const invoke: Deployment['invoke'] = async (called, invocation) => {
    const [name, qualifier = invocation.qualifier] = splitQualifier(called);
    const hosted = findVersion(functions, name, qualifier);
    return invokeFunction(hosted, name === called ? invocation : { ...invocation, qualifier });
  };
  const lambdaApi = createLambdaApi({
    functions,
    queue,
    manage,
    newId: randomUUID,
    newTraceId,
    events,
    arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  });
  const table = createApiTable(
    {
      accountId,
      region,
      newTraceId,
      events,
      jwks: options.jwks,
      holdOf: (name) => host.debuggers.get(name)?.hold,
      onNotice: options.onNotice,
      invoke: (name, payload, traceId) => invoke(name, newInvocation(payload, traceId)),
      stream: async (called, payload, traceId) => {
        const [name, qualifier] = splitQualifier(called);
        const { pool } = findVersion(functions, name, qualifier);
        return streamAnswer(pool, { ...newInvocation(payload, traceId), qualifier });
      },
    },
    logStore,
  );

  function refresh(): void {
    asyncConfigs = new Map([...imported.asyncConfigs, ...added.asyncConfigs]);
    const closeOld = table.set([...imported.apis, ...added.apis]);
    // An answer is written to the access log after its invocation has ended.
    inFlight.none(ACCESS_LOG_MS).then(closeOld, (error) => onFault('closing access logs', error));
  }

  function handlerOf({ url = '', headers }: IncomingMessage): HandleRequest {
    if (isLambdaApi(url)) return lambdaApi;
    return isApiGatewayManagement(url, headers) ? manage : table.handle;
  }

  registry.swap(packages.functions);
  refresh();
  return {
    functions,
    get sources() {
      return imported.sources;
    },
    get routes() {
      return [...table.routes(), ...imported.webSocketApis.flatMap(webSocketRoutes)];
    },
    get webSocketApis() {
      return imported.webSocketApis;
    },
    get asyncConfigs() {
      return asyncConfigs;
    },
    handle: async (request, body) => {
      let answer: GatewayAnswer | undefined;
      inFlight.enter();
      try {
        answer = await handlerOf(request)(request, body);
        return answer;
      } finally {
        if (answer?.body instanceof Readable) finished(answer.body, inFlight.leave);
        else inFlight.leave();
      }
    },
    invoke,
    setPackages: (next) => {
      const names = new Set(next.functions.map(({ definition }) => definition.name));
      const before = imported.functions.map(({ definition }) => definition.name);
      imported = next;
      registry.swap(
        next.functions,
        before.filter((name) => !names.has(name)),
      );
      refresh();
    },
    swapFunctions: registry.swap,
    setAdded: (next) => {
      added = next;
      refresh();
    },
    close: async (drainMs) => {
      await registry.close(drainMs);
      await inFlight.none(STREAM_GRACE_MS);
      table.close();
    },
  };
}

/** Clients have so long, in ms, to take what is left of a stream once its function has ended. */
const STREAM_GRACE_MS = 1_000;
/** Access logs of APIs that are gone stay open for what is in flight, in ms. */
const ACCESS_LOG_MS = 30_000;

/** @throws LocalLambdaError naming the functions that there are. */
export function findFunction(functions: ReadonlyMap<string, HostedFunction>, name: string): HostedFunction {
  const found = functions.get(name);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`functionName: must be one of ${[...functions.keys()].join(', ')}, is ${name}`);
}

/** @throws LocalLambdaError when there is no such function, or it has no such alias or version. */
export function findVersion(
  functions: ReadonlyMap<string, HostedFunction>,
  name: string,
  qualifier: string | undefined,
): HostedFunction {
  const hosted = findFunction(functions, name);
  const found = qualifier === undefined ? hosted : hosted.ofQualifier(qualifier);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`functionName: ${name} has no alias or version ${qualifier}`);
}

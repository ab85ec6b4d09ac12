import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { finished, Readable } from 'node:stream';
import { checkFunctions } from './checked-functions.ts';
import { type ApiDefinition, servedPath } from './deployment-package/api.ts';
import type { AsyncConfigs } from './deployment-package/async-configs.ts';
import type { EventSources } from './deployment-package/event-sources.ts';
import { createFunctionDigest } from './deployment-package/function-digests.ts';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import { createPlaceLayers } from './deployment-package/layers.ts';
import { readDeploymentPackages } from './deployment-package/read.ts';
import { removeFolder } from './deployment-package/read-only-folder.ts';
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from './deployment-package/template.ts';
import { renderUnserved } from './deployment-package/unserved.ts';
import { type WebSocketApi, webSocketRoutes } from './deployment-package/web-socket-api.ts';
import type { Invocation, InvocationOutcome } from './environments/invocation.ts';
import { streamAnswer } from './environments/streamed-answer.ts';
import {
  type FunctionHost,
  type HostedFunction,
  hostFunction,
  invokeFunction,
  newInvocation,
  newTraceId,
} from './function-host.ts';
import { functionsWithoutRuntime } from './functions-without-runtime.ts';
import { accessLogLine } from './gateway/access-log.ts';
import type { GatewayAnswer } from './gateway/answer.ts';
import { createGateway } from './gateway/gateway.ts';
import { createApiSelector, hiddenRoutes } from './gateway/select-api.ts';
import { withGivenVariables } from './given-variables.ts';
import type { HandleRequest } from './http-server.ts';
import type { EventQueue } from './lambda-api/event-queue.ts';
import { createLambdaApi, isLambdaApi } from './lambda-api/lambda-api.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { newStreamName } from './logs/log-store.ts';
import { splitQualifier } from './qualified-name.ts';
import { provideRuntimeSdk } from './runtimes/node/runtime-sdk.ts';

/** What a list of a host's routes shows. */
export interface ServedRoute {
  /** `WS` for a route of a WebSocket API. */
  readonly method: string;
  readonly path: string;
  /** With the alias or version that is called; empty where the API answers by itself (an integration of type `MOCK`). */
  readonly functionName: string;
}

/** One version of a deployment package, unpacked and ready to serve. */
export interface Deployment {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly routes: readonly ServedRoute[];
  /** What calls the functions beside the APIs; not yet running. */
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
  /**
   * Answers what is in flight for up to `drainMs`, then ends all environments.
   * @param kept functions that the next deployment goes on with.
   */
  close(drainMs: number, kept?: ReadonlySet<HostedFunction>): Promise<void>;
}

/** A package without API: every request finds no route. */
const NO_API: ApiDefinition = {
  kind: 'http',
  id: 'none',
  hostName: 'none',
  stages: [{ name: '$default', variables: undefined }],
  routes: [],
  cors: undefined,
  binaryMediaTypes: [],
  apiKeys: [],
  accessLog: undefined,
};

/**
 * Reads and unpacks the deployment packages of a host.
 * @param queue of asynchronous invocations; it outlives the deployment.
 * @param before the one that it takes the place of: functions that have not changed are taken over, as they are.
 * @throws LocalLambdaError naming what is wrong with the package.
 */
export async function createDeployment(
  host: FunctionHost,
  queue: EventQueue,
  before: ReadonlyMap<string, HostedFunction> = new Map(),
): Promise<Deployment> {
  const { options, logStore } = host;
  const { templates, apis, ...read } = await readDeploymentPackages(options.packageDirs, options);
  const missing = renderUnserved(read.unserved);
  checkFunctions(read.functions);
  const definitions = withGivenVariables(read.functions, options, (notice) => missing.push(notice));
  missing.push(...functionsWithoutRuntime(definitions, host.runtimes));
  if (options.strict && missing.length > 0) {
    throw new LocalLambdaError(`strict: not everything is served\n  ${missing.join('\n  ')}`);
  }
  for (const notice of missing) options.onNotice(notice);
  await host.debuggers.open(definitions, host.runtimes);
  const { region = DEFAULT_REGION, accountId = LOCAL_ACCOUNT_ID } = templates[0]?.scope ?? {};
  for (const [routeKey, name] of hiddenRoutes(apis)) {
    options.onNotice(`${routeKey} is there twice: the second one answers to the host name ${name} only`);
  }
  const workDir = join(host.workDir, randomUUID());
  const placeLayers = createPlaceLayers(read.layers, join(workDir, 'layers'), options.onNotice);
  const own = { ...host, workDir, placeLayers };
  const digestOf = createFunctionDigest(read.layers);
  const hosted = await hostAll(definitions, own, digestOf, before).catch(async (error) => {
    await removeFolder(own.workDir);
    throw error;
  });
  const functions = new Map(hosted.map((item) => [item.definition.name, item]));

  const stream = (group: string) => logStore.openStream(group, newStreamName());
  const shared = { newId: randomUUID, newTraceId: () => newTraceId(Date.now()) };
  const lambdaApi = createLambdaApi({
    ...shared,
    functions,
    queue,
    arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  });
  const invoke: Deployment['invoke'] = async (called, invocation) => {
    const [name, qualifier = invocation.qualifier] = splitQualifier(called);
    const hosted = findVersion(functions, name, qualifier);
    return invokeFunction(hosted, name === called ? invocation : { ...invocation, qualifier });
  };
  const inFlight = createInFlight();
  const selectApi = createApiSelector(apis);
  const gateways = (apis.length === 0 ? [NO_API] : apis).map((api) => ({
    gateway: createGateway({
      ...shared,
      api,
      accountId,
      region,
      jwks: options.jwks,
      holdOf: (name) => host.debuggers.get(name)?.hold,
      onNotice: options.onNotice,
      now: Date.now,
      invoke: (name, payload, traceId) => invoke(name, newInvocation(payload, traceId)),
      stream: async (called, payload, traceId) => {
        const [name, qualifier] = splitQualifier(called);
        const { pool } = findVersion(functions, name, qualifier);
        return streamAnswer(pool, { ...newInvocation(payload, traceId), qualifier });
      },
    }),
    accessLog: api.accessLog && { ...api.accessLog, stream: stream(api.accessLog.logGroup) },
  }));

  return {
    functions,
    sources: read.sources,
    routes: [
      ...apis.flatMap((api) =>
        api.routes.map(({ method, path, functionName }) => ({
          method,
          path: servedPath(api, path),
          functionName,
        })),
      ),
      ...read.webSocketApis.flatMap(webSocketRoutes),
    ],
    webSocketApis: read.webSocketApis,
    asyncConfigs: read.asyncConfigs,
    handle: async (request, body) => {
      let answer: GatewayAnswer | undefined;
      inFlight.enter();
      try {
        if (isLambdaApi(request.url ?? '')) {
          answer = await lambdaApi(request, body);
          return answer;
        }
        const { gateway, accessLog } = gateways[selectApi(request)] as (typeof gateways)[number];
        const handled = await gateway.handle(request, body);
        answer = handled.answer;
        if (accessLog !== undefined) {
          const timeMs = Date.now();
          accessLog.stream.write(timeMs, accessLogLine(accessLog.format, request, handled, timeMs));
        }
        return answer;
      } finally {
        if (answer?.body instanceof Readable) finished(answer.body, inFlight.leave);
        else inFlight.leave();
      }
    },
    invoke,
    close: async (drainMs, kept = new Set()) => {
      const ending = hosted.filter((one) => !kept.has(one));
      await Promise.all(ending.map((one) => one.close(drainMs)));
      // An answer is written to the access log after its invocation has ended.
      await inFlight.none(kept.size > 0 ? drainMs : STREAM_GRACE_MS);
      for (const { accessLog } of gateways) accessLog?.stream.close();
      // What is left of the folders of deployments goes with the host's own.
      if (kept.size === 0) await removeFolder(own.workDir);
    },
  };
}

/** Clients have so long, in ms, to take what is left of a stream once its function has ended. */
const STREAM_GRACE_MS = 1_000;

/** Counts what is being done. */
function createInFlight(): { enter(): void; leave(): void; none(limitMs: number): Promise<void> } {
  const whenNone: (() => void)[] = [];
  let count = 0;
  return {
    enter: () => {
      count += 1;
    },
    leave: () => {
      count -= 1;
      if (count === 0) for (const resolve of whenNone.splice(0)) resolve();
    },
    none: async (limitMs) => {
      if (count === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        whenNone.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

async function hostAll(
  definitions: readonly FunctionDefinition[],
  host: Omit<Parameters<typeof hostFunction>[1], 'digest'>,
  digestOf: ReturnType<typeof createFunctionDigest>,
  before: ReadonlyMap<string, HostedFunction>,
): Promise<HostedFunction[]> {
  const hosted = await Promise.all(
    definitions.map(async (definition) => {
      const digest = await digestOf(definition);
      const known = before.get(definition.name);
      return known?.digest === digest ? known : hostFunction(definition, { ...host, digest });
    }),
  );
  const { packageDirs, cacheDir, runtimeSdk: install, onNotice } = host.options;
  const codeDir = join(host.workDir, 'code');
  await provideRuntimeSdk({ codeDir, packageDirs, cacheDir, install, onNotice }).catch(async (error) => {
    const made = hosted.filter((one) => before.get(one.definition.name) !== one);
    await Promise.all(made.map((one) => one.close(0)));
    throw error;
  });
  return hosted;
}

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

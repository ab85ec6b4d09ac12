import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmission, isLoopback } from './admission.ts';
import { checkLimits } from './confinement/confinement.ts';
import { createDebuggers, type DebuggedFunction } from './debugging/debuggers.ts';
import { createDeployment, type Deployment, findFunction } from './deployment.ts';
import { DEFAULT_ASYNC_CONFIG } from './deployment-package/async-configs.ts';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import { removeFolder } from './deployment-package/read-only-folder.ts';
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from './deployment-package/template.ts';
import { createDeliver } from './destinations/deliver.ts';
import { partsOf } from './destinations/record.ts';
import { createSendMessage } from './destinations/send-message.ts';
import { createStartGate } from './environments/start-gate.ts';
import { credentialsOf } from './event-sources/aws-request.ts';
import type { BucketState } from './event-sources/s3/bucket-changes.ts';
import { type RunningSources, startEventSources } from './event-sources/start-event-sources.ts';
import { faultNotices, guarded } from './fault-boundary.ts';
import { type HostedFunction, newInvocation } from './function-host.ts';
import { gatewayMessage } from './gateway/answer.ts';
import { startHttpServer } from './http-server.ts';
import { apiError } from './lambda-api/errors.ts';
import { createEventQueue, type EventQueue } from './lambda-api/event-queue.ts';
import { LAMBDA_API_PATH } from './lambda-api/lambda-api.ts';
import { newStreamName, openLogStore } from './logs/log-store.ts';
import { type LocalLambdaOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { startReaper } from './reaper/start-reaper.ts';
import { createNodeRuntime } from './runtimes/node/node.ts';
import { createProvidedRuntime } from './runtimes/provided/provided.ts';
import { preparePython } from './runtimes/python/prepare-python.ts';
import { createPythonRuntime } from './runtimes/python/python.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { createWebSocketGateway, managementVariable } from './web-socket/gateway.ts';

export type { LocalLambdaOptions } from './options.ts';
export { preparePython } from './runtimes/python/prepare-python.ts';

/** One function as the host runs it. */
export interface LocalFunction {
  readonly name: string;
  readonly logicalId: string;
  readonly runtime: string;
  readonly architecture: FunctionDefinition['architecture'];
  readonly memorySizeMb: number;
  readonly timeoutSeconds: number;
  /** Size of the deployment package, unpacked. */
  readonly packageBytes: number;
  readonly logGroup: string;
  /** The template's variables, resolved, with those of the options. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The outcome of a direct invocation. */
export interface InvokeResult {
  readonly requestId: string;
  /** The function's response, or its error object, as parsed JSON. */
  readonly payload: unknown;
  /** Undefined when the function succeeded. */
  readonly errorType: string | undefined;
}

/** A running host. */
export interface LocalLambda {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What requests must carry; undefined: nothing, since only this machine reaches the host. */
  readonly token: string | undefined;
  /** Those of the package as last read. */
  readonly functions: readonly LocalFunction[];
  /** Where debuggers attach. */
  readonly debuggers: readonly DebuggedFunction[];
  readonly routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly functionName: string;
  }[];
  /** Resolves when a debugger is attached to one of them. */
  debuggerAttached(): Promise<void>;
  /**
   * Invokes a function without HTTP.
   * @throws LocalLambdaError when no function has that name.
   */
  invoke(functionName: string, payload: unknown): Promise<InvokeResult>;
  /** Ends idle environments (of one function, or all), so that the next invocation is cold. */
  dropEnvironments(functionName?: string): Promise<void>;
  /** Resolves when no asynchronous event waits, is in flight or is to be tried again. */
  settleEvents(): Promise<void>;
  /** Resolves when the log lines of all answered invocations are on disk. */
  flushLogs(): Promise<void>;
  /**
   * Reads the deployment package anew; requests in flight finish on the old code. Functions that have not changed keep
   * their environments.
   * @throws LocalLambdaError when the new package is wrong; the old one stays.
   */
  reload(): Promise<void>;
  /** Answers what is in flight, then leaves no process, port or temporary folder behind. */
  close(): Promise<void>;
}

/** What is in flight when the host closes may take this long, in ms. */
const DRAIN_MS = 30_000;

/**
 * Starts local-lambda: reads the deployment package, serves its HTTP API on this machine and runs its functions.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const resolved = resolveOptions(options, availableParallelism());
  const onFault = faultNotices(resolved.onNotice);
  const token = resolved.token ?? (isLoopback(resolved.host) ? undefined : newToken());
  const workDir = await mkdtemp(join(tmpdir(), 'local-lambda-'));
  const logStore = openLogStore(
    resolved.logsDir,
    (stream, error) => resolved.onNotice(`log lines are lost: ${stream}: ${error.message}`),
    guarded('onLogEvent', onFault, ({ group }, _timeMs, message) => resolved.onLogEvent(group, message)),
  );
  await logStore.prune().catch((error) => onFault('removing old logs', error));
  const reaper = startReaper(workDir);
  const failedEvents = logStore.openStream(FAILED_EVENTS_GROUP, newStreamName());
  const queue: EventQueue = createEventQueue({
    run: ({ functionName, invocation }) => deployment.invoke(functionName, invocation),
    configOf: ({ functionName, functionArn }) =>
      deployment.asyncConfigs.get(`${functionName}:${partsOf(functionArn).qualifier ?? '$LATEST'}`) ??
      DEFAULT_ASYNC_CONFIG,
    deliver: createDeliver({
      onFailure: (record) => failedEvents.write(Date.now(), JSON.stringify(record)),
      enqueue: ({ functionArn, hops, payload }) => {
        const { functionName } = partsOf(functionArn);
        const { qualifier } = partsOf(functionArn);
        const invocation = { ...newInvocation(payload), qualifier };
        return queue.add({ functionName, functionArn, hops, invocation });
      },
      send: createSendMessage({
        endpoints: resolved,
        credentials: credentialsOf(resolved.environment),
        queues: () => deployment.sources.queues,
        now: Date.now,
      }),
      onNotice: resolved.onNotice,
      now: Date.now,
    }),
    onFault,
  });
  const debuggers = createDebuggers(resolved, onFault);
  const cleanUp = async (): Promise<void> => {
    await debuggers.close();
    logStore.close();
    await reaper.close();
    await removeFolder(workDir);
  };
  let deployment: Deployment;
  let url = '';
  let reloading: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const retired = new Set<Promise<void>>();
  const startedMs = Date.now();
  const bucketStates = new Map<string, BucketState>();
  try {
    await checkLimits(resolved, workDir);
    const host = {
      options: resolved,
      workDir,
      runtimes: await createRuntimes(resolved, workDir),
      debuggers,
      logStore,
      gate: createStartGate(resolved.simultaneousStarts),
      ownVariables: () => managementVariable(url, deployment.webSocketApis),
      onProcess: reaper.track,
      onFault,
    };
    deployment = await createDeployment(host, queue);
    const startSources = (own: Deployment): Promise<RunningSources> =>
      startEventSources({
        ...resolved,
        sources: own.sources,
        functions: [...own.functions.values()].map(({ definition }) => definition),
        invoke: (name, payload) => own.invoke(name, newInvocation(payload)),
        invokeLater: (name, payload) => {
          const functionArn = findFunction(own.functions, name).definition.arn;
          return queue.add({ functionName: name, functionArn, invocation: newInvocation(payload) });
        },
        startedMs,
        bucketStates,
        onFault,
      });
    const webSockets = createWebSocketGateway({
      apis: () => deployment.webSocketApis,
      invoke: (name, payload) => deployment.invoke(name, newInvocation(payload)),
      holdOf: (name) => debuggers.get(name)?.hold,
      region: resolved.region ?? DEFAULT_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      newId: randomUUID,
      now: Date.now,
      onFault,
    });
    const server = await startHttpServer(resolved, {
      admit: createAdmission(resolved.host, token),
      handle: async (request, body) => webSockets.manage(request, body) ?? deployment.handle(request, body),
      failed: ({ url = '/' }) => (LAMBDA_API_PATH.test(url) ? FAULT_OF_LAMBDA_API : FAULT),
      onFault,
    });
    url = `http://${resolved.host.includes(':') ? `[${resolved.host}]` : resolved.host}:${server.port}`;
    const takeUpgrades = () => deployment.webSocketApis.length > 0 && server.takeUpgrades(webSockets);
    takeUpgrades();
    let sources = await startSources(deployment);
    const reload = async (): Promise<void> => {
      const before = deployment;
      deployment = await createDeployment(host, queue, before.functions);
      const kept = new Set(deployment.functions.values());
      takeUpgrades();
      const old = sources;
      const closed = old
        .stop()
        .then(() => before.close(DRAIN_MS, kept))
        .then(old.ended)
        .catch((error) => onFault('closing the old code', error))
        .finally(() => retired.delete(closed));
      retired.add(closed);
      sources = await startSources(deployment);
    };
    const close = async (): Promise<void> => {
      webSockets.close();
      const closed = server.close();
      debuggers.detach();
      await reloading.catch(() => undefined);
      await sources.stop();
      const queued = queue.close();
      await Promise.all([deployment.close(DRAIN_MS), ...retired]);
      await sources.ended();
      await queued;
      server.destroy();
      await closed;
      await cleanUp();
    };

    return {
      url,
      token,
      debuggers: debuggers.all,
      debuggerAttached: debuggers.attached,
      get functions() {
        return [...deployment.functions.values()].map(describe);
      },
      get routes() {
        return deployment.routes;
      },
      invoke: async (name, payload) => {
        const invocation = newInvocation(Buffer.from(JSON.stringify(payload ?? null)));
        const outcome = await deployment.invoke(name, invocation);
        const { requestId } = invocation;
        return { requestId, payload: parse(outcome.payload), errorType: outcome.errorType };
      },
      dropEnvironments: async (name) => {
        const { functions } = deployment;
        const chosen = name === undefined ? [...functions.values()] : [findFunction(functions, name)];
        await Promise.all(chosen.flatMap(({ pools }) => pools.map((pool) => pool.dropIdle())));
      },
      settleEvents: queue.empty,
      flushLogs: () => logStore.settle(SETTLE_LIMIT_MS),
      reload: () => {
        // One after the other, or one of two new deployments would never be closed.
        reloading = reloading.catch(() => undefined).then(reload);
        return reloading;
      },
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/** Where asynchronous invocations are recorded that failed for good. */
const FAILED_EVENTS_GROUP = 'local-lambda/failed-events';
const FAULT = gatewayMessage(500, 'Internal Server Error');
const FAULT_OF_LAMBDA_API = apiError(500, 'ServiceException', 'local-lambda failed; its notice says how');

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** A runtime that has answered and does not ask for more work has no REPORT line until it ends: do not wait for it. */
const SETTLE_LIMIT_MS = 1_000;

async function createRuntimes(options: ResolvedOptions, workDir: string): Promise<readonly Runtime[]> {
  const { onNotice, memoryLimit, cacheDir } = options;
  return [
    await createNodeRuntime({ runtimeDir: workDir, limitHeap: memoryLimit, onNotice }),
    createPythonRuntime(() => preparePython(cacheDir, onNotice), onNotice),
    createProvidedRuntime(),
  ];
}

function describe(item: HostedFunction): LocalFunction {
  const { name, logicalId, runtime, architecture, memorySizeMb, timeoutSeconds, logGroup } = item.definition;
  return {
    name,
    logicalId,
    runtime,
    architecture,
    memorySizeMb,
    timeoutSeconds,
    packageBytes: item.packageBytes,
    logGroup,
    environment: item.definition.environment,
  };
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return payload.toString('utf8');
  }
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import { readDeploymentPackage } from './deployment-package/read.ts';
import { createStartGate } from './environments/start-gate.ts';
import { type HostedFunction, hostFunction, invokeFunction, newTraceId } from './function-host.ts';
import { accessLogLine } from './gateway/access-log.ts';
import { createGateway } from './gateway/gateway.ts';
import { type HandleRequest, startHttpServer } from './http-server.ts';
import { createEventQueue } from './lambda-api/event-queue.ts';
import { createLambdaApi, LAMBDA_API_PATH } from './lambda-api/lambda-api.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { openLogStore, streamName } from './logs/log-store.ts';
import { type LocalLambdaOptions, resolveOptions } from './options.ts';
import { startReaper } from './reaper/start-reaper.ts';
import { createNodeRuntime } from './runtimes/node/node.ts';
import { createProvidedRuntime } from './runtimes/provided/provided.ts';
import { preparePython } from './runtimes/python/prepare-python.ts';
import { createPythonRuntime } from './runtimes/python/python.ts';

export type { LocalLambdaOptions } from './options.ts';
export { preparePython } from './runtimes/python/prepare-python.ts';

/** One function as the host runs it. */
export interface LocalFunction {
  readonly name: string;
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
  readonly functions: readonly LocalFunction[];
  readonly routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly functionName: string;
  }[];
  /**
   * Invokes a function without HTTP.
   * @throws LocalLambdaError when no function has that name.
   */
  invoke(functionName: string, payload: unknown): Promise<InvokeResult>;
  /** Ends idle environments (of one function, or all), so that the next invocation is cold. */
  dropEnvironments(functionName?: string): Promise<void>;
  /** Resolves when the log lines of all answered invocations are on disk. */
  flushLogs(): Promise<void>;
  /** Answers what is in flight, then leaves no process, port or temporary folder behind. */
  close(): Promise<void>;
}

/** Where asynchronous invocations are recorded that failed for good. */
const FAILED_EVENTS_GROUP = 'local-lambda/failed-events';

/** What is in flight when the host closes may take this long, in ms. */
const DRAIN_MS = 30_000;

/**
 * Starts local-lambda: reads the deployment package, serves its HTTP API on this machine and runs its functions.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const resolved = resolveOptions(options, availableParallelism());
  const {
    loaded,
    functions: definitions,
    api,
  } = await readDeploymentPackage(resolved.packageDir, resolved.region);
  const workDir = await mkdtemp(join(tmpdir(), 'local-lambda-'));
  const logStore = openLogStore(resolved.logsDir, (stream, error) =>
    resolved.onNotice(`log lines are lost: ${stream}: ${error.message}`),
  );
  const reaper = startReaper(workDir);
  try {
    const gate = createStartGate(resolved.simultaneousStarts);
    const runtimes = [
      await createNodeRuntime({
        runtimeDir: workDir,
        limitHeap: resolved.memoryLimit,
        onNotice: resolved.onNotice,
      }),
      createPythonRuntime(() => preparePython(resolved.cacheDir, resolved.onNotice), resolved.onNotice),
      createProvidedRuntime(),
    ];
    const host = { options: resolved, workDir, runtimes, logStore, gate, onProcess: reaper.track };
    const hosted = await Promise.all(definitions.map((definition) => hostFunction(definition, host)));
    const { region, accountId } = loaded.scope;
    const failed = logStore.openStream(FAILED_EVENTS_GROUP, streamName(Date.now(), newStreamId()));
    const byName = new Map(hosted.map((item) => [item.definition.name, item]));
    const invoke = (name: string, payload: Buffer, traceId: string, requestId: string) =>
      invokeFunction(find(byName, name), {
        requestId,
        payload,
        traceId,
        clientContext: undefined,
        onLogLine: undefined,
      });
    const gateway = createGateway({
      api,
      accountId,
      now: Date.now,
      newId: randomUUID,
      newTraceId: () => newTraceId(Date.now()),
      invoke: (name, payload, traceId) => invoke(name, payload, traceId, randomUUID()),
    });
    const queue = createEventQueue((record) => failed.write(Date.now(), JSON.stringify(record)), Date.now);
    const lambdaApi = createLambdaApi({
      functions: byName,
      queue,
      newId: randomUUID,
      newTraceId: () => newTraceId(Date.now()),
      arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
    });
    const accessLog =
      api.accessLog && logStore.openStream(api.accessLog.logGroup, streamName(Date.now(), newStreamId()));
    const handle: HandleRequest = async (request, body) => {
      if (LAMBDA_API_PATH.test(request.url ?? '')) return lambdaApi(request, body);
      const handled = await gateway.handle(request, body);
      if (api.accessLog !== undefined) {
        accessLog?.write(Date.now(), accessLogLine(api.accessLog.format, request, handled, Date.now()));
      }
      return handled.answer;
    };
    const server = await startHttpServer(resolved.host, resolved.port, isLocalName(resolved.host), handle);

    return {
      url: `http://${resolved.host.includes(':') ? `[${resolved.host}]` : resolved.host}:${server.port}`,
      functions: hosted.map((item) => describe(item, resolved.environment)),
      routes: api.routes.map(({ method, path, functionName }) => ({ method, path, functionName })),
      invoke: async (name, payload) => {
        const requestId = randomUUID();
        const outcome = await invoke(
          name,
          Buffer.from(JSON.stringify(payload ?? null)),
          newTraceId(Date.now()),
          requestId,
        );
        return { requestId, payload: parse(outcome.payload), errorType: outcome.errorType };
      },
      dropEnvironments: async (name) => {
        const chosen = name === undefined ? hosted : [find(byName, name)];
        await Promise.all(chosen.map(({ pool }) => pool.dropIdle()));
      },
      flushLogs: async () => {
        // Lines about an invocation are written after the poll in which it was answered.
        await new Promise((done) => setTimeout(done, 15));
        logStore.flush();
      },
      close: async () => {
        const closed = server.close();
        queue.close();
        await Promise.all(hosted.map(({ pool }) => pool.close(DRAIN_MS)));
        server.destroy();
        await closed;
        logStore.close();
        await reaper.close();
        await rm(workDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    logStore.close();
    await reaper.close();
    await rm(workDir, { recursive: true, force: true });
    throw error;
  }
}

function newStreamId(): string {
  return randomUUID().replaceAll('-', '');
}

function find(byName: ReadonlyMap<string, HostedFunction>, name: string): HostedFunction {
  const found = byName.get(name);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`functionName: must be one of ${[...byName.keys()].join(', ')}, is ${name}`);
}

function describe(item: HostedFunction, environment: Readonly<Record<string, string>>): LocalFunction {
  const { name, runtime, architecture, memorySizeMb, timeoutSeconds, logGroup } = item.definition;
  return {
    name,
    runtime,
    architecture,
    memorySizeMb,
    timeoutSeconds,
    packageBytes: item.packageBytes,
    logGroup,
    environment: { ...item.definition.environment, ...environment },
  };
}

/** A page of another site can make a browser resolve its own name to this machine, but not send another `Host`. */
function isLocalName(host: string): (name: string) => boolean {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host]);
  const open = host === '0.0.0.0' || host === '::';
  return (name) => {
    const bare = name.replace(/:\d+$/, '').toLowerCase();
    return names.has(bare) || bare.endsWith('.localhost') || (open && /^[\d.]+$|^\[[\da-f:]+\]$/.test(bare));
  };
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return payload.toString('utf8');
  }
}

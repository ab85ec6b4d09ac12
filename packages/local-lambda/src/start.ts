import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createAdmission, isLoopback } from './admission.ts';
import { openAsynchronousEvents } from './asynchronous-events.ts';
import { checkLimits } from './confinement/confinement.ts';
import { createStrays } from './confinement/strays.ts';
import { createDebuggers } from './debugging/debuggers.ts';
import { findFunction } from './deployment.ts';
import { removeFolder } from './deployment-package/read-only-folder.ts';
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from './deployment-package/template.ts';
import { createHostPlaces } from './environments/host-places.ts';
import { createStartGate } from './environments/start-gate.ts';
import { openEventJournal } from './event-journal/event-journal.ts';
import { createEventBus } from './events/event-bus.ts';
import { EVENT_TYPES } from './events/platform-event.ts';
import { faultNotices, guarded } from './fault-boundary.ts';
import { newInvocation } from './function-host.ts';
import { gatewayMessage } from './gateway/answer.ts';
import { startHttpServer } from './http-server.ts';
import { apiError } from './lambda-api/errors.ts';
import { isLambdaApi } from './lambda-api/lambda-api.ts';
import { describeFunction, type LocalLambda } from './local-lambda.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { openLogStore } from './logs/log-store.ts';
import { createLogsApi, isLogsApi, logsAnswer } from './logs-api/logs-api.ts';
import { hasMetricsRoute, isHostPath, METRICS_PATH } from './observe/host-path.ts';
import { createObservation } from './observe/observation.ts';
import { type LocalLambdaOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { startReaper } from './reaper/start-reaper.ts';
import { type RunningCode, readCode } from './running-code.ts';
import { createRuntimes } from './runtimes/create-runtimes.ts';
import { openStateFolder, type StateFolder } from './state/state-folder.ts';
import type { SpanExport, SpanExportOptions } from './tracing/otlp.ts';
import { createSampler } from './tracing/sampler.ts';
import { newTraceId } from './tracing/trace-id.ts';
import { createWebSocketGateway, managementVariable } from './web-socket/gateway.ts';

export type { PlatformEvent } from './events/platform-event.ts';
export type { InvokeResult, LocalFunction, LocalLambda } from './local-lambda.ts';
export type { LocalLambdaOptions } from './options.ts';
export { preparePython } from './runtimes/python/prepare-python.ts';

/**
 * Starts local-lambda: reads the deployment package, serves its HTTP API on this machine and runs its functions.
 * @throws LocalLambdaError naming the option, the template's path or the port that is wrong.
 */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const resolved = resolveOptions(options, availableParallelism());
  const onFault = faultNotices(resolved.onNotice);
  const events = createEventBus(onFault);
  const { otlpEndpoint, onNotice } = resolved;
  const sample =
    otlpEndpoint === undefined
      ? () => false
      : createSampler(SAMPLED_A_SECOND, SAMPLED_SHARE, Date.now, Math.random);
  const beginTrace = () => newTraceId(Date.now(), sample());
  const spans =
    otlpEndpoint === undefined
      ? undefined
      : await openSpanExport({ events, endpoint: otlpEndpoint, onNotice });
  if (resolved.onEvent !== undefined) events.on(EVENT_TYPES, resolved.onEvent);
  const token = resolved.token ?? (isLoopback(resolved.host) ? undefined : newToken());
  const workDir = await mkdtemp(join(tmpdir(), 'local-lambda-'));
  const state = await openState(resolved, workDir);
  const journal = await openJournalIn(resolved, state, workDir);
  const logStore = openLogStore(
    resolved.logsDir,
    (stream, error) => resolved.onNotice(`log lines are lost: ${stream}: ${error.message}`),
    guarded('onLogEvent', onFault, ({ group, name }, timeMs, message) => {
      resolved.onLogEvent(group, message);
      if (events.hears('log-line')) {
        events.emit({ type: 'log-line', timeMs, group, stream: name, message });
      }
    }),
  );
  await logStore.prune().catch((error) => onFault('removing old logs', error));
  const reaper = startReaper(workDir);
  const queue = openAsynchronousEvents(() => code.current(), resolved, logStore, journal, events, onFault);
  const debuggers = createDebuggers(resolved, onFault, reaper.own);
  const { logsDir: root, region } = resolved;
  const logsApi = createLogsApi({ root, store: logStore, region, now: Date.now, onFault });
  const observation = createObservation({
    events,
    logsDir: root,
    logStore,
    functions: () => code.current().functions,
    token,
    region: region ?? DEFAULT_REGION,
    lambda: (request, body) => code.current().handle(request, body),
    cloudWatchLogs: logsApi,
    queue,
    onFault,
  });
  const cleanUp = async (): Promise<void> => {
    await debuggers.close();
    await logsApi.close();
    await journal?.close();
    await spans?.close();
    logStore.close();
    await reaper.close();
    await state.close();
    await removeFolder(workDir);
  };
  let code: RunningCode;
  let url = '';
  let closing: Promise<void> | undefined;
  try {
    const user = await checkLimits(resolved, workDir);
    const host = {
      options: resolved,
      workDir,
      user,
      runtimes: await createRuntimes(resolved, workDir),
      debuggers,
      logStore,
      strays: createStrays(resolved.procDir),
      gate: createStartGate(resolved.simultaneousStarts),
      places: createHostPlaces(
        { maxEnvironments: resolved.maxHostEnvironments, maxMemoryMb: resolved.maxHostMemoryMb },
        () => performance.now(),
      ),
      ownVariables: () => managementVariable(url, code.current().webSocketApis),
      onProcess: reaper.track,
      onFault,
      events,
      environments: observation.environments,
      newTraceId: beginTrace,
    };
    code = await readCode(
      host,
      queue,
      state,
      () => url,
      () => takeUpgrades(),
    );
    const webSockets = createWebSocketGateway({
      apis: () => code.current().webSocketApis,
      invoke: (name, payload) => code.current().invoke(name, newInvocation(payload, beginTrace())),
      holdOf: (name) => debuggers.get(name)?.hold,
      region: resolved.region ?? DEFAULT_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      newId: randomUUID,
      now: Date.now,
      onFault,
    });
    const server = await startHttpServer(resolved, {
      admit: createAdmission(resolved.host, token),
      handle: (request, body) => {
        if (isLogsApi(request)) return logsApi.handle(request, body);
        if (isHostPath(request.url ?? '/')) return observation.handle(request, body);
        if (request.url === METRICS_PATH && !hasMetricsRoute(code.current().routes)) {
          return observation.handle(request, body);
        }
        const managed = webSockets.manage(request, body);
        return managed === undefined ? code.current().handle(request, body) : Promise.resolve(managed);
      },
      failed: (request) => {
        if (isLogsApi(request)) return FAULT_OF_LOGS_API;
        const { url = '/' } = request;
        return isLambdaApi(url) || isHostPath(url) ? FAULT_OF_LAMBDA_API : FAULT;
      },
      takesLarge: ({ url = '/' }) => isLambdaApi(url) && !url.includes('/invocations'),
      onFault,
    });
    url = `http://${resolved.host.includes(':') ? `[${resolved.host}]` : resolved.host}:${server.port}`;
    const takeUpgrades = () => code.current().webSocketApis.length > 0 && server.takeUpgrades(webSockets);
    takeUpgrades();
    await code.startSources();
    queue.resume();
    const close = async (): Promise<void> => {
      observation.close();
      webSockets.close();
      const closed = server.close();
      debuggers.detach();
      await code.stopSources();
      const queued = queue.close();
      await code.close();
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
        return [...code.current().functions.values()].map(describeFunction);
      },
      get routes() {
        return code.current().routes;
      },
      invoke: async (name, payload) => {
        const invocation = newInvocation(Buffer.from(JSON.stringify(payload ?? null)), beginTrace());
        const outcome = await code.current().invoke(name, invocation);
        const { requestId } = invocation;
        return { requestId, payload: parse(outcome.payload), errorType: outcome.errorType };
      },
      dropEnvironments: async (name) => {
        const { functions } = code.current();
        const chosen = name === undefined ? [...functions.values()] : [findFunction(functions, name)];
        await Promise.all(
          chosen.flatMap(({ versions }) => [...versions.values()].map(({ pool }) => pool.dropIdle())),
        );
      },
      settleEvents: queue.empty,
      flushLogs: () => logStore.settle(SETTLE_LIMIT_MS),
      reload: code.reload,
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

/** Asynchronous events are kept where everything is. */
async function openJournalIn(options: ResolvedOptions, state: StateFolder, workDir: string) {
  if (options.state === undefined) return undefined;
  const folder = join(state.path, 'events');
  return openEventJournal(folder, options.onNotice).catch(async (cause: Error) => {
    await state.close();
    await removeFolder(workDir);
    throw new LocalLambdaError(`state: ${folder}: ${cause.message}`, { cause });
  });
}

/** What is kept goes into the folder that is named, or ends with the host in its own. */
async function openState(
  { state, packageDirs, onNotice }: ResolvedOptions,
  workDir: string,
): Promise<StateFolder> {
  if (state === undefined && packageDirs.length === 0) {
    onNotice('without --state FOLDER nothing is kept: functions and events end with this host');
  }
  try {
    return await openStateFolder(resolve(state ?? join(workDir, 'state')), state !== undefined);
  } catch (error) {
    await removeFolder(workDir);
    throw error;
  }
}

const FAULT = gatewayMessage(500, 'Internal Server Error');
const ITS_NOTICE = 'local-lambda failed; its notice says how';
const FAULT_OF_LAMBDA_API = apiError(500, 'ServiceException', ITS_NOTICE);
const FAULT_OF_LOGS_API = logsAnswer(500, { __type: 'ServiceUnavailableException', message: ITS_NOTICE });

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** A runtime that has answered and does not ask for more work has no REPORT line until it ends: do not wait for it. */
const SETTLE_LIMIT_MS = 1_000;

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return payload.toString('utf8');
  }
}

/** Of the traces that begin here, and of what more there are. */
const SAMPLED_A_SECOND = 50;
const SAMPLED_SHARE = 0.05;

/** Loads OpenTelemetry's SDK, which costs a host without it nothing. */
async function openSpanExport(options: SpanExportOptions): Promise<SpanExport> {
  const { exportSpans } = await import('./tracing/otlp.ts');
  return exportSpans(options);
}

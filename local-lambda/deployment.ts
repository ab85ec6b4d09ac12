import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readDeploymentPackage } from './deployment-package/read.ts';
import type { InvocationOutcome } from './environments/invocation.ts';
import {
  type FunctionHost,
  type HostedFunction,
  hostFunction,
  invokeFunction,
  newTraceId,
} from './function-host.ts';
import { accessLogLine } from './gateway/access-log.ts';
import { createGateway } from './gateway/gateway.ts';
import type { HandleRequest } from './http-server.ts';
import { createEventQueue } from './lambda-api/event-queue.ts';
import { createLambdaApi, LAMBDA_API_PATH } from './lambda-api/lambda-api.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { streamName } from './logs/log-store.ts';

/** One version of a deployment package, unpacked and ready to serve. */
export interface Deployment {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly functionName: string;
  }[];
  readonly handle: HandleRequest;
  /** @throws LocalLambdaError when no function has that name. */
  invoke(functionName: string, payload: Buffer, requestId: string): Promise<InvocationOutcome>;
  /** Answers what is in flight for up to `drainMs`, then ends all environments. */
  close(drainMs: number): Promise<void>;
}

/** Where asynchronous invocations are recorded that failed for good. */
const FAILED_EVENTS_GROUP = 'local-lambda/failed-events';

/**
 * Reads and unpacks the deployment package of a host.
 * @throws LocalLambdaError naming what is wrong with the package.
 */
export async function createDeployment(host: FunctionHost): Promise<Deployment> {
  const { options, logStore } = host;
  const read = await readDeploymentPackage(options.packageDir, options.region);
  const { api } = read;
  const { region, accountId } = read.loaded.scope;
  const own = { ...host, workDir: join(host.workDir, newStreamId()) };
  const hosted = await Promise.all(read.functions.map((definition) => hostFunction(definition, own)));
  const functions = new Map(hosted.map((item) => [item.definition.name, item]));

  const stream = (group: string) => logStore.openStream(group, streamName(Date.now(), newStreamId()));
  const failedEvents = stream(FAILED_EVENTS_GROUP);
  const accessLog = api.accessLog && { ...api.accessLog, stream: stream(api.accessLog.logGroup) };
  const shared = { newId: randomUUID, newTraceId: () => newTraceId(Date.now()) };
  const queue = createEventQueue(
    (record) => failedEvents.write(Date.now(), JSON.stringify(record)),
    Date.now,
  );
  const lambdaApi = createLambdaApi({
    ...shared,
    functions,
    queue,
    arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  });
  const invoke = (name: string, payload: Buffer, traceId: string, requestId: string) =>
    invokeFunction(findFunction(functions, name), {
      requestId,
      payload,
      traceId,
      clientContext: undefined,
      onLogLine: undefined,
    });
  const gateway = createGateway({
    ...shared,
    api,
    accountId,
    now: Date.now,
    invoke: (name, payload, traceId) => invoke(name, payload, traceId, randomUUID()),
  });

  return {
    functions,
    routes: api.routes.map(({ method, path, functionName }) => ({ method, path, functionName })),
    handle: async (request, body) => {
      if (LAMBDA_API_PATH.test(request.url ?? '')) return lambdaApi(request, body);
      const handled = await gateway.handle(request, body);
      if (accessLog !== undefined) {
        const timeMs = Date.now();
        accessLog.stream.write(timeMs, accessLogLine(accessLog.format, request, handled, timeMs));
      }
      return handled.answer;
    },
    invoke: (name, payload, requestId) => invoke(name, payload, newTraceId(Date.now()), requestId),
    close: async (drainMs) => {
      queue.close();
      await Promise.all(hosted.map(({ pool }) => pool.close(drainMs)));
      failedEvents.close();
      accessLog?.stream.close();
    },
  };
}

/** @throws LocalLambdaError naming the functions that there are. */
export function findFunction(functions: ReadonlyMap<string, HostedFunction>, name: string): HostedFunction {
  const found = functions.get(name);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`functionName: must be one of ${[...functions.keys()].join(', ')}, is ${name}`);
}

function newStreamId(): string {
  return randomUUID().replaceAll('-', '');
}

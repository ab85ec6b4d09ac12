import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HostedFunction } from '../function-host.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { decode } from '../gateway/gateway-request.ts';
import type { HandleRequest } from '../http-server.ts';
import { apiError, json } from '../lambda-api/errors.ts';
import type { EventQueue } from '../lambda-api/event-queue.ts';
import type { LogsApi } from '../logs-api/logs-api.ts';
import { SAMPLE_KINDS } from '../sample-events/kinds.ts';
import type { LiveEnvironments } from './environments.ts';
import { API_PATH } from './host-path.ts';
import type { LiveStream } from './live-stream.ts';
import { MAX_RECENT, type RecentInvocations } from './recent.ts';
import type { StoredLogs } from './stored-logs.ts';
import type { Tallies } from './tallies.ts';

/** What the API shows. */
export interface HostApiOptions {
  readonly functions: () => ReadonlyMap<string, HostedFunction>;
  readonly environments: LiveEnvironments;
  readonly recent: RecentInvocations;
  readonly tallies: Tallies;
  readonly logs: StoredLogs;
  readonly live: LiveStream;
  /** Lambda's API, and CloudWatch's for logs, behind the page's own paths: only there is a browser known by its cookie. */
  readonly lambda: HandleRequest;
  readonly cloudWatchLogs: Pick<LogsApi, 'handle' | 'lastLines'>;
  /** Names of the groups of all functions, of APIs too. */
  readonly logGroups: () => readonly string[];
  /** Region of sample events. */
  readonly region: string;
  readonly queue: Pick<EventQueue, 'failed' | 'redrive'>;
}

/** Answers requests below {@link API_PATH}. */
export type HostApi = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

/** Of one answer. */
const MAX_LAST_LINES = 300;

interface Asked {
  /** What stands behind the name of the resource. */
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly functionName: string | undefined;
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

type Answering = (asked: Asked) => GatewayAnswer | Promise<GatewayAnswer>;

/**
 * Makes the API of what runs: `GET environments`, `functions`, `invocations`, `log-lines`, `logs`, `stream` and `sample-events`,
 * `DELETE environments` and `environments/{id}`, `POST functions/{name}/invocations`, `POST logs`, `GET` and `POST failed-events` (which tries them again). Lists are JSON objects with one array; times are milliseconds since the epoch.
 */
export function createHostApi(options: HostApiOptions): HostApi {
  const { environments, recent, logs, queue } = options;

  const routes: Readonly<Record<string, Answering>> = {
    'GET environments': ({ functionName }) => json(200, { environments: environments.list(functionName) }),
    'DELETE environments': ({ functionName, query }) =>
      json(
        200,
        environments.end(
          (one) => functionName === undefined || one.functionName === functionName,
          isForced(query),
        ),
      ),
    'DELETE environments/': ({ id = '', query }) => {
      const found = environments.end(({ environmentId }) => environmentId === id, isForced(query));
      if (found.ended.length > 0) return json(200, found);
      return found.busy.length > 0
        ? apiError(409, 'ResourceConflictException', `Environment ${id} is busy; force=true ends it anyway`)
        : apiError(404, 'ResourceNotFoundException', `Environment not found: ${id}`);
    },
    'GET functions': () => json(200, { functions: shownFunctions(options) }),
    'POST functions/': ({ id = '', request, body }) => {
      const [, name] = /^([^/]+)\/invocations$/.exec(id) ?? [];
      if (name === undefined)
        return apiError(404, 'UnknownOperationException', `${id} is not supported here`);
      request.url = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
      return options.lambda(request, body);
    },
    'GET invocations': ({ functionName, query }) => {
      const limit = limitOf(query, MAX_RECENT);
      return typeof limit === 'number' ? json(200, { invocations: recent.list(limit, functionName) }) : limit;
    },
    'GET log-lines': ({ functionName, query }) => {
      const limit = limitOf(query, MAX_LAST_LINES);
      if (typeof limit !== 'number') return limit;
      const group = groupOf(functionName);
      return options.cloudWatchLogs.lastLines(group === undefined ? options.logGroups() : [group], limit);
    },
    'GET stream': () => options.live.open(),
    'GET sample-events': () =>
      json(200, { kinds: Object.entries(SAMPLE_KINDS).map(([kind, { about }]) => ({ kind, about })) }),
    'GET sample-events/': ({ id = '' }) => {
      const kind = Object.hasOwn(SAMPLE_KINDS, id) ? SAMPLE_KINDS[id] : undefined;
      if (kind === undefined)
        return apiError(404, 'ResourceNotFoundException', `Sample event not found: ${id}`);
      return json(200, kind.make({}, { region: options.region, nowMs: Date.now(), newId: randomUUID }));
    },
    'POST logs': ({ request, body }) => options.cloudWatchLogs.handle(request, body),
    'GET failed-events': ({ functionName }) => json(200, { failedEvents: queue.failed(functionName) }),
    'POST failed-events': async ({ functionName }) => json(200, await queue.redrive(functionName)),
    'GET logs': ({ functionName, query }) =>
      logs.answer(groupOf(functionName), query.get('follow') === 'true'),
  };

  function groupOf(functionName: string | undefined): string | undefined {
    return functionName === undefined
      ? undefined
      : options.functions().get(functionName)?.definition.logGroup;
  }

  return async (request, body) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.startsWith(API_PATH) ? url.pathname.slice(API_PATH.length) : '';
    const slash = path.indexOf('/');
    const name = slash === -1 ? path : path.slice(0, slash + 1);
    const route = `${request.method} ${name}`;
    const answering = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (answering === undefined) {
      return apiError(
        404,
        'UnknownOperationException',
        `${request.method} ${url.pathname} is not supported here`,
      );
    }
    const query = url.searchParams;
    const functionName = query.get('function') ?? undefined;
    if (functionName !== undefined && !options.functions().has(functionName)) {
      return apiError(404, 'ResourceNotFoundException', `Function not found: ${functionName}`);
    }
    const id = slash === -1 ? undefined : decode(path.slice(slash + 1));
    const answer = await answering({ id, query, functionName, request, body });
    return { ...answer, headers: [...answer.headers, ...PRIVATE] };
  };
}

/** What runs is for who asks, and as it is now. */
const PRIVATE = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff'];

function isForced(query: URLSearchParams): boolean {
  return query.get('force') === 'true';
}

/** How many are wanted, 100 when not given; or the answer that says what is allowed. */
function limitOf(query: URLSearchParams, most: number): number | GatewayAnswer {
  const limit = Number(query.get('limit') ?? 100);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  const message = `limit: must be a whole number from 1 to ${most}, is ${query.get('limit')}`;
  return apiError(400, 'InvalidParameterValueException', message);
}

/** The functions with what they have done since the host started. */
export function shownFunctions({
  functions,
  environments,
  tallies,
}: Pick<HostApiOptions, 'functions' | 'environments' | 'tallies'>): readonly object[] {
  const running = new Map<string, number>();
  for (const { functionName } of environments.list()) {
    running.set(functionName, (running.get(functionName) ?? 0) + 1);
  }
  return [...functions().values()].map(({ definition }) => {
    const { name, runtime, handler, memorySizeMb, timeoutSeconds, logGroup } = definition;
    const tally = tallies.of(name);
    return {
      functionName: name,
      runtime,
      handler,
      memorySizeMb,
      timeoutSeconds,
      logGroup,
      environments: running.get(name) ?? 0,
      invocations: tally?.invocations,
      errors: tally?.errors,
      throttles: tally?.throttles,
    };
  });
}

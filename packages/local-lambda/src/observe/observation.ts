import type { IncomingMessage } from 'node:http';
import type { EventBus } from '../events/event-bus.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { HostedFunction } from '../function-host.ts';
import { type GatewayAnswer, gatewayMessage } from '../gateway/answer.ts';
import type { HandleRequest } from '../http-server.ts';
import type { EventQueue } from '../lambda-api/event-queue.ts';
import { INSIGHTS_GROUP } from '../logs/insights-line.ts';
import type { LogStore } from '../logs/log-store.ts';
import type { LogsApi } from '../logs-api/logs-api.ts';
import { createLiveEnvironments, type LiveEnvironments } from './environments.ts';
import { createHostApi, shownFunctions } from './host-api.ts';
import { API_PATH, HOST_PATH, METRICS_PATH, OWN_METRICS_PATH } from './host-path.ts';
import { createLiveStream } from './live-stream.ts';
import { createMetrics } from './metrics.ts';
import { loginPage, pageFile, toPage } from './page.ts';
import { keepRecent } from './recent.ts';
import { createSession, LOGIN_PATH } from './session.ts';
import { createStoredLogs } from './stored-logs.ts';
import { keepTallies } from './tallies.ts';

/** Of the latest invocations, a page that opens gets so many. */
const SHOWN_INVOCATIONS = 60;

/** What a host shows of itself. */
export interface Observation {
  readonly environments: LiveEnvironments;
  /** Answers a request below `/_host/`, or for the metrics. */
  handle(request: IncomingMessage, body: Buffer): Promise<GatewayAnswer>;
  /** Ends what clients still read. */
  close(): void;
}

/** What is to be seen. */
export interface ObservationOptions {
  readonly events: EventBus;
  readonly logsDir: string;
  readonly logStore: LogStore;
  readonly functions: () => ReadonlyMap<string, HostedFunction>;
  /** What requests must carry; undefined: nothing. */
  readonly token: string | undefined;
  readonly region: string;
  readonly lambda: HandleRequest;
  readonly cloudWatchLogs: Pick<LogsApi, 'handle' | 'lastLines'>;
  readonly onFault: OnFault;
  readonly queue: Pick<EventQueue, 'failed' | 'redrive'>;
}

/** Begins to keep what a host shows: its environments, latest invocations, counts and logs. */
export function createObservation(options: ObservationOptions): Observation {
  const { events, functions } = options;
  const environments = createLiveEnvironments();
  const logs = createStoredLogs(options.logsDir, options.logStore.flush);
  const tallies = keepTallies(events);
  const metrics = createMetrics(tallies, environments);
  const recent = keepRecent(events);
  const session = options.token === undefined ? undefined : createSession(options.token);
  const live = createLiveStream({
    events,
    environments,
    functions: () => shownFunctions({ functions, environments, tallies }),
    invocations: () => recent.list(SHOWN_INVOCATIONS),
    onFault: options.onFault,
  });
  const logGroups = (): readonly string[] => {
    const ofFunctions = [...functions().values()].map(({ definition }) => definition.logGroup);
    return [...new Set([...ofFunctions, ...options.logStore.groups])].filter(
      (name) => name !== INSIGHTS_GROUP,
    );
  };
  const api = createHostApi({ ...options, environments, recent, tallies, logs, logGroups, live });

  function pageOf(path: string): GatewayAnswer {
    if (path === '/_host') return toPage();
    return pageFile(path.slice(HOST_PATH.length) || 'index.html') ?? gatewayMessage(404, 'Not Found');
  }

  async function metricsAnswer(): Promise<GatewayAnswer> {
    const { type, text } = await metrics.render();
    return { status: 200, headers: ['content-type', type, 'cache-control', 'no-store'], body: text };
  }

  function logIn(body: Buffer): GatewayAnswer {
    if (session === undefined) return toPage();
    const given = new URLSearchParams(body.toString('utf8')).get('token') ?? '';
    return session.isToken(given) ? toPage(session.cookie) : loginPage();
  }
  return {
    environments,
    handle: async (request, body) => {
      const [path = ''] = (request.url ?? '').split('?', 1);
      if (path.startsWith(API_PATH)) return api(request, body);
      if (path === METRICS_PATH || path === OWN_METRICS_PATH) return metricsAnswer();
      if (path === LOGIN_PATH && request.method === 'POST') return logIn(body);
      return request.method === 'GET' ? pageOf(path) : gatewayMessage(405, 'Method Not Allowed');
    },
    close: () => {
      logs.close();
      live.close();
    },
  };
}

import type { IncomingMessage } from 'node:http';
import type { EventBus } from '../events/event-bus.ts';
import type { HostedFunction } from '../function-host.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import type { LogStore } from '../logs/log-store.ts';
import { createLiveEnvironments, type LiveEnvironments } from './environments.ts';
import { createHostApi } from './host-api.ts';
import { METRICS_PATH, OWN_METRICS_PATH } from './host-path.ts';
import { createMetrics } from './metrics.ts';
import { keepRecent } from './recent.ts';
import { createStoredLogs } from './stored-logs.ts';
import { keepTallies } from './tallies.ts';

/** What a host shows of itself. */
export interface Observation {
  readonly environments: LiveEnvironments;
  /** Answers a request below `/_host/`. */
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
}

/** Begins to keep what a host shows: its environments, latest invocations, counts and logs. */
export function createObservation(options: ObservationOptions): Observation {
  const { events, functions } = options;
  const environments = createLiveEnvironments();
  const logs = createStoredLogs(options.logsDir, options.logStore.flush);
  const tallies = keepTallies(events);
  const metrics = createMetrics(tallies, environments);
  const api = createHostApi({
    functions,
    environments,
    recent: keepRecent(events),
    tallies,
    logs,
  });
  return {
    environments,
    handle: async (request, body) => {
      const path = request.url?.split('?', 1)[0];
      if (path !== METRICS_PATH && path !== OWN_METRICS_PATH) return api(request, body);
      const { type, text } = await metrics.render();
      return { status: 200, headers: ['content-type', type, 'cache-control', 'no-store'], body: text };
    },
    close: logs.close,
  };
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ServedRoute } from './deployment.ts';
import { type ApiDefinition, servedPath } from './deployment-package/api.ts';
import { accessLogLine } from './gateway/access-log.ts';
import type { GatewayAnswer } from './gateway/answer.ts';
import { createGateway, type Gateway, type GatewayOptions } from './gateway/gateway.ts';
import { createApiSelector } from './gateway/select-api.ts';
import { type LogStore, newStreamName } from './logs/log-store.ts';

/** The APIs of a host, each with its gateway; they can be changed while requests are in flight. */
export interface ApiTable {
  /**
   * Puts other APIs in the place of all: one that is there as the same object keeps its gateway.
   * @returns closes the access logs of those that are gone.
   */
  set(apis: readonly ApiDefinition[]): () => void;
  routes(): readonly ServedRoute[];
  handle(request: IncomingMessage, body: Buffer): Promise<GatewayAnswer>;
  /** Closes the access logs. */
  close(): void;
}

/** A host without API: every request finds no route. */
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

interface Entry {
  readonly gateway: Gateway;
  readonly accessLog:
    | (NonNullable<ApiDefinition['accessLog']> & {
        readonly stream: ReturnType<LogStore['openStream']>;
      })
    | undefined;
}

/** Makes a table without APIs. @param shared what the gateways of all APIs need. */
export function createApiTable(
  shared: Omit<GatewayOptions, 'api' | 'route' | 'newId' | 'now'>,
  logStore: LogStore,
): ApiTable {
  let known = new Map<ApiDefinition, Entry>();
  let served: readonly ApiDefinition[] = [];
  let entries: readonly Entry[];
  let select: ReturnType<typeof createApiSelector>;

  function entryOf(api: ApiDefinition): Entry {
    return {
      gateway: createGateway({ ...shared, newId: randomUUID, now: Date.now, api }),
      accessLog: api.accessLog && {
        ...api.accessLog,
        stream: logStore.openStream(api.accessLog.logGroup, newStreamName()),
      },
    };
  }

  known.set(NO_API, entryOf(NO_API));
  entries = [...known.values()];
  select = createApiSelector([NO_API]);
  return {
    set: (apis) => {
      if (apis.length === served.length && apis.every((api, i) => api === served[i])) return () => undefined;
      const before = known;
      served = apis;
      const all = apis.some(({ byNameOnly }) => byNameOnly !== true) ? apis : [NO_API, ...apis];
      known = new Map(all.map((api) => [api, before.get(api) ?? entryOf(api)]));
      entries = [...known.values()];
      select = createApiSelector(all);
      const gone = [...before].filter(([api]) => !known.has(api));
      return () => {
        for (const [, { accessLog }] of gone) accessLog?.stream.close();
      };
    },
    routes: () =>
      served.flatMap((api) =>
        api.routes.map(({ method, path, functionName }) => ({
          method,
          path: servedPath(api, path),
          functionName,
        })),
      ),
    handle: async (request, body) => {
      const { gateway, accessLog } = entries[select(request)] as Entry;
      const handled = await gateway.handle(request, body);
      if (accessLog !== undefined) {
        const timeMs = Date.now();
        accessLog.stream.write(timeMs, accessLogLine(accessLog.format, request, handled, timeMs));
      }
      return handled.answer;
    },
    close: () => {
      for (const { accessLog } of entries) accessLog?.stream.close();
    },
  };
}

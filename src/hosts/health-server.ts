import { createServer } from 'node:http';
import type { Health } from './health.ts';
import { message } from './health.ts';
import { listen } from './listen.ts';

/** A server that tells how a host is. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

const REQUEST_MS = 10_000;
const MAX_CONNECTIONS = 100;

/** Serves `/health/…` and `/metrics` for a host whose functions are not reached by HTTP. */
export async function startHealthServer({
  host,
  port,
  health,
  onFault,
}: {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly onFault: (error: unknown) => void;
}): Promise<HealthServer> {
  const answer = async (method: string, url: string, authorization: string | undefined) => {
    const [path = ''] = url.split('?');
    const state = health.state(path) ?? health.refusal(authorization);
    return state ?? (await health.metrics(method, path)) ?? message(404, 'Not Found');
  };
  const server = createServer(
    { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
    ({ method = 'GET', url = '/', headers }, response) => {
      answer(method, url, headers.authorization)
        .catch((error) => {
          onFault(error);
          return message(500, 'Internal Server Error');
        })
        .then(({ status, headers: given, body }) => {
          // Nothing here reads a body: the connection ends with it.
          response.writeHead(status, { ...given, connection: 'close' }).end(body);
        })
        .catch(onFault);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const url = await listen(server, host, port, onFault);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

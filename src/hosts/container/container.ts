import type { HostTransport } from '../run-host.ts';
import { refuseUnguarded, serverOptions } from '../server-options.ts';
import { createRoutes } from './routes.ts';
import { startContainerServer } from './server.ts';

const OPTIONS = serverOptions(8080, '');

/** Serves the functions over HTTP, one process for all calls: what runs in a container. */
export const container: HostTransport<typeof OPTIONS> = {
  options: OPTIONS,
  summary: 'serves the functions over HTTP, with /health/liveness, /health/readiness and /metrics',
  serves: ({ http }) => http !== undefined,
  cannotServe: 'has no HTTP route',
  async start({ port, host, token, open }, { functions, calls, metrics, records, onFault }) {
    refuseUnguarded({ host, token, open });
    const find = createRoutes(functions);
    const server = await startContainerServer({
      host,
      port,
      token,
      find,
      calls,
      metrics,
      logFor: records.logFor,
      onFault,
    });
    return { ready: `Listening on ${server.url}`, url: server.url, drain: server.drain, close: server.close };
  },
};

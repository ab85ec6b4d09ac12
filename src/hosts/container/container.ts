import type { Option, OptionTable } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { SWITCH, wholeNumber } from '@sheep-shed/options/readers';
import type { HostTransport } from '../run-host.ts';
import { createRoutes } from './routes.ts';
import { startContainerServer } from './server.ts';

const OPTIONS = {
  port: {
    env: 'PORT',
    help: 'port to listen on; 0: a free one',
    default: 8080,
    ...wholeNumber(0, 65_535),
  } satisfies Option<number>,
  host: {
    env: 'HOST_ADDRESS',
    help: 'address to listen on',
    default: '127.0.0.1',
    allowed: 'an address or a host name of this machine',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  token: {
    env: 'HOST_TOKEN',
    isSecret: true,
    help: 'what requests must carry as Authorization: Bearer',
    allowed: 'at least 16 letters, digits or -._~+',
    read: ([given = '']) => (/^[\w.~+-]{16,}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  open: {
    env: 'HOST_OPEN',
    help: 'take requests of everybody who reaches the address, without a token',
    ...SWITCH,
  } satisfies Option<boolean>,
} satisfies OptionTable;

/** Serves the functions over HTTP, one process for all calls: what runs in a container. */
export const container: HostTransport<typeof OPTIONS> = {
  options: OPTIONS,
  summary: 'serves the functions over HTTP, with /health/liveness, /health/readiness and /metrics',
  serves: ({ http }) => http !== undefined,
  cannotServe: 'has no HTTP route',
  async start({ port, host, token, open }, { functions, calls, metrics, records, onFault }) {
    const isLoopback = host === 'localhost' || host === '::1' || /^127\./.test(host);
    if (!isLoopback && token === undefined && !open) {
      throw new OptionError(
        `--host ${host} can be reached from other machines: give --token, or --open if something in front of it guards it`,
      );
    }
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

import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { guarded, type OnFault } from '../fault-boundary.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** Where a debugger attaches to a function, whichever process runs it. */
export interface DebugPort {
  readonly port: number;
  /** Cuts all connections, which lets what is paused go on. */
  detach(): void;
  close(): Promise<void>;
}

/** What stands behind the port. */
export interface DebugPortOptions {
  /** 0: a free one. */
  readonly port: number;
  /** The port of the process to be debugged; undefined: there is none yet. It is called again and again. */
  readonly target: () => number | undefined;
  /** Someone wants to debug: a process is to be started. It is called again and again. */
  readonly onWanted: () => void;
  /** Says by its first bytes whether a connection is a debugger's; undefined: every one is. */
  readonly isDebugger: ((start: string) => boolean) | undefined;
  /** A debugger attaches; returns what to do when it is gone. */
  readonly onAttached: () => () => void;
  readonly onFault: OnFault;
}

/** A process has so long to open its port, in ms; asked for so often. */
const READY_LIMIT_MS = 20_000;
const READY_POLL_MS = 25;
const MAX_CONNECTIONS = 32;

/** A question of Chrome's protocol over HTTP is no debugger; the change to a WebSocket is. */
export function isWebSocket(start: string): boolean {
  return /^GET .*\r\nupgrade: *websocket\r\n/is.test(start);
}

/**
 * Opens a port on 127.0.0.1 that hands connections on to the process that runs the function now, so that the port
 * stays while processes come and go.
 * @throws LocalLambdaError when the port cannot be opened.
 */
export async function openDebugPort(options: DebugPortOptions): Promise<DebugPort> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    open.add(client);
    client.once('close', () => open.delete(client));
    join(client, options).catch((error) => {
      options.onFault('a debugger', error);
      client.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${cause.code})`;
      reject(new LocalLambdaError(`inspectPort: 127.0.0.1:${options.port} ${reason}`, { cause }));
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const detach = (): void => {
    for (const client of open) client.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    detach,
    close: () =>
      new Promise((resolve) => {
        detach();
        server.close(() => resolve());
      }),
  };
}

async function join(client: Socket, options: DebugPortOptions): Promise<void> {
  const { isDebugger, onAttached, onFault } = options;
  client.pause();
  const process = await reach(client, options);
  if (process === undefined) {
    client.destroy();
    return;
  }
  const attach = (): void => {
    const detached = onAttached();
    client.once('close', guarded('a debugger', onFault, detached));
  };
  process.on('error', () => client.destroy());
  process.once('close', () => client.destroy());
  client.once('close', () => process.destroy());
  if (client.destroyed) {
    process.destroy();
    return;
  }
  if (isDebugger === undefined) attach();
  else {
    client.once('data', (start: Buffer) => {
      if (isDebugger(start.toString('latin1'))) attach();
    });
  }
  client.pipe(process).pipe(client);
}

/** Connects to the process as soon as there is one that listens; undefined when that takes too long. */
async function reach(client: Socket, { target, onWanted }: DebugPortOptions): Promise<Socket | undefined> {
  for (let waited = 0; waited < READY_LIMIT_MS && !client.destroyed; waited += READY_POLL_MS) {
    const port = target();
    if (port === undefined) onWanted();
    const reached = port === undefined ? undefined : await tryConnect(port);
    if (reached !== undefined) return reached;
    await delay(READY_POLL_MS);
  }
  return undefined;
}

function tryConnect(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

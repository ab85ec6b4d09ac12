import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificates } from './certificates.ts';

/** What passed between a function and its database. */
export interface Traffic {
  /** `sent`: bytes of the function; `answered`: bytes for it. */
  readonly direction: 'sent' | 'answered';
  /** Of an answer: whether the database has answered since the function sent something; else it is TLS alone. */
  readonly fromService: boolean;
}

/** Puts TLS in front of a server that speaks none, as DynamoDB has it, and tells what passes. */
export interface TlsRelay {
  /** `https://localhost:PORT`. */
  readonly url: string;
  /** Connections so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/**
 * Opens the relay: a server that sees every byte, one behind it that speaks TLS, and the database behind that.
 * @param target `http://127.0.0.1:PORT`. @param onTraffic is called before the bytes go on.
 */
export async function openTlsRelay(
  target: string,
  { key, chain }: Certificates,
  onTraffic: (traffic: Traffic) => void,
): Promise<TlsRelay> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const port = Number(new URL(target).port);
  let connections = 0;
  let fromService = false;
  const inner = createTlsServer({ key, cert: chain }, (decrypted) => {
    const database = own(connect(port, '127.0.0.1'));
    decrypted.on('data', (bytes) => database.write(bytes));
    database.on('data', (bytes) => {
      fromService = true;
      decrypted.write(bytes);
    });
    endTogether(own(decrypted), database);
  });
  inner.on('tlsClientError', () => undefined);
  const innerPort = await listen(inner);
  const outer = createServer((client) => {
    connections += 1;
    const behind = own(connect(innerPort, '127.0.0.1'));
    own(client).on('data', (bytes) => {
      onTraffic({ direction: 'sent', fromService: false });
      fromService = false;
      behind.write(bytes);
    });
    behind.on('data', (bytes) => {
      onTraffic({ direction: 'answered', fromService });
      client.write(bytes);
    });
    endTogether(client, behind);
  });
  return {
    url: `https://localhost:${await listen(outer)}`,
    connections: () => connections,
    close: async () => {
      const closed = [once(outer, 'close'), once(inner, 'close')];
      outer.close();
      inner.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function endTogether(one: Socket, other: Socket): void {
  for (const [socket, partner] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => partner.destroy());
    socket.on('close', () => partner.destroy());
  }
}

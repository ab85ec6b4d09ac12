import type { WebSocket } from 'ws';
import { createTimer, type OnFault } from '../fault-boundary.ts';
import { type GatewayAnswer, gatewayMessage } from '../gateway/answer.ts';
import type { ConnectionInfo } from './events.ts';

/** An open connection. */
interface Connection {
  readonly info: ConnectionInfo;
  readonly socket: WebSocket;
  /** Milliseconds since the epoch. */
  lastActiveAt: number;
  readonly idle: ReturnType<typeof createTimer>;
  readonly life: ReturnType<typeof createTimer>;
}

/** The open connections of a host. */
export interface Connections {
  readonly size: () => number;
  add(info: ConnectionInfo, socket: WebSocket): void;
  /** A frame came in or went out. */
  touch(id: string): void;
  remove(id: string): void;
  /** Answers `POST`, `GET` and `DELETE` of `/<stage>/@connections/<id>`; undefined: that is no such request. */
  manage(method: string, url: string, body: Buffer): GatewayAnswer | undefined;
  closeAll(): void;
}

/** As on AWS: a message has 128 KB at most, a connection idles for 10 minutes and lives for 2 hours. */
export const MAX_MESSAGE_BYTES = 131_072;
const IDLE_MS = 600_000;
const LIFE_MS = 7_200_000;
/** What a slow client has not taken may be so much, in bytes. */
const MAX_UNSENT_BYTES = 1_048_576;
const GOING_AWAY = 1001;
/** A client has so long to answer a goodbye. */
const GOODBYE_MS = 500;

const GONE = gatewayMessage(410, 'Gone', 'GoneException');
const TOO_LARGE = gatewayMessage(413, 'Message too long', 'PayloadTooLargeException');
const LIMIT = gatewayMessage(429, 'The client takes messages too slowly', 'LimitExceededException');
const METHOD = gatewayMessage(405, 'Method Not Allowed');
const DONE: GatewayAnswer = { status: 200, headers: [], body: '' };
const DELETED: GatewayAnswer = { status: 204, headers: [], body: '' };

/**
 * Keeps the open connections, and answers what functions ask of them.
 * @param now milliseconds since the epoch.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function createConnections(now: () => number, onFault: OnFault): Connections {
  const open = new Map<string, Connection>();

  return {
    size: () => open.size,
    add: (info, socket) => {
      const end = (reason: string) => () => {
        try {
          socket.close(GOING_AWAY, reason);
        } catch (error) {
          onFault('a WebSocket that is to end', error);
        }
      };
      const idle = createTimer(end('Idle for too long'), true);
      const life = createTimer(end('Connected for too long'), true);
      idle.set(IDLE_MS);
      life.set(LIFE_MS);
      open.set(info.id, { info, socket, idle, life, lastActiveAt: info.connectedAt });
    },
    touch: (id) => {
      const connection = open.get(id);
      if (connection !== undefined) touch(connection);
    },
    remove: (id) => {
      const connection = open.get(id);
      connection?.idle.clear();
      connection?.life.clear();
      open.delete(id);
    },
    manage: (method, url, body) => {
      const [, stage, id = ''] = /^\/([^/?]+)\/@connections\/([^/?]+)(?:\?.*)?$/.exec(url) ?? [];
      if (stage === undefined) return undefined;
      const connection = open.get(decoded(id));
      if (connection === undefined || connection.info.stage.name !== stage) return GONE;
      switch (method) {
        case 'POST':
          return post(connection, body);
        case 'GET':
          return describe(connection);
        case 'DELETE':
          connection.socket.close(1000, 'Connection Closed Normally');
          return DELETED;
        default:
          return METHOD;
      }
    },
    closeAll: () => {
      for (const { socket } of open.values()) {
        socket.close(GOING_AWAY, 'Going away');
        setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
      }
    },
  };

  function touch(connection: Connection): void {
    connection.lastActiveAt = now();
    connection.idle.set(IDLE_MS);
  }

  function post(connection: Connection, body: Buffer): GatewayAnswer {
    const { socket } = connection;
    if (body.length > MAX_MESSAGE_BYTES) return TOO_LARGE;
    if (socket.readyState !== socket.OPEN) return GONE;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) return LIMIT;
    socket.send(body.toString('utf8'));
    touch(connection);
    return DONE;
  }
}

function describe({ info, lastActiveAt }: Connection): GatewayAnswer {
  const { connectedAt, sourceIp, userAgent } = info;
  const body = JSON.stringify({
    connectedAt: new Date(connectedAt).toISOString(),
    identity: { sourceIp, userAgent },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  });
  return { status: 200, headers: ['content-type', 'application/json'], body };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

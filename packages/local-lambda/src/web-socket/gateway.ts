import { randomBytes } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Hold } from '../debugging/hold.ts';
import { functionOfStage } from '../deployment-package/api.ts';
import type { WebSocketApi, WebSocketRoute } from '../deployment-package/web-socket-api.ts';
import type { InvocationOutcome } from '../environments/invocation.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { answerWithin } from '../gateway/answer-within.ts';
import { authorizeConnect } from './authorize.ts';
import { createConnections, MAX_MESSAGE_BYTES } from './connections.ts';
import { type ConnectionInfo, type EventDetails, headersOf, webSocketEvent } from './events.ts';

/** What WebSocket APIs need of the host. */
export interface WebSocketGatewayOptions {
  /** Those of the package as last read: connections outlive a swap of the code. */
  readonly apis: () => readonly WebSocketApi[];
  readonly invoke: (functionName: string, payload: Buffer) => Promise<InvocationOutcome>;
  /** What holds the time of a function that is being debugged. */
  readonly holdOf: (functionName: string) => Hold | undefined;
  readonly region: string;
  readonly accountId: string;
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onFault: OnFault;
}

/** The WebSocket APIs of a host. */
export interface WebSocketGateway {
  /** Whether a request is the handshake of one of them. */
  takes(request: IncomingMessage): boolean;
  /** Makes a connection of a handshake, or refuses it. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Answers what functions ask of connections; undefined: the request is for somebody else. */
  manage(request: IncomingMessage, body: Buffer): GatewayAnswer | undefined;
  /** Ends all connections. */
  close(): void;
}

/** API Gateway waits so long for an integration. */
const INTEGRATION_MS = 29_000;
const MAX_CONNECTIONS = 5_000;
/** A client that has so many messages under way is read no further. */
const MAX_UNDER_WAY = 100;
const NO_BINARY = 1003;

/** Makes what serves WebSocket APIs as API Gateway does, each below its stage's name. */
export function createWebSocketGateway(options: WebSocketGatewayOptions): WebSocketGateway {
  const { newId, now, onFault } = options;
  const connections = createConnections(now, onFault);
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
    handleProtocols: (_offered, request) => protocols.get(request) ?? false,
  });

  return {
    takes: (request) => isHandshake(request) && placeOf(request) !== undefined,
    connect: (request, socket, head) => {
      const hangUp = () => socket.destroy();
      socket.on('error', hangUp);
      connect(request, socket, head)
        .catch((error) => {
          onFault(`connecting ${request.url}`, error);
          refuse(socket, 500);
        })
        .finally(() => socket.off('error', hangUp));
    },
    manage: ({ method = 'GET', url = '/' }, body) =>
      url.includes('/@connections/') ? connections.manage(method, url, body) : undefined,
    close: connections.closeAll,
  };

  function placeOf({ url = '/', headers }: IncomingMessage) {
    const apis = options.apis();
    const [, stageName] = /^\/([^/?]+)\/?(?:\?|$)/.exec(url) ?? [];
    const host = headers.host?.replace(/:\d+$/, '').toLowerCase();
    const named = apis.find(({ hostName }) => `${hostName}.localhost` === host);
    for (const api of named === undefined ? apis : [named]) {
      const stage = api.stages.find(({ name }) => name === stageName);
      if (stage !== undefined) return { api, stage };
    }
    return undefined;
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const place = placeOf(request);
    if (place === undefined) return refuse(socket, 403);
    if (connections.size() >= MAX_CONNECTIONS) return refuse(socket, 429);
    const stranger: ConnectionInfo = {
      ...place,
      id: `${randomBytes(12).toString('base64url').slice(0, 15)}=`,
      connectedAt: now(),
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
      domainName: request.headers.host?.replace(/:\d+$/, '') ?? 'localhost',
      rawHeaders: request.rawHeaders,
      rawQuery: request.url?.split('?')[1] ?? '',
      authorizer: undefined,
    };
    const route = place.api.routes.get('$connect');
    const details = detailsOf('CONNECT', '$connect');
    const known = await authorized(stranger, route, details);
    if (typeof known === 'number') return refuse(socket, known);
    const info = { ...stranger, authorizer: known };
    if (route !== undefined) {
      const { status, protocol } = accepted(await ask(route, info, webSocketEvent(info, details)));
      if (status !== 200) return refuse(socket, status);
      if (protocol !== undefined) protocols.set(request, protocol);
    }
    if (socket.destroyed) return disconnected(info, 1006, '');
    server.handleUpgrade(request, socket, head, (opened) => serve(info, opened));
  }

  async function authorized(
    info: ConnectionInfo,
    route: WebSocketRoute | undefined,
    details: EventDetails,
  ): Promise<ConnectionInfo['authorizer'] | number> {
    if (route?.authorization?.kind !== 'lambda') return undefined;
    const { region, accountId } = options;
    const arn = `arn:aws:execute-api:${region}:${accountId}:${info.api.id}/${info.stage.name}/$connect`;
    const answered = async (functionName: string, event: object) => {
      const outcome = await invoke(functionName, event);
      return outcome?.refusal === undefined ? parsed(outcome?.payload.toString('utf8')) : undefined;
    };
    const verdict = await authorizeConnect(route.authorization, info, details, arn, answered);
    return 'status' in verdict ? verdict.status : verdict.authorizer;
  }

  function serve(info: ConnectionInfo, socket: WebSocket): void {
    let underWay = 0;
    connections.add(info, socket);
    socket.on('error', () => socket.terminate());
    socket.on('ping', () => connections.touch(info.id));
    socket.on('close', (code, reason) => {
      connections.remove(info.id);
      disconnected(info, code, reason.toString('utf8'));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      connections.touch(info.id);
      if (isBinary) return socket.close(NO_BINARY, 'Binary frames are not supported');
      underWay += 1;
      if (underWay >= MAX_UNDER_WAY) socket.pause();
      received(info, socket, data.toString('utf8'))
        .catch((error) => onFault(`a message of the WebSocket API ${info.api.id}`, error))
        .finally(() => {
          underWay -= 1;
          if (underWay < MAX_UNDER_WAY) socket.resume();
        });
    });
  }

  async function received(info: ConnectionInfo, socket: WebSocket, body: string): Promise<void> {
    const api = apiOf(info);
    const route = api === undefined ? undefined : chosen(api, body);
    const details = detailsOf('MESSAGE', route?.routeKey ?? '$default', { messageId: newId() });
    const tell = (message: string) => {
      const { id: connectionId } = info;
      send(socket, JSON.stringify({ message, connectionId, requestId: details.requestId }));
    };
    if (route === undefined) return tell('Forbidden');
    const outcome = await ask(route, info, webSocketEvent(info, details, body));
    if (outcome === undefined) return tell('Internal server error');
    const { body: answer } = Object(outcome) as { body?: unknown };
    if (route.answers && answer !== undefined) send(socket, String(answer));
  }

  function disconnected(info: ConnectionInfo, code: number, reason: string): void {
    const route = apiOf(info)?.routes.get('$disconnect');
    if (route === undefined) return;
    const context = { disconnectStatusCode: code, disconnectReason: reason };
    const event = webSocketEvent(info, detailsOf('DISCONNECT', '$disconnect', context));
    ask(route, info, event).catch((error) => onFault(`$disconnect of ${info.api.id}`, error));
  }

  /** As it is now: the code may have been swapped since the handshake. */
  function apiOf(info: ConnectionInfo): WebSocketApi | undefined {
    return options.apis().find(({ hostName }) => hostName === info.api.hostName);
  }

  function detailsOf(
    type: EventDetails['type'],
    routeKey: string,
    context: EventDetails['context'] = {},
  ): EventDetails {
    return { type, routeKey, context, requestId: newId(), timeMs: now() };
  }

  /** The function's response as parsed JSON, `null` for none; undefined when it failed. */
  async function ask(route: WebSocketRoute, { stage }: ConnectionInfo, event: object): Promise<unknown> {
    const outcome = await invoke(functionOfStage(route, stage), event);
    if (outcome === undefined || outcome.errorType !== undefined) return undefined;
    return parsed(outcome.payload.toString('utf8'));
  }

  function invoke(functionName: string, event: object): Promise<InvocationOutcome | undefined> {
    const asked = options.invoke(functionName, Buffer.from(JSON.stringify(event)));
    return answerWithin(asked, INTEGRATION_MS, options.holdOf(functionName));
  }
}

/** Leads AWS's SDKs to the `@connections` of the first WebSocket API, unless the code names an endpoint itself. */
export function managementVariable(
  url: string,
  apis: readonly WebSocketApi[],
): Readonly<Record<string, string>> {
  const stage = apis.flatMap(({ stages }) => stages)[0];
  return stage === undefined ? {} : { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${url}/${stage.name}` };
}

function isHandshake({ headers: { upgrade } }: IncomingMessage): boolean {
  return upgrade?.toLowerCase() === 'websocket';
}

/** The route of a message: the one it names, else `$default`. */
function chosen({ routes, selection }: WebSocketApi, body: string): WebSocketRoute | undefined {
  let named: unknown = parsed(body);
  for (const name of selection) named = Object.hasOwn(Object(named), name) ? Object(named)[name] : undefined;
  const own = typeof named === 'string' && !named.startsWith('$') ? routes.get(named) : undefined;
  return own ?? routes.get('$default');
}

/** What the response to `$connect` means for the handshake. */
function accepted(response: unknown): { readonly status: number; readonly protocol?: string | undefined } {
  if (response === undefined) return { status: 502 };
  const { statusCode = 200, headers } = Object(response) as { statusCode?: unknown; headers?: unknown };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return { status: 502 };
  if (status > 299) return { status };
  const rawHeaders = Object.entries(Object(headers)).flatMap(([name, value]) => [name, String(value)]);
  const protocol = headersOf({ rawHeaders }).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  return { status: 200, protocol: protocol?.[1] };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') ?? null;
  } catch {
    return null;
  }
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState === socket.OPEN) socket.send(text);
}

/** Answers a handshake that leads to no connection. */
export function refuse(socket: Duplex, status: number): void {
  const message = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ message });
  const head = [
    `HTTP/1.1 ${status} ${message}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  // A client that hangs up meanwhile would end the host.
  socket.on('error', () => socket.destroy());
  if (!socket.destroyed) socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

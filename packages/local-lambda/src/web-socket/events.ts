import type { StageDefinition } from '../deployment-package/api.ts';
import type { WebSocketApi } from '../deployment-package/web-socket-api.ts';
import { queryParameters, requestTime } from '../gateway/gateway-request.ts';

/** A client of a WebSocket API, from its handshake on. */
export interface ConnectionInfo {
  /** Such as `L0SM9cOFvHcCIhw=`. */
  readonly id: string;
  readonly api: Pick<WebSocketApi, 'id' | 'hostName'>;
  readonly stage: StageDefinition;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Host name that it connected to. */
  readonly domainName: string;
  /** Names and values of the handshake's headers in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** Query of the handshake as sent, without `?`. */
  readonly rawQuery: string;
  /** What an authorizer said of it. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

/** What is new with each event. */
export interface EventDetails {
  readonly type: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly routeKey: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** More of the request context. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Makes the event of a WebSocket API's function; headers and query come with `CONNECT` alone.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function webSocketEvent(info: ConnectionInfo, details: EventDetails, body?: string) {
  return {
    ...(details.type === 'CONNECT' && handshakeOf(info)),
    ...(info.stage.variables !== undefined && { stageVariables: info.stage.variables }),
    requestContext: contextOf(info, details),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  };
}

/** What an authorizer of type `REQUEST` is asked with. */
export function authorizerEvent(info: ConnectionInfo, details: EventDetails, methodArn: string) {
  return {
    type: 'REQUEST',
    methodArn,
    ...handshakeOf(info),
    stageVariables: info.stage.variables ?? {},
    requestContext: contextOf(info, details),
  };
}

/** The headers of the handshake, by their names as sent; the last of several wins. */
export function headersOf({ rawHeaders }: Pick<ConnectionInfo, 'rawHeaders'>): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    pairs.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return pairs;
}

function handshakeOf(info: ConnectionInfo) {
  const headers = headersOf(info);
  const query = queryParameters(info.rawQuery);
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: multiValue(headers),
    ...(query.length > 0 && {
      queryStringParameters: Object.fromEntries(query),
      multiValueQueryStringParameters: multiValue(query),
    }),
  };
}

function contextOf(info: ConnectionInfo, { type, routeKey, requestId, timeMs, context }: EventDetails) {
  const { api, stage, authorizer, sourceIp, userAgent } = info;
  return {
    routeKey,
    ...(authorizer !== undefined && { authorizer }),
    eventType: type,
    extendedRequestId: requestId,
    requestTime: requestTime(timeMs),
    messageDirection: 'IN',
    stage: stage.name,
    connectedAt: info.connectedAt,
    requestTimeEpoch: timeMs,
    identity: { userAgent, sourceIp },
    requestId,
    domainName: info.domainName,
    connectionId: info.id,
    apiId: api.id,
    ...context,
  };
}

function multiValue(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const lists = new Map<string, string[]>();
  for (const [name, value] of pairs) lists.set(name, [...(lists.get(name) ?? []), value]);
  return Object.fromEntries(lists);
}

import type { Match } from './router.ts';

/** A request as the gateway took it, before it becomes an event. */
export interface GatewayRequest {
  readonly method: string;
  /** Path as sent, percent-encoded. */
  readonly rawPath: string;
  /** Query as sent, without `?`. */
  readonly rawQuery: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly match: Match;
  readonly requestId: string;
  /** `X-Amzn-Trace-Id`. */
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly accountId: string;
  /** Host name and port that the request was sent to. */
  readonly domainName: string;
}

/** Media types whose bodies reach a function as text; all others are base64. */
const TEXT_TYPE =
  /^(text\/.*|application\/(json|javascript|xml|x-www-form-urlencoded|.*\+(json|xml)))\s*(;|$)/i;

/** A body as API Gateway hands it on: as text where its type says text, else in base64. */
export function encodeBody(
  body: Buffer,
  contentType: string | undefined,
): { readonly body: string; readonly isBase64Encoded: boolean } {
  const text = contentType === undefined || TEXT_TYPE.test(contentType);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}

/** `09/Nov/2026:14:03:59 +0000`, the time format of API Gateway's request context. */
export function requestTime(timeMs: number): string {
  const [, weekdayDay, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(timeMs).toUTCString()) ?? [];
  return `${weekdayDay}/${month}/${year}:${time} +0000`;
}

/** Decodes a percent-encoded text; what is not valid stays as it is. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Path parameters, decoded; undefined when there are none. */
export function pathParameters({ match }: GatewayRequest): Record<string, string> | undefined {
  const entries = Object.entries(match.parameters);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, decode(value)]));
}

/** The query's parameters in order, decoded, `+` as blank. */
export function queryParameters(rawQuery: string): [string, string][] {
  if (rawQuery === '') return [];
  return rawQuery.split('&').flatMap((part): [string, string][] => {
    if (part === '') return [];
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    const value = equals === -1 ? '' : part.slice(equals + 1);
    return [[decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]];
  });
}

/** The headers in order, names in lower case; those that concern only one connection are left out. */
export function requestHeaders(request: GatewayRequest): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    if (HOP_BY_HOP.has(name)) continue;
    headers.push([name, request.rawHeaders[i + 1] ?? '']);
  }
  headers.push(['x-amzn-trace-id', request.traceId]);
  headers.push(['x-forwarded-for', request.sourceIp]);
  headers.push(['x-forwarded-port', request.domainName.split(':')[1] ?? '80']);
  headers.push(['x-forwarded-proto', 'http']);
  return headers;
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

import type { ApiDefinition, StageDefinition } from '../deployment-package/api.ts';
import type { ApiMatch } from './api-router.ts';
import type { Caller } from './authorizers/authorize.ts';

/** A request as the gateway took it, before it becomes an event. */
export interface GatewayRequest {
  readonly api: ApiDefinition;
  readonly stage: StageDefinition;
  readonly match: ApiMatch;
  readonly method: string;
  /** Path as sent, percent-encoded. */
  readonly rawPath: string;
  /** Query as sent, without `?`. */
  readonly rawQuery: string;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly requestId: string;
  /** `X-Amzn-Trace-Id`. */
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly accountId: string;
  /** Host name that the request was sent to, and its port. */
  readonly domainName: string;
  readonly port: string;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly userAgent: string;
  /** Who calls, once an authorizer has let the request pass. */
  readonly caller: Caller | undefined;
}

/** `09/Nov/2026:14:03:59 +0000`, the time format of API Gateway's request context. */
export function requestTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second === lastTime.second) return lastTime.text;
  // `Mon, 09 Nov 2026 14:03:59 GMT`, whose parts have fixed places.
  const text = new Date(timeMs).toUTCString();
  lastTime = { second, text: timeText(text) };
  return lastTime.text;
}

/** Thousands of requests share a second. */
let lastTime = { second: Number.NaN, text: '' };

function timeText(text: string): string {
  return `${text.slice(5, 7)}/${text.slice(8, 11)}/${text.slice(12, 16)}:${text.slice(17, 25)} +0000`;
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

/** Path parameters, decoded or as sent; undefined when there are none. */
export function pathParameters(
  { match }: GatewayRequest,
  decoded: boolean,
): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(match.parameters);
  if (entries.length === 0) return undefined;
  return decoded
    ? Object.fromEntries(entries.map(([name, value]) => [name, decode(value)]))
    : match.parameters;
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

/**
 * The headers in order; those that concern only one connection are left out. API Gateway adds itself to the
 * client's `X-Forwarded-For`.
 * @param keepCase names as sent, as REST APIs hand them on; else in lower case.
 */
export function requestHeaders(request: GatewayRequest, keepCase: boolean): [string, string][] {
  const headers: [string, string][] = [];
  const forwardedFor: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const sent = request.rawHeaders[i] ?? '';
    const value = request.rawHeaders[i + 1] ?? '';
    const name = sent.toLowerCase();
    if (name === 'x-forwarded-for') forwardedFor.push(value);
    if (!REPLACED.has(name)) headers.push([keepCase ? sent : name, value]);
  }
  const own = keepCase ? OWN_NAMES : OWN_NAMES_LOWER;
  headers.push([own[0], request.traceId]);
  headers.push([own[1], [...forwardedFor, request.sourceIp].join(', ')]);
  headers.push([own[2], request.port]);
  headers.push([own[3], 'http']);
  return headers;
}

const OWN_NAMES = ['X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'] as const;
const OWN_NAMES_LOWER = [
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
] as const;

const REPLACED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  ...OWN_NAMES_LOWER,
]);

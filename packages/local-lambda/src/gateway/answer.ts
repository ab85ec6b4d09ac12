/** What the gateway sends back. */
export interface GatewayAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** As text where it is text: head and body then leave in one write. */
  readonly body: string | Buffer;
}

const JSON_TYPE = ['content-type', 'application/json'] as const;

/** An answer of API Gateway itself. */
export function gatewayMessage(status: number, message: string): GatewayAnswer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ message }) };
}

/** The answers that an API gives by itself, when no function's answer is to be had. */
export interface OwnAnswers {
  /** No route fits. */
  readonly notFound: GatewayAnswer;
  /** The function failed, or its response cannot be understood. */
  readonly failed: GatewayAnswer;
  /** The function is throttled. */
  readonly throttled: GatewayAnswer;
  /** The function is too slow for the integration. */
  readonly timedOut: GatewayAnswer;
  /** The body is above the limit of an event. */
  readonly tooLarge: GatewayAnswer;
}

/** The answer to a body above the limit. */
export const TOO_LARGE = gatewayMessage(413, 'Request Entity Too Large');

const UNAVAILABLE = gatewayMessage(503, 'Service Unavailable');
const BAD_GATEWAY = gatewayMessage(502, 'Internal server error');

/**
 * What HTTP APIs and REST APIs answer by themselves.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const OWN_ANSWERS: Readonly<Record<'http' | 'rest', OwnAnswers>> = {
  http: {
    notFound: gatewayMessage(404, 'Not Found'),
    failed: gatewayMessage(500, 'Internal Server Error'),
    throttled: UNAVAILABLE,
    timedOut: UNAVAILABLE,
    tooLarge: TOO_LARGE,
  },
  rest: {
    notFound: gatewayMessage(403, 'Missing Authentication Token'),
    failed: BAD_GATEWAY,
    throttled: BAD_GATEWAY,
    timedOut: gatewayMessage(504, 'Endpoint request timed out'),
    tooLarge: gatewayMessage(413, 'Request Too Long'),
  },
};

/** The answer to a request for another host (DNS rebinding). */
export const FORBIDDEN = gatewayMessage(403, 'Forbidden');

/**
 * Reads a function's response as API Gateway does. Format 2.0: an object with `statusCode` is the whole answer,
 * anything else is the body of a 200 in JSON. Format 1.0: `statusCode` must be there.
 * @returns undefined when the response cannot be understood.
 */
export function answerOf(payload: Buffer, format: '1.0' | '2.0'): GatewayAnswer | undefined {
  const text = payload.toString('utf8');
  let response: unknown;
  try {
    response = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof response === 'object' && response !== null && 'statusCode' in response) {
    return structuredAnswer(response);
  }
  if (format === '1.0') return undefined;
  return { status: 200, headers: JSON_TYPE, body: typeof response === 'string' ? response : text };
}

/** A response in the form that names its status; nothing about it is certain but the name. */
interface StructuredResponse {
  readonly statusCode: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function structuredAnswer(response: StructuredResponse): GatewayAnswer | undefined {
  const status = Number(response.statusCode);
  const body = response.body ?? '';
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof body !== 'string') return undefined;
  const headers = structuredHeaders(response);
  const typed = headers.some((item, i) => i % 2 === 0 && item === 'content-type');
  // API Gateway labels a body without a type so.
  if (!typed && body !== '') headers.push('content-type', 'text/plain;charset=utf-8');
  return { status, headers, body: response.isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
}

function structuredHeaders(response: StructuredResponse): string[] {
  const list: string[] = [];
  for (const [name, value] of Object.entries(response.headers ?? {})) addHeader(list, name, value);
  for (const [name, values] of Object.entries(response.multiValueHeaders ?? {})) {
    for (const value of Array.isArray(values) ? values : []) addHeader(list, name, value);
  }
  for (const cookie of Array.isArray(response.cookies) ? response.cookies : []) {
    addHeader(list, 'set-cookie', cookie);
  }
  return list;
}

/** Framing is the gateway's own business, and what is no valid header would break the answer. */
function addHeader(list: string[], name: string, value: unknown): void {
  const lower = name.toLowerCase();
  const dropped = ['connection', 'content-length', 'transfer-encoding', 'keep-alive'].includes(lower);
  if (dropped || value === undefined || value === null || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) return;
  list.push(lower, String(value).replaceAll(/[\r\n]/g, ' '));
}

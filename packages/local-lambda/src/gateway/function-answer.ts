import type { GatewayAnswer } from './answer.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { acceptsBinary } from './media-types.ts';

/**
 * Reads a function's response as API Gateway does. Format 2.0: an object with `statusCode` is the whole answer,
 * anything else is the body of a 200 in JSON. Format 1.0: `statusCode` must be there.
 * @returns what is wrong with it, as a text, when the response cannot be understood.
 */
export function answerOf(payload: Buffer, request: GatewayRequest): GatewayAnswer | string {
  const text = payload.toString('utf8');
  let response: unknown;
  try {
    response = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (typeof response === 'object' && response !== null && 'statusCode' in response) {
    return structuredAnswer(response, request);
  }
  if (request.match.route.payloadFormat === '1.0') return 'statusCode: must be there';
  const headers = ['content-type', 'application/json'];
  return { status: 200, headers, body: typeof response === 'string' ? response : text };
}

/** The headers of a response, in all forms that functions have for them. */
export interface ResponseHeaders {
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
}

/** A response in the form that names its status; nothing about it is certain but the name. */
interface StructuredResponse extends ResponseHeaders {
  readonly statusCode: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function structuredAnswer(response: StructuredResponse, request: GatewayRequest): GatewayAnswer | string {
  const { api, match, accept } = request;
  const status = Number(response.statusCode);
  const body = response.body ?? '';
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    return `statusCode: must be an integer from 200 to 599, is ${JSON.stringify(response.statusCode)}`;
  }
  if (typeof body !== 'string') return `body: must be a text, is a value of type ${typeof body}`;
  const headers = match.route.payloadFormat === '1.0' ? headersV1(response) : headersV2(response);
  if (headers === undefined) return 'headers: one has a value that no header can have';
  const typed = hasType(headers);
  // API Gateway labels a body without a type so.
  if (!typed && api.kind !== 'http') headers.push('content-type', 'application/json');
  else if (!typed && body !== '') headers.push('content-type', 'text/plain;charset=utf-8');
  const decoded =
    response.isBase64Encoded === true && (api.kind !== 'rest' || acceptsBinary(accept, api.binaryMediaTypes));
  return { status, headers, body: decoded ? Buffer.from(body, 'base64') : body };
}

/** The headers of format 1.0, names and values in turn: both kinds are one list; a pair that stands in both stands in it once. */
export function headersV1({ headers, multiValueHeaders }: ResponseHeaders): string[] | undefined {
  const multiple = Object.entries(Object(multiValueHeaders)).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : []).map((value): [string, unknown] => [name.toLowerCase(), value]),
  );
  const single = Object.entries(Object(headers))
    .map(([name, value]): [string, unknown] => [name.toLowerCase(), value])
    .filter(([name, value]) => !multiple.some((other) => other[0] === name && other[1] === value));
  return headerList([...single, ...multiple]);
}

/** The headers of format 2.0, names and values in turn, with its cookies. */
export function headersV2({ headers, cookies }: ResponseHeaders): string[] | undefined {
  const all: [string, unknown][] = Object.entries(Object(headers));
  for (const cookie of Array.isArray(cookies) ? cookies : []) all.push(['set-cookie', cookie]);
  return headerList(all);
}

/** Framing is the gateway's own business. */
const DROPPED = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'trailer']);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What HTTP allows in a value, and Node sends. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Names and values in turn; undefined when a value is none that a header can have. */
function headerList(headers: readonly (readonly [string, unknown])[]): string[] | undefined {
  const list: string[] = [];
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (DROPPED.has(name) || value === undefined || value === null || !HEADER_NAME.test(name)) continue;
    if (typeof value === 'object') return undefined;
    let text = String(value);
    if (!HEADER_VALUE.test(text)) {
      text = text.replaceAll(/[\r\n]/g, ' ');
      if (!HEADER_VALUE.test(text)) return undefined;
    }
    list.push(name, text);
  }
  return list;
}

function hasType(headers: readonly string[]): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === 'content-type') return true;
  return false;
}

import { Readable } from 'node:stream';
import type { StreamedAnswer } from '../environments/streamed-answer.ts';
import { HTTP_RESPONSE_TYPE, PRELUDE_END_BYTES } from '../runtime-api/protocol.ts';
import type { GatewayAnswer } from './answer.ts';
import { headersV1, headersV2, type ResponseHeaders } from './function-answer.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** A prelude that is longer is none. */
const MAX_PRELUDE_BYTES = 262_144;
const PRELUDE_END = Buffer.alloc(PRELUDE_END_BYTES);
const JSON_TYPE = 'application/json';
const BYTES = 'application/octet-stream';

/**
 * Makes an answer of a function's streamed response, as soon as its status and headers are there. A response that
 * fails later breaks the connection off.
 *
 * The URL of a function passes on as it is what has no prelude, also the whole response of a function that does not
 * stream; a REST API demands a prelude.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 * @returns undefined when the response failed before, or cannot be understood.
 */
export async function streamedAnswer(
  answer: StreamedAnswer,
  { api, match }: GatewayRequest,
): Promise<GatewayAnswer | undefined> {
  if (answer.kind === 'whole') {
    const { errorType, payload } = answer.outcome;
    if (errorType !== undefined || api.kind !== 'url') return undefined;
    return { status: 200, headers: ['content-type', JSON_TYPE], body: payload };
  }
  if (api.kind === 'url' && answer.contentType !== HTTP_RESPONSE_TYPE) {
    return { status: 200, headers: ['content-type', answer.contentType], body: bodyOf(answer) };
  }
  const read = await readPrelude(answer.pieces);
  const prelude = read && preludeAnswer(read.prelude, match.route.payloadFormat === '1.0');
  if (read === undefined || prelude === undefined) {
    answer.pieces.destroy();
    return undefined;
  }
  return { ...prelude, body: bodyOf(answer, read.rest) };
}

function preludeAnswer(
  prelude: object,
  isV1: boolean,
): { readonly status: number; readonly headers: string[] } | undefined {
  const response: ResponseHeaders & { readonly statusCode: unknown } = { statusCode: 200, ...prelude };
  const status = Number(response.statusCode);
  const headers = isV1 ? headersV1(response) : headersV2(response);
  if (headers === undefined || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (!headers.some((name, i) => i % 2 === 0 && name === 'content-type')) headers.push('content-type', BYTES);
  return { status, headers };
}

/** Reads up to the end of the prelude; undefined: there is none. */
async function readPrelude(
  pieces: Readable,
): Promise<{ readonly prelude: object; readonly rest: Buffer } | undefined> {
  let read: Buffer = Buffer.alloc(0);
  for await (const piece of pieces.iterator({ destroyOnReturn: false })) {
    read = Buffer.concat([read, piece as Buffer]);
    const end = read.indexOf(PRELUDE_END);
    if (end === -1 && read.length > MAX_PRELUDE_BYTES) return undefined;
    if (end !== -1) {
      const prelude = parsed(read.toString('utf8', 0, end));
      return prelude && { prelude, rest: read.subarray(end + PRELUDE_END_BYTES) };
    }
  }
  return undefined;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function bodyOf(answer: Extract<StreamedAnswer, { kind: 'stream' }>, first?: Buffer): Readable {
  const body = Readable.from(pieces(answer, first), { objectMode: false });
  // A generator that was never begun lets go of nothing.
  return body.once('close', () => answer.pieces.destroy());
}

async function* pieces(
  answer: Extract<StreamedAnswer, { kind: 'stream' }>,
  first: Buffer | undefined,
): AsyncGenerator<Buffer, void> {
  if (first !== undefined && first.length > 0) yield first;
  for await (const piece of answer.pieces) yield piece as Buffer;
  const { errorType } = await answer.outcome;
  if (errorType !== undefined) throw new Error(errorType);
}

import { isUtf8 } from 'node:buffer';
import { isContent } from '../../domain/content.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { ShedError } from '../../domain/errors.ts';
import { readJson, writeJson } from '../exact-json.ts';

/** What says how a body is to be read, as a message carries it: anything may stand there. */
export interface BodyProperties {
  readonly contentType: unknown;
  readonly contentEncoding: unknown;
}

/** A body and what says how it is to be read. */
export interface MessageBody {
  readonly content: Buffer;
  /** Absent: there is no result. */
  readonly contentType?: string;
  /** Tells a result from an error, whose body is {@link ErrorBody} in JSON. */
  readonly type: 'event' | 'result' | 'error';
}

/** How a failure is told. */
export interface ErrorBody {
  /** Such as `ShedError`. */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly code: ReplyCode;
}

/** Codes of functions, and those of the worker's own. */
export type ReplyCode = ErrorCode | 'EXPIRED' | 'TOO_MANY_ATTEMPTS';

export const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';

/** As the container takes it: 10 MB. */
const MAX_BODY_BYTES = 10_485_760;
const EMPTY = Buffer.alloc(0);

/**
 * Reads an event: `application/json` as JSON with exact integers, `application/octet-stream` as bytes. A message
 * without content type is bytes as AMQP has it, and without a body, no event at all.
 * @throws ShedError `INVALID_INPUT` on another content type or encoding, on invalid JSON, on more than 10 MB.
 */
export function readEvent(content: Buffer, { contentType, contentEncoding }: BodyProperties): unknown {
  if (content.length > MAX_BODY_BYTES) {
    throw refused('body', `at most ${MAX_BODY_BYTES} bytes`, `${content.length}`);
  }
  if (!['', 'identity', 'utf-8', 'utf8'].includes(lowerCase(contentEncoding))) {
    throw refused('content_encoding', 'absent, identity or utf-8', contentEncoding);
  }
  const [type = '', ...parameters] = lowerCase(contentType).split(';');
  if (type.trim() === '') return content.length === 0 ? undefined : content;
  if (type.trim() === BYTES_TYPE) return content;
  const isText = parameters.every((one) => /^\s*(charset="?utf-?8"?)?\s*$/.test(one));
  if (type.trim() !== JSON_TYPE || !isText) {
    throw refused('content_type', `${JSON_TYPE} (in UTF-8), ${BYTES_TYPE} or absent`, contentType);
  }
  if (!isUtf8(content)) throw new ShedError('INVALID_INPUT', 'the event must be JSON: it is not UTF-8');
  return readJson(content.toString());
}

/** Writes an event for the worker: bytes as they are, `undefined` as no body, everything else as JSON. */
export function writeEvent(event: unknown): MessageBody {
  if (event === undefined) return { content: EMPTY, type: 'event' };
  if (event instanceof Uint8Array) return { content: bytes(event), contentType: BYTES_TYPE, type: 'event' };
  return { content: Buffer.from(writeJson(event)), contentType: JSON_TYPE, type: 'event' };
}

/** Writes the result of a function. */
export function writeResult(result: unknown): MessageBody {
  if (result === undefined) return { content: EMPTY, type: 'result' };
  if (isContent(result)) {
    const { body, type } = result;
    const content = typeof body === 'string' ? Buffer.from(body) : bytes(body);
    return { content, contentType: type, type: 'result' };
  }
  return { content: Buffer.from(writeJson(result)), contentType: JSON_TYPE, type: 'result' };
}

/** Writes an error. */
export function writeError(error: ErrorBody): MessageBody {
  return { content: Buffer.from(writeJson(error)), contentType: JSON_TYPE, type: 'error' };
}

/**
 * Reads a result: JSON with exact integers, `undefined` without content type, else bytes.
 * @throws ShedError `INVALID_INPUT` on invalid JSON.
 */
export function readResult(content: Buffer, contentType: unknown): unknown {
  if (contentType === undefined && content.length === 0) return undefined;
  return contentType === JSON_TYPE ? readJson(content.toString()) : content;
}

function refused(field: string, allowed: string, given: unknown): ShedError {
  const shown = JSON.stringify(String(given).slice(0, 80));
  return new ShedError('INVALID_INPUT', `${field} must be ${allowed}; got ${shown}`);
}

function lowerCase(given: unknown): string {
  return given === undefined || given === null ? '' : String(given).trim().toLowerCase();
}

function bytes(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

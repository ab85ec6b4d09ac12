import { Writable } from 'node:stream';
import { HTTP_RESPONSE_TYPE, PRELUDE_END_BYTES } from '../../../runtime-api/protocol.ts';
import type { StreamedAnswer } from './connection.ts';
import { type Handler, runtimeError } from './load-handler.ts';

/** The mark of `awslambda.streamifyResponse` on a handler, as AWS's client sets it. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const PRELUDE_END = Buffer.alloc(PRELUDE_END_BYTES);

/** A streaming handler: `handler(event, responseStream, context)`. */
export type StreamingHandler = (event: unknown, stream: Writable, context: object) => unknown;

/** The stream that a streaming handler writes to. */
export interface ResponseStream extends Writable {
  /** @throws Error `Runtime.InvalidStreamingOperation` after the first write. */
  setContentType(type: string): void;
  /** Gets a function that writes ahead of the first write. */
  _onBeforeFirstWrite?: (write: (chunk: Uint8Array | string) => void) => void;
}

/**
 * Gives functions the global `awslambda` with `streamifyResponse` and `HttpResponseStream`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function defineAwslambda(): void {
  const streamifyResponse = (handler: Handler, options?: { highWaterMark?: number }): Handler =>
    Object.assign(handler, { [STREAMING]: 'response', [HIGH_WATER_MARK]: options?.highWaterMark });
  const HttpResponseStream = {
    from(stream: ResponseStream, prelude: unknown): ResponseStream {
      stream.setContentType(HTTP_RESPONSE_TYPE);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(PRELUDE_END);
      };
      return stream;
    },
  };
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream } });
}

/** Whether a handler went through `awslambda.streamifyResponse`. */
export function isStreaming(handler: Handler): boolean {
  return (handler as { [STREAMING]?: unknown })[STREAMING] === 'response';
}

/** Makes the stream of one invocation; its first byte, or its end, sends the head of the answer. */
export function createResponseStream(handler: Handler, answer: StreamedAnswer): ResponseStream {
  let contentType = 'application/octet-stream';
  const begin = (): void => {
    if (answer.begun()) return;
    answer.begin(contentType);
    stream._onBeforeFirstWrite?.((chunk) => answer.write(Buffer.from(chunk), () => undefined));
  };
  const writable = new Writable({
    highWaterMark: (handler as { [HIGH_WATER_MARK]?: number })[HIGH_WATER_MARK],
    write(chunk: Buffer, _encoding, done) {
      begin();
      answer.write(chunk, () => done());
    },
    final(done) {
      begin();
      done();
    },
  });
  const write = writable.write.bind(writable) as (...args: unknown[]) => boolean;
  const stream: ResponseStream = Object.assign(writable, {
    setContentType(type: string): void {
      if (answer.begun())
        throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
      contentType = type;
    },
    // What is neither text nor bytes is sent as JSON, as AWS's client does.
    write: (chunk: unknown, ...rest: unknown[]): boolean =>
      write(
        typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk),
        ...rest,
      ),
  });
  stream.on('error', () => undefined);
  return stream;
}

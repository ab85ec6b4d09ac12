import type { StreamEnding } from '../environments/state.ts';
import type { Head, HttpRequest } from './http-request.ts';
import {
  MAX_STREAMED_BYTES,
  READ_HEADERS,
  type Refusal,
  type ResponseSink,
  type RuntimeFailure,
  readAnswerPath,
} from './protocol.ts';

/** What an environment does with streamed responses; `undefined` accepts. */
export interface StreamHandlers {
  /** A streamed response begins; undefined: it is to be gathered, like any other. */
  stream(requestId: string, contentType: string): ResponseSink | undefined;
  streamEnd(requestId: string, ending: StreamEnding): Refusal | undefined;
  /** The connection closed before a streamed response had ended. */
  streamBroken(): void;
}

/** The streamed responses of one connection, one after the other. */
export interface ResponseStreams {
  /** Says who takes the body of a request, if it is a streamed response that the caller wants as it comes. */
  open(head: Head): ((piece: Buffer) => void) | undefined;
  /** Ends the response whose body {@link open} took. */
  end(request: HttpRequest): Refusal | undefined;
  /** The connection is gone. */
  broken(): void;
}

/** What a response is without a type of its own. */
const DEFAULT_TYPE = 'application/octet-stream';

/**
 * Makes the streams of one connection. Nothing of a response is kept here: a sink that has enough pauses the
 * connection, and with it the runtime.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
 */
export function createResponseStreams(
  handlers: StreamHandlers,
  connection: { pause(): void; resume(): void },
): ResponseStreams {
  let open: { readonly requestId: string; bytes: number; refused: Refusal | undefined } | undefined;
  const resume = (): void => connection.resume();

  return {
    open: ({ method, path, headers }) => {
      if (headers[READ_HEADERS.responseMode] !== 'streaming' || method !== 'POST') return undefined;
      const target = readAnswerPath(path);
      if (target?.kind !== 'response') return undefined;
      const { requestId } = target;
      const sink = handlers.stream(requestId, headers['content-type'] ?? DEFAULT_TYPE);
      if (sink === undefined) return undefined;
      const stream = { requestId, bytes: 0, refused: undefined as Refusal | undefined };
      open = stream;
      return (piece) => {
        if (stream.refused !== undefined) return;
        stream.bytes += piece.length;
        if (stream.bytes > MAX_STREAMED_BYTES) {
          stream.refused = 'stream-too-large';
          handlers.streamEnd(requestId, { kind: 'stream-too-large' });
        } else if (!sink.write(piece, resume)) {
          connection.pause();
        }
      };
    },
    end: (request) => {
      const ended = open;
      open = undefined;
      if (ended === undefined) return undefined;
      const failure = failureInTrailers(request);
      const ending: StreamEnding = failure === undefined ? { kind: 'streamed' } : { kind: 'error', failure };
      return ended.refused ?? handlers.streamEnd(ended.requestId, ending);
    },
    broken: () => {
      if (open === undefined) return;
      open = undefined;
      handlers.streamBroken();
    },
  };
}

/** A streamed response that failed on its way says so in trailers. */
export function failureInTrailers({ trailers }: HttpRequest): RuntimeFailure | undefined {
  const errorType = trailers[READ_HEADERS.errorType];
  if (errorType === undefined) return undefined;
  return { body: Buffer.from(trailers[READ_HEADERS.errorBody] ?? '', 'base64'), errorType };
}

/**
 * The Lambda Runtime API: its paths, headers and messages, for the server and for the clients of our own. What
 * `runtimes/python/bootstrap.py` repeats of it is held by `test/runtime-api/protocol.test.ts`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */

const INVOCATION = '/2018-06-01/runtime/invocation/';

export const NEXT_PATH = `${INVOCATION}next`;
export const INIT_ERROR_PATH = '/2018-06-01/runtime/init/error';

/** Where a runtime answers an invocation, with its response or with its error. */
export function answerPath(requestId: string, kind: 'response' | 'error'): string {
  return `${INVOCATION}${requestId}/${kind}`;
}

/** Reads such a path; undefined when it is another one. */
export function readAnswerPath(
  path: string,
): { readonly requestId: string; readonly kind: 'response' | 'error' } | undefined {
  const [, requestId, kind] =
    /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
  if (requestId === undefined || (kind !== 'response' && kind !== 'error')) return undefined;
  return { requestId, kind };
}

/** The headers, as they are written. */
export const HEADERS = {
  requestId: 'Lambda-Runtime-Aws-Request-Id',
  deadlineMs: 'Lambda-Runtime-Deadline-Ms',
  functionArn: 'Lambda-Runtime-Invoked-Function-Arn',
  traceId: 'Lambda-Runtime-Trace-Id',
  clientContext: 'Lambda-Runtime-Client-Context',
  responseMode: 'Lambda-Runtime-Function-Response-Mode',
  errorType: 'Lambda-Runtime-Function-Error-Type',
  errorBody: 'Lambda-Runtime-Function-Error-Body',
} as const;

/** The headers, as they are read: in lower case. */
export const READ_HEADERS = Object.fromEntries(
  Object.entries(HEADERS).map(([key, name]) => [key, name.toLowerCase()]),
) as Readonly<Record<keyof typeof HEADERS, string>>;

/** The type of a streamed response that brings its own status and headers (`awslambda.HttpResponseStream.from`). */
export const HTTP_RESPONSE_TYPE = 'application/vnd.awslambda.http-integration-response';
/** Bytes of zero between the prelude of such a response, which is JSON, and its body. */
export const PRELUDE_END_BYTES = 8;

/** The largest response that Lambda takes from a runtime, in bytes. */
export const MAX_RESPONSE_BYTES = 6_291_556;
/** … and the largest that it streams to the caller: 200 MiB. */
export const MAX_STREAMED_BYTES = 209_715_200;

/** Takes a streamed response as it comes. */
export interface ResponseSink {
  /** Is called before the first piece. */
  begin(contentType: string, environmentId: string): void;
  /** @returns false when it has enough for now; it then calls `resume` once. */
  write(piece: Buffer, resume: () => void): boolean;
}

/** One invocation on its way to a runtime: the answer to `next`. */
export interface Delivery {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly clientContext: string | undefined;
  readonly payload: Buffer;
}

/** A failure as a runtime reports it. */
export interface RuntimeFailure {
  /** The request's body, a JSON object `{errorType, errorMessage, …}` if the runtime keeps to the protocol. */
  readonly body: Buffer;
  /** Where the runtime sends it as a header. */
  readonly errorType: string | undefined;
}

/** A request of a runtime that its environment does not accept. */
export type Refusal = 'invalid-request-id' | 'invalid-state' | 'response-too-large' | 'stream-too-large';

/** What each refusal says on the wire. */
export const REFUSALS: Readonly<
  Record<Refusal, { readonly status: number; readonly errorType: string; readonly errorMessage: string }>
> = {
  'invalid-request-id': { status: 400, errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' },
  'invalid-state': {
    status: 403,
    errorType: 'InvalidStateTransition',
    errorMessage: 'State transition is not allowed',
  },
  'response-too-large': {
    status: 413,
    errorType: 'RequestEntityTooLarge',
    errorMessage: `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  },
  'stream-too-large': {
    status: 413,
    errorType: 'RequestEntityTooLarge',
    errorMessage: `Exceeded maximum allowed payload size (${MAX_STREAMED_BYTES} bytes).`,
  },
};

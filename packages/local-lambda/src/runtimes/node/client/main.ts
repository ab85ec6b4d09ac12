/**
 * The Node runtime of local-lambda: it runs inside an execution environment, bundled into one CommonJS file (see
 * `../node.ts`), and does what `aws-lambda-ric` does on Lambda.
 */
import { answerPath, INIT_ERROR_PATH, READ_HEADERS } from '../../../runtime-api/protocol.ts';
import { connectToHost, type Event } from './connection.ts';
import { patchConsole } from './console.ts';
import { type Handler, loadHandler, runtimeError } from './load-handler.ts';
import {
  createResponseStream,
  defineAwslambda,
  isStreaming,
  type StreamingHandler,
} from './response-stream.ts';

const env = process.env as Record<string, string>;
let requestId: string | undefined;
let handler: Handler | undefined;

const writeLog = patchConsole(() => requestId);
defineAwslambda();
const connection = connectToHost(env['AWS_LAMBDA_RUNTIME_API'] ?? '', onEvent);
// Node 24 on Lambda takes no callback any more; older ones still do.
const callbacks = Number(/nodejs(\d+)/.exec(env['AWS_EXECUTION_ENV'] ?? '')?.[1]) < 24;

process.on('uncaughtException', (error) => void fail('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = runtimeError('UnhandledPromiseRejection', String(reason));
  if (reason instanceof Error && reason.stack !== undefined) error.stack = reason.stack;
  void fail('Unhandled Promise Rejection', error, 128);
});

try {
  loadHandler(env['LAMBDA_TASK_ROOT'] ?? '', env['_HANDLER'] ?? '').then(begin, initFailed);
} catch (error) {
  initFailed(error);
}

function begin(loaded: Handler): void {
  if (loaded.length >= 3 && !callbacks && !isStreaming(loaded)) {
    const message =
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.';
    initFailed(runtimeError('CallbackHandlerDeprecated', message));
    return;
  }
  handler = loaded;
  connection.start();
}

function initFailed(error: unknown): void {
  void fail('Uncaught Exception', error, 129);
}

/** Reports a failure that no handler caught, and ends: the state of the process is unknown. */
async function fail(title: string, error: unknown, code: number): Promise<void> {
  logError(title, error);
  const { errorType, body } = onWire(error);
  const path = requestId === undefined ? INIT_ERROR_PATH : answerPath(requestId, 'error');
  await connection.last(path, body, errorType);
  process.exit(code);
}

function onEvent({ headers, body }: Event): void {
  const id = headers[READ_HEADERS.requestId] ?? '';
  requestId = id;
  const trace = headers[READ_HEADERS.traceId];
  if (trace !== undefined) env['_X_AMZN_TRACE_ID'] = trace;
  if (handler !== undefined && isStreaming(handler)) {
    void streamAnswer(id, handler, headers, body);
    return;
  }
  invoke(id, headers, body).then(
    (result) => {
      let response: string;
      try {
        response = JSON.stringify(result === undefined ? null : result) ?? 'null';
      } catch (error) {
        return answerError(id, error);
      }
      requestId = undefined;
      connection.answer(answerPath(id, 'response'), response);
    },
    (error) => answerError(id, error),
  );
}

/** The invocation is over when the handler has returned and the stream has ended, whichever is last. */
async function streamAnswer(
  id: string,
  streaming: Handler,
  headers: Event['headers'],
  body: string,
): Promise<void> {
  const answer = connection.stream(answerPath(id, 'response'));
  const stream = createResponseStream(streaming, answer);
  const finished = new Promise((resolve) => stream.once('finish', resolve));
  try {
    await (streaming as StreamingHandler)(JSON.parse(body), stream, contextOf(id, headers));
    await finished;
  } catch (error) {
    if (!answer.begun()) return answerError(id, error);
    logError('Invoke Error', error);
    requestId = undefined;
    answer.end(onWire(error));
    return;
  }
  requestId = undefined;
  answer.end();
}

function answerError(id: string, error: unknown): void {
  logError('Invoke Error', error);
  const { errorType, body } = onWire(error);
  requestId = undefined;
  connection.answer(answerPath(id, 'error'), body, errorType);
}

async function invoke(id: string, headers: Event['headers'], body: string): Promise<unknown> {
  if (handler === undefined) throw runtimeError('HandlerNotFound', 'no handler is loaded');
  const context = contextOf(id, headers);
  const event: unknown = JSON.parse(body);
  if (!callbacks || handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown, result?: unknown): void => {
      if (error === undefined || error === null) resolve(result);
      else reject(error);
    };
    const returned = handler?.(event, context, settle);
    if (returned instanceof Promise) returned.then(resolve, reject);
  });
}

function contextOf(awsRequestId: string, headers: Event['headers']): object {
  const deadlineMs = Number(headers[READ_HEADERS.deadlineMs]);
  const clientContext = headers[READ_HEADERS.clientContext];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    identity: undefined,
    invokedFunctionArn: headers[READ_HEADERS.functionArn],
    awsRequestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function onWire(error: unknown): { errorType: string; body: string } {
  if (!(error instanceof Error)) {
    const errorType = typeof error;
    return { errorType, body: JSON.stringify({ errorType, errorMessage: String(error), trace: [] }) };
  }
  const errorType = String(error.name);
  const trace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
  return {
    errorType: errorType.replaceAll(/[^\x20-\x7e]/g, '?'),
    body: JSON.stringify({ errorType, errorMessage: String(error.message), trace }),
  };
}

function logError(title: string, error: unknown): void {
  if (env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON') {
    writeLog('error', title, error);
    return;
  }
  let text: string;
  try {
    text = JSON.stringify(error, (_key, value) =>
      value instanceof Error
        ? {
            errorType: value.name,
            errorMessage: value.message,
            ...value,
            stack: typeof value.stack === 'string' ? value.stack.split('\n') : value.stack,
          }
        : value,
    );
  } catch {
    text = onWire(error).body;
  }
  writeLog('error', `${title} \t${text}`);
}

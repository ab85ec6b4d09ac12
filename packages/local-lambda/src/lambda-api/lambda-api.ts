import type { IncomingMessage } from 'node:http';
import type { Invocation, InvocationOutcome } from '../environments/invocation.ts';
import { streamAnswer } from '../environments/streamed-answer.ts';
import type { EventBus } from '../events/event-bus.ts';
import { type HostedFunction, invokeFunction } from '../function-host.ts';
import { ENVIRONMENT_HEADER, type GatewayAnswer } from '../gateway/answer.ts';
import { decode } from '../gateway/gateway-request.ts';
import { takeTrace, tellRequest } from '../tracing/request-trace.ts';
import { TRACE_HEADER } from '../tracing/trace-id.ts';
import { readClientContext } from './client-context.ts';
import { apiError } from './errors.ts';
import type { EventQueue, EventRefusal } from './event-queue.ts';
import { EVENT_STREAM_TYPE, responseEvents } from './response-stream.ts';

/** What the Lambda API needs of the host. */
export interface LambdaApiOptions {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly queue: EventQueue;
  readonly newId: () => string;
  readonly newTraceId: () => string;
  /** Answers all that is no invocation. */
  readonly manage: LambdaApi;
  readonly events: EventBus;
  /** ARN of a function that may not exist, for messages. */
  readonly arnOf: (name: string) => string;
}

/** The Lambda API of a host. */
export type LambdaApi = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

const LAMBDA_API_PATH =
  /^\/20(?:1[4-9]|2\d)-\d\d-\d\d\/(?:functions|event-source-mappings|layers|tags|account-settings)(?:\/|$|\?)/;

/** Whether the path of a URL belongs to the Lambda API, and not to the HTTP API. */
export function isLambdaApi(url: string): boolean {
  // Every request is asked this twice.
  return url.startsWith('/20') && LAMBDA_API_PATH.test(url);
}

const MAX_SYNCHRONOUS_BYTES = 6_291_456;
const MAX_ASYNCHRONOUS_BYTES = 1_048_576;
const TAIL_BYTES = 4_096;

/**
 * Makes the Lambda API: Invoke and InvokeWithResponseStream, and what manages functions, for AWS's SDKs and command line
 * with `--endpoint-url`. Signatures are not checked: it listens on this machine only.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createLambdaApi(options: LambdaApiOptions): LambdaApi {
  return async (request, body) => {
    const requestId = options.newId();
    const answer = await answerTo(request, body, requestId);
    const headers = [...answer.headers, 'x-amzn-requestid', requestId];
    if (answer.environmentId !== undefined) headers.push(ENVIRONMENT_HEADER, answer.environmentId);
    return { ...answer, headers };
  };

  async function answerTo(request: IncomingMessage, body: Buffer, requestId: string): Promise<GatewayAnswer> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [name = '', action = ''] = url.pathname.split('/').slice(3);
    const isInvocation = action === 'invocations' || action === 'response-streaming-invocations';
    if (!isInvocation || request.method !== 'POST') return options.manage(request, body);
    const found = find(options, decode(name), url.searchParams.get('Qualifier') ?? undefined);
    if ('status' in found) return found;
    const trace = takeTrace(request, options.newTraceId);
    const ids = { requestId, traceId: trace.traceId };
    const answer = await invoke(options, found, request, body, ids, action !== 'invocations');
    const route = `/2015-03-31/functions/{FunctionName}/${action}`;
    const functionName = found.hosted.definition.name;
    tellRequest(options.events, request, trace, { requestId, route, functionName }, answer);
    return answer;
  }
}

/** The version of a function that is meant, and by which alias or version it was called. */
interface Found {
  readonly hosted: HostedFunction;
  readonly qualifier: string | undefined;
}

/**
 * A function may be named by its name, its ARN or a part of it, with or without a qualifier: `$LATEST`, or an alias
 * or version of the template, behind which stands the same code.
 */
function find(options: LambdaApiOptions, text: string, asked: string | undefined): Found | GatewayAnswer {
  const [, name = text, own] = /^(?:.*:function:)?([\w-]+)(?::(\$?[\w-]+))?$/.exec(text) ?? [];
  if (own !== undefined && asked !== undefined && own !== asked) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    return apiError(400, 'InvalidParameterValueException', message);
  }
  const qualifier = own ?? asked;
  const hosted = options.functions.get(name)?.ofQualifier(qualifier ?? '$LATEST');
  if (hosted !== undefined) return { hosted, qualifier };
  const arn = options.arnOf(name) + (qualifier === undefined ? '' : `:${qualifier}`);
  return apiError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

async function invoke(
  options: LambdaApiOptions,
  { hosted, qualifier }: Found,
  request: IncomingMessage,
  body: Buffer,
  ids: Pick<Invocation, 'requestId' | 'traceId'>,
  streamed: boolean,
): Promise<GatewayAnswer> {
  const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  const limit = type === 'Event' ? MAX_ASYNCHRONOUS_BYTES : MAX_SYNCHRONOUS_BYTES;
  if (body.length > limit) {
    const message = `${body.length} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`;
    return apiError(413, 'RequestTooLargeException', message);
  }
  const problem = body.length === 0 ? undefined : jsonProblem(body);
  if (problem !== undefined) {
    const message = `Could not parse request body into json: ${problem}`;
    return apiError(400, 'InvalidRequestContentException', message);
  }
  const given = header(request, 'x-amz-client-context');
  const clientContext = given === undefined ? undefined : readClientContext(given);
  if (given !== undefined && clientContext === undefined) {
    const message = 'Client context must be a valid Base64-encoded JSON object.';
    return apiError(400, 'InvalidRequestContentException', message);
  }
  const invocation: Omit<Invocation, 'settle'> = {
    ...ids,
    payload: body.length === 0 ? Buffer.from('{}') : body,
    clientContext,
    onLogLine: undefined,
    qualifier,
  };
  const types = streamed ? ['RequestResponse', 'DryRun'] : ['RequestResponse', 'Event', 'DryRun'];
  if (!types.includes(type)) {
    const allowed = types.join(', ').replace(/, (\w+)$/, ' or $1');
    const message = `InvocationType: must be ${allowed}, is ${type}`;
    return apiError(400, 'InvalidParameterValueException', message);
  }
  switch (type) {
    case 'RequestResponse':
      return (streamed ? responseStream : requestResponse)(
        hosted,
        invocation,
        header(request, 'x-amz-log-type') === 'Tail',
      );
    case 'Event': {
      const { name, arn, version } = hosted.definition;
      const functionArn = qualifier === undefined ? arn : `${arn}:${qualifier}`;
      const refusal = await options.queue.add({ functionName: name, functionArn, version, invocation });
      if (refusal !== undefined) return notQueued(refusal);
      return { status: 202, headers: traceOf(invocation), body: Buffer.alloc(0) };
    }
    default:
      return { status: 204, headers: [], body: Buffer.alloc(0) };
  }
}

async function requestResponse(
  hosted: HostedFunction,
  invocation: Omit<Invocation, 'settle'>,
  wantsTail: boolean,
): Promise<GatewayAnswer> {
  const lines: string[] = [];
  const onLogLine = wantsTail ? (line: string) => void lines.push(line) : undefined;
  const outcome = await invokeFunction(hosted, { ...invocation, onLogLine });
  const refused = refusal(outcome);
  if (refused !== undefined) return refused;
  const log = wantsTail ? ['x-amz-log-result', tail(lines)] : [];
  const failed = outcome.errorType === undefined ? [] : ['x-amz-function-error', 'Unhandled'];
  const { environmentId } = outcome;
  return {
    ...answer(hosted, 'application/json', outcome.payload, [...failed, ...log, ...traceOf(invocation)]),
    environmentId,
  };
}

/** Answers with the first byte of the response; what fails later is told in the stream. */
async function responseStream(
  hosted: HostedFunction,
  invocation: Omit<Invocation, 'settle'>,
  wantsTail: boolean,
): Promise<GatewayAnswer> {
  const lines: string[] = [];
  const onLogLine = wantsTail ? (line: string) => void lines.push(line) : undefined;
  const streamed = await streamAnswer(hosted.pool, { ...invocation, onLogLine });
  const refused = streamed.kind === 'whole' ? refusal(streamed.outcome) : undefined;
  if (refused !== undefined) return refused;
  const events = responseEvents(streamed, () => (wantsTail ? tail(lines) : undefined));
  const { environmentId } = streamed.kind === 'stream' ? streamed : streamed.outcome;
  return { ...answer(hosted, EVENT_STREAM_TYPE, events, traceOf(invocation)), environmentId };
}

function traceOf({ traceId }: Omit<Invocation, 'settle'>): readonly string[] {
  return [TRACE_HEADER, traceId];
}

/** The answer to an invocation that never reached the function; undefined: it did. */
function refusal({ refusal: kind, payload, bound }: InvocationOutcome): GatewayAnswer | undefined {
  if (kind === undefined) return undefined;
  const { errorType, errorMessage } = JSON.parse(payload.toString('utf8')) as Record<string, string>;
  if (kind === 'throttled') {
    const whose = bound === 'host' ? '' : 'ReservedFunction';
    return apiError(429, 'TooManyRequestsException', errorMessage ?? '', {
      Reason: `${whose}ConcurrentInvocationLimitExceeded`,
    });
  }
  return apiError(kind === 'not-run' ? 502 : 500, errorType ?? '', errorMessage ?? '');
}

function answer(
  { definition: { version } }: HostedFunction,
  type: string,
  body: GatewayAnswer['body'],
  headers: readonly string[],
): GatewayAnswer {
  return {
    status: 200,
    headers: ['content-type', type, 'x-amz-executed-version', version, ...headers],
    body,
  };
}

/** The last 4 KB of a log, in base64. */
function tail(lines: readonly string[]): string {
  const text = Buffer.from(`${lines.join('\n')}\n`);
  return text.subarray(Math.max(0, text.length - TAIL_BYTES)).toString('base64');
}

function notQueued({ status, message }: EventRefusal): GatewayAnswer {
  if (status === 503) return apiError(503, 'ServiceException', message);
  return apiError(429, 'TooManyRequestsException', message, {
    Reason: 'FunctionInvocationRateLimitExceeded',
  });
}

function jsonProblem(body: Buffer): string | undefined {
  try {
    JSON.parse(body.toString('utf8'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

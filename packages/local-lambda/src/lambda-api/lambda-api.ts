import type { IncomingMessage } from 'node:http';
import { pathToFileURL } from 'node:url';
import type { Invocation } from '../environments/invocation.ts';
import { type HostedFunction, invokeFunction } from '../function-host.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { decode } from '../gateway/gateway-request.ts';
import { functionConfiguration } from './configuration.ts';
import { apiError, json } from './errors.ts';
import type { EventQueue } from './event-queue.ts';

/** What the Lambda API needs of the host. */
export interface LambdaApiOptions {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly queue: EventQueue;
  readonly newId: () => string;
  readonly newTraceId: () => string;
  /** ARN of a function that may not exist, for messages. */
  readonly arnOf: (name: string) => string;
}

/** The Lambda API of a host. */
export type LambdaApi = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

/** The paths that belong to the Lambda API and not to the HTTP API. */
export const LAMBDA_API_PATH = /^\/2015-03-31\/functions(?:\/|$|\?)/;

const MAX_SYNCHRONOUS_BYTES = 6_291_456;
const MAX_ASYNCHRONOUS_BYTES = 1_048_576;
const TAIL_BYTES = 4_096;

/**
 * Makes the Lambda API: Invoke, GetFunction, GetFunctionConfiguration and ListFunctions, for AWS's SDKs and command
 * line with `--endpoint-url`. Signatures are not checked: it listens on this machine only.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createLambdaApi(options: LambdaApiOptions): LambdaApi {
  return async (request, body) => {
    const requestId = options.newId();
    const answer = await answerTo(request, body, requestId);
    return { ...answer, headers: [...answer.headers, 'x-amzn-requestid', requestId] };
  };

  async function answerTo(request: IncomingMessage, body: Buffer, requestId: string): Promise<GatewayAnswer> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [name, action = ''] = url.pathname.split('/').slice(3);
    if (name === undefined || name === '') {
      if (request.method !== 'GET') return unknownOperation(request);
      return json(200, { Functions: [...options.functions.values()].map(functionConfiguration) });
    }
    const found = find(options, decode(name), url.searchParams.get('Qualifier') ?? undefined);
    if ('status' in found) return found;
    switch (`${request.method} ${action}`) {
      case 'POST invocations':
        return invoke(options, found, request, body, requestId);
      case 'GET configuration':
        return json(200, functionConfiguration(found));
      case 'GET ':
        return json(200, {
          Configuration: functionConfiguration(found),
          Code: { RepositoryType: 'S3', Location: codeLocation(found) },
          Tags: {},
        });
      default:
        return unknownOperation(request);
    }
  }
}

/** On AWS a link to a zip in S3; here the zip or folder itself. */
function codeLocation({ definition: { code } }: HostedFunction): string {
  return code.kind === 'inline' ? `inline:${code.file}` : pathToFileURL(code.path).href;
}

/**
 * A function may be named by its name, its ARN or a part of it, with or without a qualifier: `$LATEST`, or an alias
 * or version of the template, behind which stands the same code.
 */
function find(
  options: LambdaApiOptions,
  text: string,
  asked: string | undefined,
): HostedFunction | GatewayAnswer {
  const [, name = text, own] = /^(?:.*:function:)?([\w-]+)(?::(\$?[\w-]+))?$/.exec(text) ?? [];
  if (own !== undefined && asked !== undefined && own !== asked) {
    const message = 'The derived qualifier from the function name does not match the specified qualifier.';
    return apiError(400, 'InvalidParameterValueException', message);
  }
  const qualifier = own ?? asked ?? '$LATEST';
  const found = options.functions.get(name);
  if (found !== undefined && (qualifier === '$LATEST' || found.definition.qualifiers.includes(qualifier))) {
    return found;
  }
  const arn = options.arnOf(name) + (qualifier === '$LATEST' ? '' : `:${qualifier}`);
  return apiError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

async function invoke(
  options: LambdaApiOptions,
  hosted: HostedFunction,
  request: IncomingMessage,
  body: Buffer,
  requestId: string,
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
  const invocation = invocationOf(options, request, body, requestId);
  switch (type) {
    case 'RequestResponse':
      return requestResponse(hosted, invocation, header(request, 'x-amz-log-type') === 'Tail');
    case 'Event': {
      const { name, arn } = hosted.definition;
      if (!options.queue.add({ functionName: name, functionArn: arn, invocation })) return throttled();
      return { status: 202, headers: [], body: Buffer.alloc(0) };
    }
    case 'DryRun':
      return { status: 204, headers: [], body: Buffer.alloc(0) };
    default:
      return apiError(
        400,
        'InvalidParameterValueException',
        `InvocationType: must be RequestResponse, Event or DryRun, is ${type}`,
      );
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
  if (outcome.refusal === 'throttled') return throttled();
  if (outcome.refusal === 'host-fault') {
    const { errorMessage } = JSON.parse(outcome.payload.toString('utf8')) as { errorMessage: string };
    return apiError(500, 'ServiceException', errorMessage);
  }
  if (outcome.errorType !== undefined) {
    return answer(outcome.payload, ['x-amz-function-error', 'Unhandled', ...tail(lines, wantsTail)]);
  }
  return answer(outcome.payload, tail(lines, wantsTail));
}

function answer(body: Buffer, headers: readonly string[]): GatewayAnswer {
  return {
    status: 200,
    headers: ['content-type', 'application/json', 'x-amz-executed-version', '$LATEST', ...headers],
    body,
  };
}

function tail(lines: readonly string[], wanted: boolean): string[] {
  if (!wanted) return [];
  const text = Buffer.from(`${lines.join('\n')}\n`);
  return ['x-amz-log-result', text.subarray(Math.max(0, text.length - TAIL_BYTES)).toString('base64')];
}

function invocationOf(
  options: LambdaApiOptions,
  request: IncomingMessage,
  body: Buffer,
  requestId: string,
): Omit<Invocation, 'settle'> {
  const clientContext = header(request, 'x-amz-client-context');
  return {
    requestId,
    payload: body.length === 0 ? Buffer.from('{}') : body,
    traceId: header(request, 'x-amzn-trace-id') ?? options.newTraceId(),
    clientContext:
      clientContext === undefined
        ? undefined
        : // One line, since it travels on in a header.
          Buffer.from(clientContext, 'base64')
            .toString('utf8')
            .replaceAll(/[\r\n]/g, ' '),
    onLogLine: undefined,
  };
}

function throttled(): GatewayAnswer {
  return apiError(429, 'TooManyRequestsException', 'Rate Exceeded.', {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
}

function unknownOperation(request: IncomingMessage): GatewayAnswer {
  return apiError(404, 'UnknownOperationException', `${request.method} ${request.url} is not supported here`);
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

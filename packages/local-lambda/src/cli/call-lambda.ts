import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TOKEN_HEADER } from '../admission.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** One call of Invoke. */
export interface LambdaCall {
  /** Such as `http://127.0.0.1:3000`. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly functionName: string;
  readonly payload: Buffer;
  readonly async: boolean;
}

/** What Invoke answered. */
export interface LambdaAnswer {
  /** Empty for an event. */
  readonly payload: Buffer;
  /** Whether the function failed. */
  readonly failed: boolean;
  /** The end of the log, at most 4 KB; undefined for an event. */
  readonly log: string | undefined;
}

/** Longer than any function runs: 15 minutes and the time that it waits for its place, in ms. */
const TIMEOUT_MS = 1_200_000;
/** Above all that Lambda answers: 6 MB, and 20 MB for a host of streams. */
const MAX_ANSWER_BYTES = 33_554_432;

/**
 * Invokes a function over the Lambda API of a host.
 * @throws LocalLambdaError when the host cannot be reached or refuses the call.
 */
export async function callLambda(call: LambdaCall): Promise<LambdaAnswer> {
  const { status, headers, body } = await send(call);
  if (status === 200 || status === 202) {
    const log = headers['x-amz-log-result'];
    return {
      payload: body,
      failed: headers['x-amz-function-error'] !== undefined,
      log: typeof log === 'string' ? Buffer.from(log, 'base64').toString('utf8') : undefined,
    };
  }
  const type = headers['x-amzn-errortype'] ?? status;
  throw new LocalLambdaError(`${call.functionName}: ${type}: ${messageOf(body)}`);
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Not `fetch`, which waits five minutes for headers and no longer. */
function send({ endpoint, token, functionName, payload, async }: LambdaCall): Promise<Answer> {
  const base = endpoint.replace(/\/+$/, '');
  const url = `${base}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const headers = {
    'content-type': 'application/json',
    'content-length': payload.length,
    'x-amz-invocation-type': async ? 'Event' : 'RequestResponse',
    'x-amz-log-type': 'Tail',
    ...(token !== undefined && { [TOKEN_HEADER]: token }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new LocalLambdaError(`--endpoint ${endpoint}: ${error.message}`, { cause: error }));
    };
    const sent = request(url, { method: 'POST', headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    sent.once('error', fail);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
        else response.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
      });
      response.once('error', fail);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.end(payload);
  });
}

function messageOf(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const { Message, message } = JSON.parse(text);
    return String(Message ?? message ?? text);
  } catch {
    return text;
  }
}

import { LOCAL_CREDENTIALS } from '../runtimes/variables.ts';
import { type SignatureScope, sha256Hex, signatureOf } from '../signature-v4.ts';

/** A server that speaks one of AWS's protocols, and whom requests to it come from. */
export interface AwsServer {
  /** Such as `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** The name that signatures carry, such as `sqs`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The credentials that functions have. @param environment variables that all functions get. */
export function credentialsOf(environment: Readonly<Record<string, string>>): AwsServer['credentials'] {
  return {
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? LOCAL_CREDENTIALS.accessKeyId,
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? LOCAL_CREDENTIALS.secretAccessKey,
  };
}

/** One request; its path and query are encoded already, the query sorted by its names. */
export interface AwsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a server answered, whatever its status. */
export interface AwsAnswer {
  readonly status: number;
  readonly body: string;
  /** What `body` is the text of. */
  readonly bytes: Buffer;
}

/** More than an answer of ten messages of 1 MiB or a page of a thousand keys can have. */
const MAX_ANSWER_BYTES = 33_554_432;

/**
 * Sends a request that is signed with Signature Version 4.
 * @param nowMs milliseconds since the epoch.
 * @throws Error when no whole answer comes in time or before the signal, or one that is too large.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function sendSigned(
  server: AwsServer,
  request: AwsRequest,
  nowMs: number,
  { signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<AwsAnswer> {
  const ended = new AbortController();
  const end = (): void => ended.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const late = setTimeout(() => ended.abort(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await send(server, request, nowMs, ended.signal);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', end);
  }
}

async function send(
  server: AwsServer,
  request: AwsRequest,
  nowMs: number,
  signal: AbortSignal,
): Promise<AwsAnswer> {
  const { host, origin, pathname } = new URL(server.endpoint);
  const path = `${pathname.replace(/\/$/, '')}${request.path}`;
  const { method, query = '', body = '' } = request;
  const headers = signedHeaders(server, { ...request, path }, host, nowMs);
  const response = await fetch(`${origin}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers,
    signal,
    redirect: 'manual',
    ...(body !== '' && { body }),
  }).catch((error: Error) => {
    // What fetch says of it is only "fetch failed".
    throw error.cause instanceof Error ? new Error(reasonOf(error.cause), { cause: error }) : error;
  });
  const bytes = await readBytes(response);
  return { status: response.status, body: bytes.toString('utf8'), bytes };
}

function reasonOf(cause: Error & { code?: unknown }): string {
  return cause.message === '' ? String(cause.code) : cause.message;
}

async function readBytes(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function signedHeaders(
  { service, region, credentials }: AwsServer,
  { method, path, query = '', headers = {}, body = '' }: AwsRequest,
  host: string,
  nowMs: number,
): Record<string, string> {
  const date = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const digest = sha256Hex(body);
  const all: Record<string, string> = {
    ...headers,
    host,
    'x-amz-content-sha256': digest,
    'x-amz-date': date,
  };
  const names = Object.keys(all).sort();
  const signed = names.join(';');
  const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
  const canonical = [method, path, query, lines, signed, digest].join('\n');
  const scope: SignatureScope = [day, region, service, 'aws4_request'];
  const signature = signatureOf(credentials.secretAccessKey, date, scope, canonical).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope.join('/')}`;
  const { host: _own, ...sent } = all;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

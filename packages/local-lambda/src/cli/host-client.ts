import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TOKEN_HEADER } from '../admission.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** A host that runs. */
export interface RunningHost {
  /** Such as `http://127.0.0.1:3000`. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** A host that takes longer to begin its answer is not there, in ms. */
const TIMEOUT_MS = 30_000;

/**
 * Asks a host that runs for what it shows below `/_host/api/`, and hands on the answer piece by piece.
 * @throws LocalLambdaError when it cannot be reached or refuses.
 */
export function askHost(
  { endpoint, token }: RunningHost,
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
  onText: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const url = `${endpoint.replace(/\/+$/, '')}/_host/api/${path}`;
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      if (signal?.aborted) resolve();
      else reject(new LocalLambdaError(`--endpoint ${endpoint}: ${error.message}`, { cause: error }));
    };
    const sent = request(url, {
      method,
      headers: token === undefined ? {} : { [TOKEN_HEADER]: token },
      timeout: TIMEOUT_MS,
      ...(signal && { signal }),
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
    sent.once('error', fail);
    sent.once('response', (response) => {
      sent.setTimeout(0);
      response.setEncoding('utf8');
      response.once('error', fail);
      if (response.statusCode === 200) {
        response.on('data', onText);
        response.once('end', resolve);
        return;
      }
      let text = '';
      response.on('data', (piece: string) => {
        text += piece.slice(0, 10_000);
      });
      response.once('end', () => fail(new Error(messageOf(text) ?? `status ${response.statusCode}`)));
    });
    sent.end();
  });
}

/** Asks for JSON. @throws LocalLambdaError when the host cannot be reached or refuses. */
export async function askHostJson(
  host: RunningHost,
  method: 'GET' | 'DELETE' | 'POST',
  path: string,
): Promise<unknown> {
  let text = '';
  await askHost(host, method, path, (piece) => {
    text += piece;
  });
  return JSON.parse(text);
}

function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

import type { IamSigner } from '../../bench/stacks/iam-signer.ts';
import type { HttpTarget } from './http.ts';

const REQUEST_LIMIT_MS = 35_000;

/** What requests paths below an address, each signed where a signer is given. @param url without a slash at its end. */
export function fetchFrom(url: string, sign?: IamSigner): HttpTarget['fetch'] {
  return async (path, init) => {
    const { method = 'GET', body } = init ?? {};
    const added = await sign?.({
      method,
      url: `${url}${path}`,
      ...(typeof body === 'string' ? { body } : {}),
    });
    return fetch(`${url}${path}`, {
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      ...init,
      headers: { ...(init?.headers as Record<string, string>), ...added },
    });
  };
}

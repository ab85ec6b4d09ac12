import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SignatureV4 } from '@smithy/signature-v4';

/** One request as it will be sent. */
export interface SignableRequest {
  readonly method: string;
  /** The whole URL; its path and query must be sent as `new URL(url)` writes them. */
  readonly url: string;
  readonly body?: string;
}

/** Makes the headers that a request needs besides its own. @throws TypeError for what is no URL. */
export type IamSigner = (request: SignableRequest) => Promise<Readonly<Record<string, string>>>;

/**
 * Makes a signer of requests to APIs of API Gateway, by AWS Signature Version 4.
 * @param client whose region and credentials it takes; temporary credentials are renewed as the client renews them.
 * @param now milliseconds since the epoch; AWS refuses a signature more than five minutes off.
 */
export function iamSigner({ config }: CloudWatchLogsClient, now: () => number): IamSigner {
  const { region, credentials, sha256 } = config;
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: () => credentials(),
    sha256,
    applyChecksum: false,
  });
  return async ({ method, url, body }) => {
    const { protocol, host, hostname, pathname: path, searchParams } = new URL(url);
    const query: Record<string, string[]> = {};
    for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
    const request = { method, protocol, hostname, path, query, headers: { host }, body };
    const { headers } = await signer.sign(request, { signingDate: new Date(now()) });
    const { host: _host, ...added } = headers;
    return added;
  };
}

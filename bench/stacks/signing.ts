import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { OptionError } from '@sheep-shed/options';
import type { BenchRequest } from '../load/exchange.ts';
import type { IamSigner } from './sigv4.ts';
import { iamSigner } from './sigv4.ts';

/** How often temporary credentials are asked for anew; the SDK answers from memory until they are about to expire. */
const REFRESH_MS = 60_000;

/** Signs the requests to APIs of one region. */
export interface Signing {
  /** Makes what signs the requests below an address. */
  headersFor(url: string): (request: BenchRequest) => Record<string, string>;
  close(): void;
}

/**
 * Signs by whatever credentials the AWS CLI would take: environment, profile, role.
 * @param now epoch milliseconds.
 * @throws OptionError when there are none.
 */
export async function openSigning(region: string, now: () => number): Promise<Signing> {
  // No request is sent by it: only its chain of credential providers is wanted.
  const client = new CloudWatchLogsClient({ region });
  const provide = async (): Promise<IamSigner> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    return iamSigner({ region, credentials, now });
  };
  let sign = await provide().catch((error: Error) => {
    client.destroy();
    throw new OptionError(
      `--sign needs AWS credentials, as the AWS CLI finds them; got none: ${error.message}`,
    );
  });
  const renew = () =>
    provide().then(
      (renewed) => {
        sign = renewed;
      },
      // The old ones may still hold; where they do not, the answers say so.
      () => undefined,
    );
  const timer = setInterval(renew, REFRESH_MS).unref();
  return {
    headersFor: (url) => (request) => ({ ...sign({ method: request.method, url: url + request.path }) }),
    close() {
      clearInterval(timer);
      client.destroy();
    },
  };
}

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { OptionError } from '@sheep-shed/options';
import type { BenchRequest, HeadersOf } from '../load/exchange.ts';
import { type IamSigner, iamSigner } from './iam-signer.ts';

/** Signs the requests to APIs of one region. */
export interface Signing {
  readonly sign: IamSigner;
  /** Makes what signs the requests below an address. */
  headersFor(url: string): HeadersOf;
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
  await client.config.credentials().catch((error: Error) => {
    client.destroy();
    throw new OptionError(
      `--sign ${region} needs AWS credentials, as the AWS CLI finds them; got none: ${error.message}`,
    );
  });
  const sign = iamSigner(client, now);
  return {
    sign,
    headersFor:
      (url) =>
      ({ method, path }: BenchRequest) =>
        sign({ method, url: url + path }),
    close: () => client.destroy(),
  };
}

import type { IncomingMessage } from 'node:http';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { iamSigner } from '../../bench/stacks/iam-signer.ts';

/** The region that requests must be signed for. */
export const SIGNED_REGION = 'eu-west-3';
const HOLDER = new CloudWatchLogsClient({
  region: SIGNED_REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** The `authorization` header that the holder of the test keys would have signed at the time that a request gives. */
export async function signatureOf(
  { method = '', url = '', headers }: IncomingMessage,
  body = '',
): Promise<string | undefined> {
  const date = headers['x-amz-date'];
  if (date === undefined) return undefined;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(date)) ?? [];
  const [year = 0, month = 0, day, hour, minute, second] = parts.map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const sent = await iamSigner(HOLDER, () => at)({ method, url: `http://${headers.host}${url}`, body });
  return sent['authorization'];
}

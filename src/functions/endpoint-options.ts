import type { Option, OptionTable } from '@sheep-shed/options';
import { address } from './shed-options.ts';

/** Where S3 and SQS are, if not on AWS. */
export const ENDPOINT_OPTIONS = {
  s3Endpoint: {
    env: 'AWS_ENDPOINT_URL_S3',
    help: "another S3 than the region's",
    ...address(),
  } satisfies Option<string>,
  sqsEndpoint: {
    env: 'AWS_ENDPOINT_URL_SQS',
    help: "another SQS than the region's",
    ...address(),
  } satisfies Option<string>,
} satisfies OptionTable;

/** Reads the address of a queue. */
export function queueAddress(): Pick<Option<string>, 'allowed' | 'read'> {
  return {
    allowed: 'an http:// or https:// address',
    read: ([text = '']) => (/^https?:\/\/\S+$/.test(text) ? text : undefined),
  };
}

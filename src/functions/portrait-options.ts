import type { Option, OptionTable } from '@sheep-shed/options';
import { resolveOptions } from '@sheep-shed/options';
import { BUCKET_RULE, isBucketName } from '../domain/objects.ts';
import { ENDPOINT_OPTIONS, queueAddress } from './endpoint-options.ts';
import { SHED_OPTIONS } from './shed-options.ts';

/** The options of the functions that work on portraits: bucket and queue by `serverless.yml`, the others by Lambda. */
export const PORTRAIT_OPTIONS = {
  portraitBucket: {
    env: 'PORTRAIT_BUCKET',
    required: true,
    help: 'name of the bucket of portraits',
    allowed: BUCKET_RULE,
    read: ([text = '']) => (isBucketName(text) ? text : undefined),
  } satisfies Option<string>,
  portraitDeadLetters: {
    env: 'PORTRAIT_DEAD_LETTERS',
    required: true,
    help: 'address of the queue for uploads of which no portrait can be made',
    ...queueAddress(),
  } satisfies Option<string>,
  ...ENDPOINT_OPTIONS,
} satisfies OptionTable;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the environment says that the bucket is. @throws OptionError */
export function bucketPlace(environment: Environment) {
  const { portraitBucket, s3Endpoint } = PORTRAIT_OPTIONS;
  const { region, commonEndpoint } = SHED_OPTIONS;
  const values = resolveOptions({ portraitBucket, s3Endpoint, region, commonEndpoint }, { environment });
  return {
    bucket: values.portraitBucket,
    region: values.region,
    endpoint: values.s3Endpoint ?? values.commonEndpoint,
  };
}

/** Where it says that the dead letters go. @throws OptionError */
export function deadLetterPlace(environment: Environment) {
  const { portraitDeadLetters, sqsEndpoint } = PORTRAIT_OPTIONS;
  const { region, commonEndpoint } = SHED_OPTIONS;
  const values = resolveOptions(
    { portraitDeadLetters, sqsEndpoint, region, commonEndpoint },
    { environment },
  );
  return {
    url: values.portraitDeadLetters,
    region: values.region,
    endpoint: values.sqsEndpoint ?? values.commonEndpoint,
  };
}

import type { Option, OptionTable } from '@sheep-shed/options';
import { resolveOptions } from '@sheep-shed/options';
import { ENDPOINT_OPTIONS, queueAddress } from './endpoint-options.ts';
import type { FlockPlace } from './flock.ts';
import { SHED_OPTIONS } from './shed-options.ts';

/** What the import of flocks works with: tables and queues by `serverless.yml`, the others by Lambda. */
export const FLOCK_OPTIONS = {
  flockImports: {
    env: 'FLOCK_IMPORTS_TABLE',
    required: true,
    help: 'name of the table of what was imported',
    allowed: SHED_OPTIONS.table.allowed,
    read: SHED_OPTIONS.table.read,
  } satisfies Option<string>,
  flockQueue: {
    env: 'FLOCK_QUEUE',
    required: true,
    help: 'address of the queue in which an import goes on',
    ...queueAddress(),
  } satisfies Option<string>,
  flockDeadLetters: {
    env: 'FLOCK_DEAD_LETTERS',
    required: true,
    help: 'address of the queue for files that are no flock',
    ...queueAddress(),
  } satisfies Option<string>,
  ...ENDPOINT_OPTIONS,
} satisfies OptionTable;

/** Where the environment says that all of it is. @throws OptionError */
export function flockPlace(
  environment: Readonly<Record<string, string | undefined>>,
): Omit<FlockPlace, 'credentials'> {
  const { table, region, endpoint, commonEndpoint } = SHED_OPTIONS;
  const values = resolveOptions(
    { ...FLOCK_OPTIONS, table, region, endpoint, commonEndpoint },
    { environment },
  );
  return {
    region: values.region,
    table: values.table,
    imports: values.flockImports,
    queue: values.flockQueue,
    deadLetters: values.flockDeadLetters,
    endpoint: values.endpoint ?? values.commonEndpoint,
    s3Endpoint: values.s3Endpoint ?? values.commonEndpoint,
    sqsEndpoint: values.sqsEndpoint ?? values.commonEndpoint,
  };
}

import { resolveOptions } from '@sheep-shed/options';
import { dynamodbShed } from '#dynamodb-shed';
import { CREDENTIAL_OPTIONS, SHED_OPTIONS } from './shed-options.ts';

const credentials = () => resolveOptions(CREDENTIAL_OPTIONS, { environment: process.env });
const { table, segments, region, endpoint, commonEndpoint } = resolveOptions(SHED_OPTIONS, {
  environment: process.env,
});
// What lacks is told in the init instead of the first request.
credentials();

/** The shed of this process, as its environment says. */
export const shed = dynamodbShed({
  table,
  segments,
  region,
  credentials,
  endpoint: endpoint ?? commonEndpoint,
});

// Lambda gives init a whole CPU, and an invocation of 128 MB a fourteenth of one.
await shed.open?.();

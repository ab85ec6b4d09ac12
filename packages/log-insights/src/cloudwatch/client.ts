import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** Attempts for each request: throttling and server errors are retried by the SDK with exponential back-off and jitter. */
const MAX_ATTEMPTS = 6;

/** Makes the client of a region; credentials and endpoint come from the environment or the profile, as for the AWS CLI. */
export function createClient(region: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
}

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** Attempts for each request: throttling and server errors are retried by the SDK with exponential back-off and jitter. */
const MAX_ATTEMPTS = 6;

/**
 * Makes the client of a region; credentials and endpoint come from the environment or the profile, as for the AWS CLI.
 * @param endpoint is asked instead, such as `http://127.0.0.1:3000`; on this machine it needs no credentials.
 */
export function createClient(region: string, endpoint?: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(needsNone(endpoint) && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
}

/** A host of this machine checks no signature; a token that it asks for is the access key id of the environment. */
function needsNone(endpoint: string | undefined): boolean {
  if (endpoint === undefined || process.env['AWS_ACCESS_KEY_ID'] || process.env['AWS_PROFILE']) return false;
  return /^(?:localhost|127\.[\d.]+|\[::1\]|.*\.localhost)$/.test(new URL(endpoint).hostname);
}

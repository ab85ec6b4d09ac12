/** A key of AWS; `sessionToken` belongs to a temporary one, as every Lambda's is. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** How long a request may take, in milliseconds. */
export interface RequestLimits {
  /** A connection, with TLS, must stand within this time. */
  readonly connectMs: number;
  /** An answer must begin within this time, and go on within it. */
  readonly answerMs: number;
}

/** Where a service of AWS is; the same for every adapter to one. */
export interface AwsClientOptions {
  /** AWS region, such as `eu-west-3`. */
  readonly region: string;
  /**
   * Asked before each request, so that new credentials are taken as soon as they are there.
   * @default what the SDK finds where it runs.
   */
  readonly credentials?: (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /** @default the service's own of the region, over TLS. */
  readonly endpoint?: string | undefined;
  /** @default 1 s to connect, 20 s to answer */
  readonly limits?: RequestLimits | undefined;
}

// An object is read as slowly as its rows are written, and its connection is silent meanwhile.
const LIMITS: RequestLimits = { connectMs: 1000, answerMs: 20_000 };

/** What every client of AWS's SDK is made with. */
export function clientConfiguration({ region, credentials, endpoint, limits = LIMITS }: AwsClientOptions) {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials: async () => keyOf(await credentials()) }),
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      socketTimeout: limits.answerMs,
      throwOnRequestTimeout: true,
    },
  };
}

/** The key as the SDK takes it, which tells an absent token from one that is undefined. */
export function keyOf({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

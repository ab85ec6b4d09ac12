import { QueryError } from '../language/query-error.ts';

/** A failure of CloudWatch Logs with its cause, and what to do about it; `code` is AWS's name of the error. */
export class CloudWatchError extends Error {
  override readonly name = 'CloudWatchError' as const;
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'No AWS credentials found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ExpiredTokenException: 'The AWS credentials have expired: renew them, for instance with aws sso login',
  ExpiredToken: 'The AWS credentials have expired: renew them, for instance with aws sso login',
  UnrecognizedClientException:
    'AWS does not know these credentials: check the access key, and the account of the profile',
  InvalidClientTokenId:
    'AWS does not know these credentials: check the access key, and the account of the profile',
  InvalidSignatureException: 'AWS rejects the signature: check the secret key and the clock of this machine',
  IncompleteSignature: 'AWS rejects the signature: check the access key and the secret key',
  AccessDeniedException:
    'The credentials lack a permission: logs:DescribeLogGroups, logs:StartQuery, logs:GetQueryResults and logs:StopQuery are needed',
  ResourceNotFoundException: 'A log group does not exist in this region: check its name and the region',
  LimitExceededException:
    'Too many queries run at once in this account (100 are allowed): wait until some have ended',
  ThrottlingException: 'CloudWatch still throttles after all retries: wait a minute, then try again',
  ServiceUnavailableException: 'CloudWatch Logs is not available at the moment: try again later',
  InvalidParameterException: 'CloudWatch rejects the request: check the window and the log groups',
  ENOTFOUND: 'The address of CloudWatch Logs cannot be found: check the region and the network',
  ECONNREFUSED: 'CloudWatch Logs refuses the connection: check the network and AWS_ENDPOINT_URL',
  TimeoutError: 'CloudWatch Logs did not answer in time: check the network',
};

/** Turns an error of the SDK into one that says what to do; a fault in the query becomes a QueryError at its place. */
export function explainFailure(error: unknown): Error {
  const facts = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: string;
    readonly code?: string;
    readonly message?: string;
    readonly queryCompileError?: {
      readonly message?: string;
      readonly location?: { readonly startCharOffset?: number; readonly endCharOffset?: number };
    };
  };
  const original = facts.message ?? String(error);
  if (facts.name === 'MalformedQueryException') {
    const start = facts.queryCompileError?.location?.startCharOffset ?? 0;
    const end = facts.queryCompileError?.location?.endCharOffset ?? start + 1;
    const message = facts.queryCompileError?.message ?? original;
    return new QueryError(`CloudWatch rejects the query: ${message}`, {
      start,
      end: Math.max(end, start + 1),
    });
  }
  const code = [facts.name, facts.code].find(
    (name) => name !== undefined && Object.hasOwn(EXPLANATIONS, name),
  );
  if (code === undefined) return error instanceof Error ? error : new Error(original);
  return new CloudWatchError(code, `${EXPLANATIONS[code]} (${code}: ${original})`, error);
}

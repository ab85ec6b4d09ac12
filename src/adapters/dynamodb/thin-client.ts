import { signatureV4 } from './aws-signature.ts';
import type { DynamodbShedOptions } from './dynamodb-options.ts';
import { MAX_ATTEMPTS } from './dynamodb-options.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { exchangeWith } from './http-exchange.ts';

/** A number on the wire: its decimal digits, so that none is lost beyond 2^53. */
export interface NumberValue {
  readonly N: string;
}

/** An item whose attributes are numbers. */
export type Item = Readonly<Record<string, NumberValue>>;

/** What DynamoDB may answer to the operations that are used here. */
export interface DynamodbAnswer {
  readonly Count?: number;
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

/** What is known of a failure. */
export interface FailureDetails {
  /** HTTP status, absent when no answer came. */
  readonly status?: number;
  /** DynamoDB's own id of the request, which AWS's support asks for. */
  readonly requestId?: string | undefined;
  /** The item that failed the condition, when the request asked for it. */
  readonly item?: Item | undefined;
}

/** A failure of DynamoDB or of the way to it; `name` is what they call it. */
export class DynamodbError extends Error {
  readonly details: FailureDetails;
  /** How often the request was sent. */
  attempts = 1;

  constructor(name: string, message: string, details: FailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
    this.details = details;
  }
}

/** A connection to DynamoDB. */
export interface DynamodbClient {
  /**
   * Performs one operation, such as `PutItem`, and repeats it as AWS's SDKs do.
   * @throws DynamodbError
   */
  readonly call: (operation: string, input: object) => Promise<DynamodbAnswer>;
  /** Opens a connection and keeps it, by a request that needs no rights; a failure is left to the first call. */
  readonly open: () => Promise<void>;
  /** Closes its connections. */
  readonly close: () => void;
}

/** What decides when a request is repeated; a test hands in its own. */
export interface Waiting {
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

// As in the `standard` mode of AWS's SDKs (packages `@smithy/core/retry` and its error classification).
const THROTTLED =
  /^(ProvisionedThroughputExceeded|RequestLimitExceeded|Throttl|RequestThrottled|TooManyRequests|LimitExceeded|TransactionInProgress)/;
const LOST = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const FAILED_STATUS = new Set([500, 502, 503, 504]);
const BASE_DELAY_MS = 100;
const THROTTLED_BASE_DELAY_MS = 500;
const RETRY_COST = 5;
const RETRY_TOKENS = 500;

/**
 * DynamoDB's protocol (JSON 1.0), signed, with nothing of an SDK.
 * @throws TypeError without credentials, of which it has no chain of its own.
 */
export function dynamodbClient(
  {
    region,
    endpoint,
    credentials,
    limits,
  }: Pick<DynamodbShedOptions, 'region' | 'endpoint' | 'credentials' | 'limits'>,
  { random, sleep }: Waiting = { random: Math.random, sleep: wait },
): DynamodbClient {
  if (credentials === undefined) {
    throw new TypeError('credentials must be given: the thin client does not look for any; got none');
  }
  const address = new URL(endpoint ?? endpointOf(region));
  const { exchange, close } = exchangeWith(address, limits);
  const sign = signatureV4('dynamodb', region);
  let tokens = RETRY_TOKENS;

  const attempt = async (operation: string, body: string): Promise<DynamodbAnswer> => {
    const headers = {
      host: address.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const signed = sign({ headers, body }, await credentials(), new Date());
    const answer = await exchange('POST', signed, body).catch((cause: NodeJS.ErrnoException) => {
      throw new DynamodbError(cause.code ?? cause.name, cause.message, {}, { cause });
    });
    if (answer.status === 200) return JSON.parse(answer.body) as DynamodbAnswer;
    throw failureOf(answer);
  };

  return {
    async call(operation, input) {
      const body = JSON.stringify(input);
      for (let attempts = 1; ; attempts++) {
        try {
          const answer = await attempt(operation, body);
          tokens = Math.min(RETRY_TOKENS, tokens + (attempts > 1 ? RETRY_COST : 1));
          return answer;
        } catch (error) {
          if (!(error instanceof DynamodbError)) throw error;
          error.attempts = attempts;
          const base = retryBase(error);
          if (base === undefined || attempts === MAX_ATTEMPTS || tokens < RETRY_COST) throw error;
          tokens -= RETRY_COST;
          await sleep(random() * base * 2 ** (attempts - 1));
        }
      }
    },
    async open() {
      // Signed for nothing, so that this code is loaded and compiled as well.
      const { host } = sign({ headers: { host: address.host }, body: '' }, await credentials(), new Date());
      await exchange('GET', { host: host ?? '' }, '').catch(() => undefined);
    },
    close,
  };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The address of DynamoDB in a region of one of the partitions that `deploy/partitions.cjs` takes. */
export function endpointOf(region: string): string {
  return `https://dynamodb.${region}.${domainOf(region)}`;
}

/** The domain of AWS's endpoints in the partition of a region. */
function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

function failureOf({ status, headers, body }: HttpAnswer): DynamodbError {
  const requestId = headers['x-amzn-requestid'];
  const details = { status, requestId: requestId?.toString() };
  let answer: { __type?: string; message?: string; Message?: string; Item?: Item };
  try {
    answer = JSON.parse(body);
  } catch {
    return new DynamodbError('UnknownError', `HTTP status ${status} without JSON`, details);
  }
  const name = answer.__type?.split('#').at(-1) ?? 'UnknownError';
  const message = answer.message ?? answer.Message ?? `HTTP status ${status}`;
  return new DynamodbError(name, message, { ...details, item: answer.Item });
}

/** The longest first delay before a repetition, in ms; `undefined` when one would change nothing. */
function retryBase({ name, details: { status } }: DynamodbError): number | undefined {
  if (THROTTLED.test(name) || status === 429) return THROTTLED_BASE_DELAY_MS;
  const isTransient = status === undefined ? LOST.test(name) : FAILED_STATUS.has(status);
  return isTransient ? BASE_DELAY_MS : undefined;
}

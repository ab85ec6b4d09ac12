import type { BackendRequest } from '../../bench/analysis/prediction/predict.ts';

/** How a function of the experiment is written, and what calls it. */
export interface MeasuredFunction {
  readonly name: string;
  readonly language: 'rust' | 'python' | 'node';
  /** In a folder of this experiment: the file and its function; of Rust the binary. */
  readonly handler: string;
  /** What an invocation gets. @param call counts from 0. */
  readonly event: (call: number) => unknown;
  /** What it asks DynamoDB for, one after the other; a description of the table counts as an item. */
  readonly requests: readonly BackendRequest[];
  /** The same in warm calls, where that differs. */
  readonly warmRequests?: readonly BackendRequest[];
  /**
   * The share of warm calls that found sheep of prime weight; absent: the function does not look for them.
   *
   * Of a thousand sheep some forty are prime, and most of the divisions are theirs. Wolves that go for the same sheep at once
   * fail but for one, and curl repeated those calls: 1 391 of 2 391 in Python and 310 of 1 310 in Rust found sheep, more
   * and more of them eaten; the others none.
   */
  readonly foundPrimes?: number;
  /** Calls that no figure counts, before the warm ones; 3 when not given. */
  readonly warmUp?: number;
  /** Warm calls that are measured, by default. */
  readonly warmCalls: number;
  /** Sheep in the table before the first call. */
  readonly herd: number;
}

/** The herd of the earlier benchmark: what its thousand calls of the sheep have left. */
const HERD = 1000;
/** What aws-lambda-performance-benchmarks published its figures for. */
const ITERATIONS = 500_000;

/** All functions of the published figures, as `language-name`. */
export const FUNCTIONS: readonly MeasuredFunction[] = [
  ...(['rust', 'python'] as const).flatMap((language) => [
    earlier(language, 'cat', 'GET', '/cat', [], { query: { m: '3', n: '8' } }),
    earlier(language, 'sheep', 'POST', '/sheep/{Tatoo}', ['item'], { herd: 0 }),
    earlier(language, 'dog', 'GET', '/dog', ['item', 'page'], {}),
    {
      ...earlier(language, 'wolf', 'DELETE', '/wolf', ['item', 'page', 'item'], {}),
      warmRequests: ['item', 'page'] as const,
      foundPrimes: language === 'python' ? 1391 / 2391 : 310 / 1310,
    },
  ]),
  ...(['node', 'python'] as const).map((language) => ({
    name: `${language}-hashes`,
    language,
    handler: 'hashes.handler',
    event: () => ({ iterations: ITERATIONS }),
    requests: [],
    warmCalls: 7,
    herd: 0,
  })),
  {
    name: 'node-light',
    language: 'node',
    handler: 'light.handler',
    // The published mean is of 500 calls, most of them after V8 had compiled the SDK.
    warmUp: 150,
    event: () => ({}),
    requests: ['item', 'item'],
    warmCalls: 60,
    herd: 0,
  },
];

function earlier(
  language: 'rust' | 'python',
  handler: string,
  method: string,
  resource: string,
  requests: readonly BackendRequest[],
  { query, herd = HERD }: { readonly query?: Readonly<Record<string, string>>; readonly herd?: number },
): MeasuredFunction {
  return {
    name: `${language}-${handler}`,
    language,
    handler: language === 'python' ? `${handler}.handler` : handler,
    event: (call) => restEvent(method, resource, query, String(call)),
    requests,
    warmCalls: language === 'rust' ? 60 : 20,
    herd,
  };
}

/** What API Gateway's REST API sends, which these functions log whole. */
function restEvent(
  httpMethod: string,
  resource: string,
  queryStringParameters: Readonly<Record<string, string>> | undefined,
  tattoo: string,
): unknown {
  const path = resource.replace('{Tatoo}', tattoo);
  const headers = {
    Accept: '*/*',
    Host: 'abcdefghij.execute-api.eu-west-3.amazonaws.com',
    'User-Agent': 'curl/8.5.0',
    'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793',
    'X-Forwarded-For': '203.0.113.7',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
  const many = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
  return {
    resource,
    path,
    httpMethod,
    headers,
    multiValueHeaders: many(headers),
    queryStringParameters: queryStringParameters ?? null,
    multiValueQueryStringParameters: queryStringParameters === undefined ? null : many(queryStringParameters),
    pathParameters: resource === path ? null : { Tatoo: tattoo },
    stageVariables: null,
    requestContext: {
      resourceId: 'abc123',
      resourcePath: resource,
      httpMethod,
      extendedRequestId: 'JKJaXmPLvHcESHA=',
      requestTime: '21/Nov/2024:12:00:00 +0000',
      path: `/v1${path}`,
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      stage: 'v1',
      domainPrefix: 'abcdefghij',
      requestTimeEpoch: 1_732_190_400_000,
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      identity: { sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      domainName: 'abcdefghij.execute-api.eu-west-3.amazonaws.com',
      apiId: 'abcdefghij',
    },
    body: null,
    isBase64Encoded: false,
  };
}

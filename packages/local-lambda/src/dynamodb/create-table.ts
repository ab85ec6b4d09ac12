import { setTimeout as sleep } from 'node:timers/promises';

/** What the resource type `AWS::DynamoDB::Table` and the request share; the other properties are for AWS alone. */
export const TABLE_KEYS = [
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
];
const LIMIT_MS = 20_000;
const POLL_MS = 5;

/**
 * Creates a table in a DynamoDB that checks no signatures, and waits until it is ready for use.
 * @param properties those of an `AWS::DynamoDB::Table`.
 * @throws Error with the server's message when it refuses the table, or does not have it ready within 20 s.
 */
export async function createTable(
  endpoint: string,
  properties: Readonly<Record<string, unknown>>,
): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const shared = TABLE_KEYS.map((key) => [key, properties[key]]);
  await request(endpoint, 'CreateTable', Object.fromEntries(shared), signal);
  const { TableName } = properties;
  for (;;) {
    const { Table } = await request(endpoint, 'DescribeTable', { TableName }, signal);
    if (Table?.TableStatus === 'ACTIVE') return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function request(
  endpoint: string,
  action: string,
  input: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<{ readonly Table?: { readonly TableStatus?: string } }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${action}`,
      'x-amz-date': '20000101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20000101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`DynamoDB refused ${action}: ${await response.text()}`);
  return (await response.json()) as Awaited<ReturnType<typeof request>>;
}

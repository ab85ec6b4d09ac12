// Five items written and read by one batch each: the light function of aws-lambda-performance-benchmarks. The SDK is not
// bundled, as there.
const { BatchGetItemCommand, BatchWriteItemCommand, DynamoDBClient } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});
const ITEMS = 5;
const SECONDS_OF_A_DAY = 86_400;

exports.handler = async (_event, { awsRequestId }) => {
  // biome-ignore lint/suspicious/noConsole: as there
  console.log(JSON.stringify({ event: 'handler_start', requestId: awsRequestId }));
  const table = process.env.DYNAMODB_TABLE_NAME;
  const now = Date.now();
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    pk: { S: `test-${now}-${i}` },
    sk: { S: 'light' },
    timestamp: { N: String(now + i) },
    ttl: { N: String(Math.floor(now / 1000) + SECONDS_OF_A_DAY) },
    workload: { S: 'light' },
    runtime: { S: `nodejs${process.version}` },
    architecture: { S: process.arch },
    data: { S: `benchmark test data - nodejs${process.version} ${process.arch} - item ${i}` },
  }));
  const puts = items.map((Item) => ({ PutRequest: { Item } }));
  const written = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  const Keys = items.map(({ pk, sk }) => ({ pk, sk }));
  const read = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));
  const found = read.Responses?.[table] ?? [];
  if (found.length !== ITEMS) throw new Error(`${found.length} of ${ITEMS} items came back`);
  const byId = new Map(found.map(({ pk, data }) => [pk.S, data.S]));
  const allDataMatches = items.every(({ pk, data }) => byId.get(pk.S) === data.S);
  // biome-ignore lint/suspicious/noConsole: as there
  console.log(JSON.stringify({ event: 'handler_success', allDataMatches }));
  return { success: true, writeRequestId: written.$metadata.requestId, allDataMatches };
};

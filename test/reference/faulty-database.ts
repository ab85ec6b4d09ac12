/** A DynamoDB on the loopback that can be made to fail. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbTable } from '../contracts/dynamodb-table.ts';
import type { TargetFaults, TargetTable } from '../contracts/http.ts';

const DYNALITE = join(import.meta.dirname, '../../reference/python/tests/dynalite.mjs');
const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

/** The environment in which SDKs reach the database. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-3',
  AWS_DEFAULT_REGION: 'eu-west-3',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

/** A database server behind a proxy that fails on request. */
export interface FaultyDatabase {
  /** For the functions; the tables of {@link createTable} are reached past the faults. */
  readonly endpoint: string;
  readonly faults: Pick<TargetFaults, 'break' | 'mend'>;
  createTable(name: string): Promise<TargetTable>;
  close(): Promise<void>;
}

/** Starts a database with a proxy before it. */
export async function startFaultyDatabase(): Promise<FaultyDatabase> {
  // Ends with its standard input, so it cannot outlive this process.
  const database = spawn(process.execPath, [DYNALITE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(database, 'close');
  const [address] = (await once(database.stdout, 'data')) as [Buffer];
  const behind = address.toString().trim();

  let fault: { kind: 'down' | 'throttled'; operations: readonly string[] } | undefined;
  const agent = new Agent({ keepAlive: true });
  const proxy = createServer((incoming, answer) => {
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) as string;
    if (fault?.operations.includes(operation)) return fail(fault.kind, incoming, answer);
    forward(behind, agent, incoming, answer);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const client = new DynamoDBClient({
    endpoint: behind,
    region: CREDENTIALS.AWS_REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    faults: {
      break(kind, operations) {
        fault = { kind, operations };
      },
      mend() {
        fault = undefined;
      },
    },
    async createTable(name) {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
          KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
        }),
      );
      return dynamodbTable(client, name);
    },
    async close() {
      client.destroy();
      agent.destroy();
      proxy.closeAllConnections();
      proxy.close();
      database.kill('SIGKILL');
      await closed;
    },
  };
}

function fail(kind: 'down' | 'throttled', incoming: IncomingMessage, answer: ServerResponse): void {
  if (kind === 'down') {
    incoming.socket.destroy();
    return;
  }
  incoming.resume();
  answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
}

function forward(url: string, agent: Agent, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method, headers } = incoming;
  const onward = request(url, { method, headers, agent }, (response) => {
    answer.writeHead(response.statusCode as number, response.headers);
    response.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.pipe(onward);
}

import { CloudWatchLogsClient, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import type { StackName } from '../bench/stacks/catalogue.ts';
import { type AccessKey, clientSettings, ROOT_KEY } from './account.ts';
import { type Call, type Calls, outcomeOf, proveBounds, REFUSED } from './bounds.ts';
import { rolePolicyOf, type Statement } from './policies.ts';
import { BOUNDARY, nameOf } from './serverless-cli.ts';

/** Code that hands out the credentials of its function, by runtime; it is never deployed anywhere but here. */
const PROBES: Readonly<Record<string, (handler: string) => Record<string, Uint8Array>>> = {
  nodejs: (handler) => ({
    [`${handler.replace(/\.handler$/, '')}.mjs`]: Buffer.from(
      'export const handler = async () => ({ accessKeyId: process.env.AWS_ACCESS_KEY_ID, ' +
        'secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN });',
    ),
  }),
  python: (handler) => ({
    [`${handler.replace(/\.handler$/, '')}.py`]: Buffer.from(
      'import os\ndef handler(event, context):\n    e = os.environ\n    return {"accessKeyId": e["AWS_ACCESS_KEY_ID"], ' +
        '"secretAccessKey": e["AWS_SECRET_ACCESS_KEY"], "sessionToken": e.get("AWS_SESSION_TOKEN")}\n',
    ),
  }),
};

const OWNER = { ExpressionAttributeNames: { '#owner': 'owner' } };
const NAMED = { ProjectionExpression: 'tattoo, weight' };

/** What a function could reach within its boundary: other tables and logs of the project. */
const FOREIGN = 'sheep-shed-foreign';

/** Clients with the credentials of a function, and the name of its own table. */
interface OwnClients {
  readonly dynamodb: DynamoDBClient;
  readonly logs: CloudWatchLogsClient;
  readonly table: string;
}
type Send = Call<OwnClients>;

const put =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' } },
        ...extra,
      }),
    );
const scan =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(new ScanCommand({ TableName: table, ...extra }));
const remove =
  (extra: object): Send =>
  ({ dynamodb, table }) =>
    dynamodb.send(new DeleteItemCommand({ TableName: table, Key: { tattoo: { N: '1' } }, ...extra }));
const foreign =
  (send: Send): Send =>
  (clients) =>
    send({ ...clients, table: FOREIGN });
const foreignLog: Send = ({ logs }) =>
  logs.send(new CreateLogStreamCommand({ logGroupName: `/aws/lambda/${FOREIGN}`, logStreamName: 'x' }));

const count = scan({ Select: 'COUNT' });
const bare = scan({});
const read = scan({ ...NAMED, Select: 'SPECIFIC_ATTRIBUTES' });

/** What no function's role may do, whatever its policy says: it is beyond docs/function-boundary.json. */
const FOREIGN_RIGHT: Statement = { Effect: 'Allow', Action: 'dynamodb:DescribeTable', Resource: '*' };

/** By function; only dog and wolf scan, each in its own way. */
const CALLS: Readonly<Record<string, Calls<OwnClients>>> = {
  'post-sheep': {
    forbidden: {
      'a put with a foreign attribute': put({
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' }, owner: { S: 'wolf' } },
      }),
      'a put that returns the sheep it overwrote': put({ ReturnValues: 'ALL_OLD' }),
      'a put into a foreign table': foreign(put({})),
      'a count': count,
      'a bare scan': bare,
      'a foreign log': foreignLog,
    },
    allowed: { 'a put': put({}) },
  },
  'get-dog': {
    forbidden: {
      'a bare scan': bare,
      'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }),
      'a count of a foreign table': foreign(count),
      'a put': put({}),
      'a foreign log': foreignLog,
    },
    allowed: { 'a count': count },
  },
  'get-cat': {
    forbidden: { 'a count': count, 'a bare scan': bare, 'a put': put({}), 'a foreign log': foreignLog },
    allowed: {},
  },
  'delete-wolf': {
    forbidden: {
      'a put': put({}),
      'a bare scan': bare,
      'a count': scan({ ...NAMED, Select: 'COUNT' }),
      'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }),
      'a scan that names none': scan({ Select: 'SPECIFIC_ATTRIBUTES' }),
      'a scan of a foreign attribute': scan({
        Select: 'SPECIFIC_ATTRIBUTES',
        ProjectionExpression: 'tattoo, weight, #owner',
        ...OWNER,
      }),
      'a scan of a foreign table': foreign(read),
      'a delete that returns the sheep': remove({ ReturnValues: 'ALL_OLD' }),
      'a delete that asks for a foreign attribute': remove({
        ConditionExpression: 'attribute_not_exists(#owner)',
        ...OWNER,
      }),
      'a delete from a foreign table': foreign(remove({})),
      'a foreign log': foreignLog,
    },
    allowed: { 'a scan of both attributes': read, 'a delete': remove({}) },
  },
};

/**
 * With the credentials of each function, makes calls that its role must refuse ({@link proveBounds}). A right beyond
 * the permissions boundary must not help. The functions' code is replaced.
 * @throws Error naming the function and the call that was not refused, or the line that nothing needs.
 */
export async function proveLeastPrivilege(endpoint: string, stack: StackName): Promise<string> {
  const settings = clientSettings(endpoint, ROOT_KEY);
  const clients = { lambda: new LambdaClient(settings), iam: new IAMClient(settings) };
  const table = nameOf(stack);
  let refused = 0;
  let needed = 0;
  try {
    for (const [name, calls] of Object.entries(CALLS)) {
      const functionName = `${table}-${name}`;
      const key = await credentialsOf(clients.lambda, functionName);
      if (key.accessKeyId === ROOT_KEY.accessKeyId) throw new Error(`${functionName} runs as the root user`);
      const policy = await rolePolicyOf(clients, functionName, name);
      if (!policy.boundary?.endsWith(`:policy/${BOUNDARY}`))
        throw new Error(`${functionName} has no boundary`);
      const dynamodb = new DynamoDBClient(clientSettings(endpoint, key));
      const logs = new CloudWatchLogsClient(clientSettings(endpoint, key));
      try {
        const proved = await proveBounds(functionName, policy, { dynamodb, logs, table }, calls);
        refused += proved.refused;
        needed += proved.needed;
        const outcome = await policy.during([...policy.statements, FOREIGN_RIGHT], () =>
          outcomeOf(dynamodb.send(new DescribeTableCommand({ TableName: table }))),
        );
        if (outcome !== REFUSED) throw new Error(`${functionName}, beyond the boundary: ${outcome}`);
      } finally {
        dynamodb.destroy();
        logs.destroy();
      }
    }
  } finally {
    clients.lambda.destroy();
    clients.iam.destroy();
  }
  return `${refused} forbidden calls refused, not so without any of the ${needed} lines; bounded`;
}

async function credentialsOf(lambda: LambdaClient, FunctionName: string): Promise<AccessKey> {
  const command = new GetFunctionConfigurationCommand({ FunctionName });
  const { Handler = '', Runtime = '' } = await lambda.send(command);
  const probe = PROBES[Runtime.replace(/\d.*$/, '')];
  if (probe === undefined) throw new Error(`there is no probe for the runtime ${Runtime} of ${FunctionName}`);
  const ZipFile = zipSync(probe(Handler));
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName }));
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`the probe of ${FunctionName} failed: ${text}`);
  return JSON.parse(text) as AccessKey;
}

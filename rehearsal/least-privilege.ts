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
import { rolePolicyOf, type Statement } from './role-policy.ts';
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

type Send = (client: DynamoDBClient, TableName: string) => Promise<unknown>;

const put =
  (extra: object): Send =>
  (client, TableName) =>
    client.send(
      new PutItemCommand({ TableName, Item: { tattoo: { N: '1' }, weight: { N: '80000000000' } }, ...extra }),
    );
const scan =
  (extra: object): Send =>
  (client, TableName) =>
    client.send(new ScanCommand({ TableName, ...extra }));
const remove =
  (extra: object): Send =>
  (client, TableName) =>
    client.send(new DeleteItemCommand({ TableName, Key: { tattoo: { N: '1' } }, ...extra }));

const REFUSED = 'AccessDeniedException';

/** What no function's role may do, whatever its policy says: it is beyond docs/function-boundary.json. */
const FOREIGN_RIGHT: Statement = { Effect: 'Allow', Action: 'dynamodb:DescribeTable', Resource: '*' };
const describeTable: Send = (client, TableName) => client.send(new DescribeTableCommand({ TableName }));

/** Calls that a function must not be able to make, and those that it makes, which show that the calls are right. */
interface Proof {
  readonly function: string;
  readonly forbidden: Readonly<Record<string, Send>>;
  readonly allowed: readonly Send[];
}

const PROOFS: readonly Proof[] = [
  {
    function: 'post-sheep',
    forbidden: {
      'a put with a foreign attribute': put({
        Item: { tattoo: { N: '1' }, weight: { N: '80000000000' }, owner: { S: 'wolf' } },
      }),
      'a put that returns the sheep it overwrote': put({ ReturnValues: 'ALL_OLD' }),
      'a scan': scan({ Select: 'COUNT' }),
    },
    allowed: [put({})],
  },
  {
    function: 'get-dog',
    forbidden: { 'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }), 'a put': put({}) },
    allowed: [scan({ Select: 'COUNT' })],
  },
  {
    function: 'get-cat',
    forbidden: { 'a scan': scan({ Select: 'COUNT' }), 'a put': put({}) },
    allowed: [],
  },
  {
    function: 'delete-wolf',
    forbidden: {
      'a put': put({}),
      'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }),
      'a scan of a foreign attribute': scan({ ProjectionExpression: 'tattoo, weight, #owner', ...OWNER }),
      'a delete that returns the sheep': remove({ ReturnValues: 'ALL_OLD' }),
      'a delete that asks for a foreign attribute': remove({
        ConditionExpression: 'attribute_not_exists(#owner)',
        ...OWNER,
      }),
    },
    allowed: [scan({ ProjectionExpression: 'tattoo, weight' }), remove({})],
  },
];

/**
 * With the credentials of each function, makes calls that its role must refuse. Then it takes each condition out of the
 * policy once, and one of these calls must get through: no line stands there for show. A right beyond the permissions boundary must not help. The
 * functions' code is replaced.
 * @throws Error naming the function and the call that was not refused, or the condition that nothing needs.
 */
export async function proveLeastPrivilege(endpoint: string, stack: StackName): Promise<string> {
  const settings = clientSettings(endpoint, ROOT_KEY);
  const clients = { lambda: new LambdaClient(settings), iam: new IAMClient(settings) };
  let refused = 0;
  let needed = 0;
  try {
    for (const proof of PROOFS) {
      const functionName = `${nameOf(stack)}-${proof.function}`;
      const key = await credentialsOf(clients.lambda, functionName);
      if (key.accessKeyId === ROOT_KEY.accessKeyId) throw new Error(`${functionName} runs as the root user`);
      const policy = await rolePolicyOf(clients, functionName, proof.function);
      const client = new DynamoDBClient(clientSettings(endpoint, key));
      const letThrough = () => callsLetThrough(proof, client, nameOf(stack));
      try {
        for (const send of proof.allowed) await send(client, nameOf(stack));
        const [call] = await letThrough();
        if (call !== undefined) throw new Error(`${functionName}, ${call}`);
        refused += Object.keys(proof.forbidden).length;
        if (!policy.boundary?.endsWith(`:policy/${BOUNDARY}`))
          throw new Error(`${functionName} has no boundary`);
        const outcome = await policy.during([...policy.statements, FOREIGN_RIGHT], () =>
          outcomeOf(describeTable(client, nameOf(stack))),
        );
        if (outcome !== REFUSED) throw new Error(`${functionName}, beyond the boundary: ${outcome}`);
        for (const { name, statements } of withoutOneCondition(policy.statements)) {
          const calls = await policy.during(statements, letThrough);
          if (calls.length === 0) throw new Error(`${functionName}: no call needs ${name}`);
          needed++;
        }
      } finally {
        client.destroy();
      }
    }
  } finally {
    clients.lambda.destroy();
    clients.iam.destroy();
  }
  return `${refused} forbidden calls refused, not so without any of the ${needed} conditions; bounded`;
}

/** The forbidden calls that were not refused, each with what happened instead. */
async function callsLetThrough(proof: Proof, client: DynamoDBClient, table: string): Promise<string[]> {
  const calls: string[] = [];
  for (const [call, send] of Object.entries(proof.forbidden)) {
    const outcome = await outcomeOf(send(client, table));
    if (outcome !== REFUSED) calls.push(`${call}: ${outcome}`);
  }
  return calls;
}

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'it was allowed',
    (error: Error) => error.name,
  );
}

/** The statements once without each of their conditions. */
function withoutOneCondition(statements: readonly Statement[]) {
  return statements.flatMap((statement, at) =>
    Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).map((name) => {
        const { [name]: _taken, ...others } = keys;
        const changed = { ...statement, Condition: { ...statement.Condition, [operator]: others } };
        return { name: `${statement.Action}, ${name}`, statements: statements.with(at, changed) };
      }),
    ),
  );
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

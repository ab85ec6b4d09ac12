import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { type AccessKey, clientSettings, ROOT_KEY } from './account.ts';
import type { StackName } from './project-copy.ts';

/** Code that hands out the credentials of its function; it is never deployed anywhere but here. */
const PROBES: Readonly<Record<StackName, (handler: string) => Record<string, Uint8Array>>> = {
  ts: (handler) => ({
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

/** One call that a function must not be able to make, and one that shows that the call itself is right. */
interface Proof {
  readonly function: string;
  readonly forbidden: Readonly<Record<string, Send>>;
  readonly allowed?: Send;
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
    allowed: put({}),
  },
  {
    function: 'get-dog',
    forbidden: { 'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }), 'a put': put({}) },
    allowed: scan({ Select: 'COUNT' }),
  },
  { function: 'get-cat', forbidden: { 'a scan': scan({ Select: 'COUNT' }), 'a put': put({}) } },
  {
    function: 'delete-wolf',
    forbidden: { 'a put': put({}), 'a scan of all attributes': scan({ Select: 'ALL_ATTRIBUTES' }) },
    allowed: scan({ ProjectionExpression: 'tattoo, weight' }),
  },
];

/**
 * With the credentials of each function, makes calls that its role must refuse. The functions' code is replaced.
 * @throws Error naming the function and the call that was not refused.
 */
export async function proveLeastPrivilege(
  endpoint: string,
  stack: StackName,
  stage: string,
): Promise<string> {
  const lambda = new LambdaClient(clientSettings(endpoint, ROOT_KEY));
  let refused = 0;
  try {
    for (const proof of PROOFS) {
      const FunctionName = `sheep-shed-${stage}-${stack}-${proof.function}`;
      const key = await credentialsOf(lambda, FunctionName, stack);
      if (key.accessKeyId === ROOT_KEY.accessKeyId) throw new Error(`${FunctionName} runs as the root user`);
      const client = new DynamoDBClient(clientSettings(endpoint, key));
      const table = `sheep-shed-${stage}-${stack}`;
      try {
        await proof.allowed?.(client, table);
        for (const [call, send] of Object.entries(proof.forbidden)) {
          const outcome = await send(client, table).then(
            () => 'it was allowed',
            (error: Error) => error.name,
          );
          if (outcome !== 'AccessDeniedException') throw new Error(`${FunctionName}, ${call}: ${outcome}`);
          refused++;
        }
      } finally {
        client.destroy();
      }
    }
  } finally {
    lambda.destroy();
  }
  return `${refused} forbidden calls refused`;
}

async function credentialsOf(
  lambda: LambdaClient,
  FunctionName: string,
  stack: StackName,
): Promise<AccessKey> {
  const { Handler = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const ZipFile = zipSync(PROBES[stack](Handler));
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName }));
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`the probe of ${FunctionName} failed: ${text}`);
  return JSON.parse(text) as AccessKey;
}

interface Statement {
  readonly Action: string | readonly string[];
}

/** The request that needs the rights of each function. */
const REQUESTS: Readonly<Record<string, readonly [method: string, path: () => string]>> = {
  'post-sheep': ['POST', () => `/sheep/${Date.now()}`],
  'get-dog': ['GET', () => '/dog'],
  'delete-wolf': ['DELETE', () => '/wolf'],
};

/**
 * Takes one right after the other from each function's role, expects 500 `INTERNAL_ERROR`, and gives it back.
 * @param url the API. The shed must hold a sheep of prime weight.
 * @throws Error naming a right that was not missed.
 */
export async function proveRightsNeeded(
  endpoint: string,
  url: string,
  stack: StackName,
  stage: string,
): Promise<string> {
  const settings = clientSettings(endpoint, ROOT_KEY);
  const lambda = new LambdaClient(settings);
  const iam = new IAMClient(settings);
  const missed: string[] = [];
  try {
    for (const [PolicyName, request] of Object.entries(REQUESTS)) {
      const FunctionName = `sheep-shed-${stage}-${stack}-${PolicyName}`;
      const { Role = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const policy = { RoleName: Role.split('/').at(-1) ?? '', PolicyName };
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(policy));
      const whole = decodeURIComponent(PolicyDocument);
      const { Statement, ...rest }: { Statement: Statement[] } = JSON.parse(whole);
      for (const taken of Statement.filter(({ Action }) => String(Action).startsWith('dynamodb:'))) {
        const left = JSON.stringify({ ...rest, Statement: Statement.filter((one) => one !== taken) });
        await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: left }));
        const answer = await ask(url, request);
        await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: whole }));
        if (answer !== '500 INTERNAL_ERROR') {
          throw new Error(`${FunctionName} without ${taken.Action} answers ${answer}`);
        }
        missed.push(String(taken.Action));
      }
    }
  } finally {
    lambda.destroy();
    iam.destroy();
  }
  return `500 without ${missed.join(', ')}`;
}

async function ask(url: string, [method, path]: (typeof REQUESTS)[string]): Promise<string> {
  const answer = await fetch(`${url}${path()}`, { method, signal: AbortSignal.timeout(35_000) });
  const text = await answer.text();
  const { code } = text === '' ? { code: '' } : (JSON.parse(text) as { code?: string });
  return `${answer.status} ${code ?? ''}`;
}

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Zippable, zipSync } from 'fflate';
import type { StackName } from '../bench/stacks/catalogue.ts';
import { type AccessKey, clientSettings, ROOT_KEY } from './account.ts';
import { outcomeOf, proveBounds, REFUSED } from './bounds.ts';
import type { FunctionCalls } from './function-calls.ts';
import { rolePolicyOf, type Statement } from './policies.ts';
import { BOUNDARY, nameOf, placesOf } from './serverless-cli.ts';

/** Code that hands out the credentials of its function, by runtime; it is never deployed anywhere but here. */
const PROBES: Readonly<Record<string, (handler: string) => Zippable>> = {
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
  provided: () => ({
    bootstrap: [Buffer.from(RUNTIME_API_PROBE), { os: 3, attrs: 0o100755 << 16 }],
  }),
};

/** Answers by the Runtime API, in the Node that the emulator finds on its PATH. */
const RUNTIME_API_PROBE = `#!/usr/bin/env node
(async () => {
  const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
  for (;;) {
    const next = await fetch(api + 'next');
    await next.text();
    const body = JSON.stringify({
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
      sessionToken: process.env.AWS_SESSION_TOKEN,
    });
    const id = next.headers.get('lambda-runtime-aws-request-id');
    await (await fetch(api + id + '/response', { method: 'POST', body })).text();
  }
})();
`;

/** What no function's role may do, whatever its policy says: it is beyond docs/function-boundary.json. */
const FOREIGN_RIGHT: Statement = { Effect: 'Allow', Action: 'dynamodb:DescribeTable', Resource: '*' };

/**
 * With the credentials of each function, makes calls that its role must refuse ({@link proveBounds}). A right beyond
 * the permissions boundary must not help. The functions' code is replaced.
 * @throws Error naming the function and the call that was not refused, or the line that nothing needs.
 */
export async function proveLeastPrivilege(
  endpoint: string,
  stack: StackName,
  callsOf: FunctionCalls,
): Promise<string> {
  const placeOf = await placesOf(endpoint, stack);
  const settings = clientSettings(endpoint, ROOT_KEY);
  const clients = { lambda: new LambdaClient(settings), iam: new IAMClient(settings) };
  const table = nameOf(stack);
  let refused = 0;
  let needed = 0;
  try {
    for (const [name, calls] of Object.entries(callsOf)) {
      const functionName = `${table}-${name}`;
      const key = await credentialsOf(clients.lambda, functionName);
      if (key.accessKeyId === ROOT_KEY.accessKeyId) throw new Error(`${functionName} runs as the root user`);
      const policy = await rolePolicyOf(clients, functionName, name);
      if (!policy.boundary?.endsWith(`:policy/${BOUNDARY}`))
        throw new Error(`${functionName} has no boundary`);
      const own = clientSettings(endpoint, key);
      const dynamodb = new DynamoDBClient(own);
      const others = { logs: new CloudWatchLogsClient(own), s3: new S3Client(own), sqs: new SQSClient(own) };
      try {
        const proved = await proveBounds(
          functionName,
          policy,
          { dynamodb, ...others, table, placeOf },
          calls,
        );
        refused += proved.refused;
        needed += proved.needed;
        const outcome = await policy.during([...policy.statements, FOREIGN_RIGHT], () =>
          outcomeOf(dynamodb.send(new DescribeTableCommand({ TableName: table }))),
        );
        if (outcome !== REFUSED) throw new Error(`${functionName}, beyond the boundary: ${outcome}`);
      } finally {
        for (const client of [dynamodb, ...Object.values(others)]) client.destroy();
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
  const probe = PROBES[Runtime.replace(/[.\d].*$/, '')];
  if (probe === undefined) throw new Error(`there is no probe for the runtime ${Runtime} of ${FunctionName}`);
  const ZipFile = zipSync(probe(Handler));
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName }));
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`the probe of ${FunctionName} failed: ${text}`);
  return JSON.parse(text) as AccessKey;
}

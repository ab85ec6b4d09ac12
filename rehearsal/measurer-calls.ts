import { GetApiCommand, GetStageCommand } from '@aws-sdk/client-apigatewayv2';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Calls } from './bounds.ts';
import { ACCOUNT, REGION } from './emulator.ts';
import type { ForeignResources } from './foreign-resources.ts';
import type { UserClients } from './user-clients.ts';

/** The measurer's requests and what they are about. */
export interface MeasurerClients {
  readonly own: UserClients;
  readonly foreign: ForeignResources;
  /** The API that the policy names. */
  readonly apiId: string;
  readonly table: string;
  /** Asks for a path of an API by a signed request and gives the status. */
  readonly signed: (apiId: string, path: string) => Promise<string>;
}

const OURS = 'sheep-shed-none';
const LAYER = `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:foreign:1`;
const remove = (table: string) =>
  new BatchWriteItemCommand({
    RequestItems: { [table]: [{ DeleteRequest: { Key: { tattoo: { N: '1' } } } }] },
  });

/** What the measurer of docs/measurer-policy.json may not do, and what measuring needs. */
export const MEASURER_CALLS: Calls<MeasurerClients> = {
  forbidden: {
    'signs a request to a foreign API': async ({ signed, foreign }) => {
      if ((await signed(foreign.apiId, '/dog')) === '403') throw forbidden();
    },
    'reads a foreign stage': ({ own, foreign }) =>
      own.apis.send(new GetStageCommand({ ApiId: foreign.apiId, StageName: '$default' })),
    'reads more of its API': ({ own, apiId }) => own.apis.send(new GetApiCommand({ ApiId: apiId })),
    'reads the limit of a foreign function': ({ own }) =>
      own.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: 'foreign' })),
    'changes a foreign function': ({ own }) =>
      own.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'foreign' })),
    'invokes a function that is no load agent': ({ own, table }) =>
      own.lambda.send(new InvokeCommand({ FunctionName: `${table}-get-cat`, InvocationType: 'DryRun' })),
    'gives a function a layer': ({ own }) =>
      own.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: OURS, Layers: [LAYER] })),
    'gives a function another role': ({ own }) =>
      own.lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: OURS,
          Role: `arn:aws:iam::${ACCOUNT}:role/a`,
        }),
      ),
    'gives a function other code': ({ own }) =>
      own.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: OURS, ZipFile: new Uint8Array(1) })),
    'removes sheep of a foreign table': ({ own, foreign }) => own.dynamodb.send(remove(foreign.table)),
    'deletes its table': ({ own, table }) => own.dynamodb.send(new DeleteTableCommand({ TableName: table })),
    'looks at a foreign stack': ({ own }) =>
      own.cloudformation.send(new DescribeStacksCommand({ StackName: 'foreign' })),
    'puts an object into a foreign bucket': ({ own, foreign: { bucket: Bucket, key: Key } }) =>
      own.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a' })),
    'reads from a foreign bucket': ({ own, foreign: { bucket: Bucket } }) =>
      own.s3.send(new GetObjectCommand({ Bucket, Key: 'none' })),
    'looks at the progress of a foreign import': ({ own, foreign }) =>
      own.dynamodb.send(new GetItemCommand({ TableName: foreign.table, Key: { tattoo: { N: '1' } } })),
    'asks a foreign log': ({ own }) =>
      own.logs.send(
        new StartQueryCommand({
          logGroupName: '/aws/lambda/foreign',
          startTime: 0,
          endTime: 1,
          queryString: 'fields @message',
        }),
      ),
  },
  allowed: {
    'reads the limits of its stage': ({ own, apiId }) =>
      own.apis.send(new GetStageCommand({ ApiId: apiId, StageName: '$default' })),
    'reads the limits of the account': ({ own }) => own.lambda.send(new GetAccountSettingsCommand({})),
    'reads the limit of a function': ({ own, table }) =>
      own.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: `${table}-get-cat` })),
    'forces a cold start': async ({ own, table }) => {
      const name = { FunctionName: `${table}-get-cat` };
      const { Environment } = await own.lambda.send(new GetFunctionConfigurationCommand(name));
      const Variables = Environment?.Variables ?? {};
      await own.lambda.send(new UpdateFunctionConfigurationCommand({ ...name, Environment: { Variables } }));
    },
    'looks at its table': ({ own, table }) =>
      own.dynamodb.send(new DescribeTableCommand({ TableName: table })),
    'removes sheep of its table': ({ own, table }) => own.dynamodb.send(remove(table)),
  },
};

function forbidden(): Error {
  return Object.assign(new Error('the API answers 403'), { name: 'ForbiddenException' });
}

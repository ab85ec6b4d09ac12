import { ApiGatewayV2Client, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeQueryDefinitionsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
  ListRolesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ACCOUNT, REGION } from './emulator.ts';
import { USER_POLICY } from './policies.ts';

/** A long-lived key of an account. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The emulator's root user; no real account knows this key. */
export const ROOT_KEY: AccessKey = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Name of the user with docs/deployer-policy.json. */
export const DEPLOYER = 'sheep-shed-deployer';

/** Name of the user with docs/measurer-policy.json. */
export const MEASURER = 'sheep-shed-measurer';

/** Settings of a client that can reach nothing but the emulator. */
export function clientSettings(endpoint: string, credentials: AccessKey) {
  return { endpoint, credentials, region: REGION, maxAttempts: 2, forcePathStyle: true };
}

/**
 * Creates a user with exactly the given policy.
 * @param policy a policy document, in which the account 123456789012 stands for the emulator's.
 * @throws Error when the user is not in the emulator's account.
 */
export async function createUser(endpoint: string, UserName: string, policy: string): Promise<AccessKey> {
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  try {
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    if (User?.Arn !== `arn:aws:iam::${ACCOUNT}:user/${UserName}`) {
      throw new Error(`${endpoint} is not the emulator: it made the user ${User?.Arn}`);
    }
    await putPolicy(iam, UserName, policy);
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
  } finally {
    iam.destroy();
  }
}

/** Gives a user another policy. @param policy as for {@link createUser}. */
export async function changePolicy(endpoint: string, UserName: string, policy: string): Promise<void> {
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  await putPolicy(iam, UserName, policy).finally(() => iam.destroy());
}

/** Gives a user one more policy. @param policy as for {@link createUser}. */
export async function addPolicy(
  endpoint: string,
  UserName: string,
  PolicyName: string,
  policy: string,
): Promise<void> {
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  await putPolicy(iam, UserName, policy, PolicyName).finally(() => iam.destroy());
}

async function putPolicy(
  iam: IAMClient,
  UserName: string,
  policy: string,
  PolicyName = USER_POLICY,
): Promise<void> {
  const PolicyDocument = policy.replaceAll('123456789012', ACCOUNT);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
}

/** Makes a managed policy. @param policy as for {@link createUser}. */
export async function createPolicy(endpoint: string, PolicyName: string, policy: string): Promise<void> {
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  const PolicyDocument = policy.replaceAll('123456789012', ACCOUNT);
  await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument })).finally(() => iam.destroy());
}

/** Everything in the account that a deployment could leave behind, each as `kind name`. */
export async function inventory(endpoint: string): Promise<string[]> {
  const settings = clientSettings(endpoint, ROOT_KEY);
  const s3 = new S3Client(settings);
  const lambda = new LambdaClient(settings);
  const iam = new IAMClient(settings);
  const dynamodb = new DynamoDBClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const apis = new ApiGatewayV2Client(settings);
  const stacks = new CloudFormationClient(settings);
  const sqs = new SQSClient(settings);
  try {
    const [buckets, functions, roles, tables, groups, queries, httpApis, alive, queues, mappings] =
      await Promise.all([
        s3.send(new ListBucketsCommand({})),
        lambda.send(new ListFunctionsCommand({})),
        iam.send(new ListRolesCommand({})),
        dynamodb.send(new ListTablesCommand({})),
        logs.send(new DescribeLogGroupsCommand({})),
        logs.send(new DescribeQueryDefinitionsCommand({})),
        apis.send(new GetApisCommand({})),
        stacks.send(new ListStacksCommand({})),
        sqs.send(new ListQueuesCommand({})),
        lambda.send(new ListEventSourceMappingsCommand({})),
      ]);
    return [
      ...(buckets.Buckets ?? []).map(({ Name }) => `bucket ${Name}`),
      ...(functions.Functions ?? []).map(({ FunctionName }) => `function ${FunctionName}`),
      ...(roles.Roles ?? [])
        .filter(({ Path }) => !Path?.startsWith('/aws-service-role/'))
        .map(({ RoleName }) => `role ${RoleName}`),
      ...(tables.TableNames ?? []).map((name) => `table ${name}`),
      ...(groups.logGroups ?? []).map(({ logGroupName }) => `log group ${logGroupName}`),
      ...(queries.queryDefinitions ?? []).map(({ name }) => `query definition ${name}`),
      ...(httpApis.Items ?? []).map(({ Name }) => `API ${Name}`),
      ...(queues.QueueUrls ?? []).map((url) => `queue ${url}`),
      ...(mappings.EventSourceMappings ?? []).map(({ UUID }) => `event source mapping ${UUID}`),
      ...(alive.StackSummaries ?? [])
        .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
        .map(({ StackName }) => `stack ${StackName}`),
    ].sort();
  } finally {
    for (const client of [s3, lambda, iam, dynamodb, logs, apis, stacks, sqs]) client.destroy();
  }
}

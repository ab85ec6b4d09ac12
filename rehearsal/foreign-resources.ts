/** What others have in the account, made past every policy: a deployer or measurer of ours must not touch it. */
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDomainNameCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudWatchLogsClient,
  DeleteQueryDefinitionCommand,
  PutQueryDefinitionCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings, ROOT_KEY } from './account.ts';
import { ACCOUNT } from './emulator.ts';
import { BOUNDARY } from './serverless-cli.ts';
import { withTable } from './shed-table.ts';

/** Ids and names of foreign resources. */
export interface ForeignResources {
  /** An HTTP API whose route `GET /dog` asks for signed requests. */
  readonly apiId: string;
  /** A domain of API Gateway that somebody tagged as if it were ours. */
  readonly domain: string;
  readonly bucket: string;
  /** The one key under which something may be put there. */
  readonly key: string;
  readonly queryDefinitionId: string;
  /** A role that happens to be within our boundary. */
  readonly role: string;
  readonly table: string;
}

const DOMAIN = 'foreign.example';
const BUCKET = 'foreign-bucket';
const KEY = 'a';
const ROLE = 'foreign-role';
const TABLE = 'foreign-table';

/** Does something while the foreign resources exist, and takes away what is left of them then. */
export async function withForeignResources<T>(
  endpoint: string,
  body: (foreign: ForeignResources) => Promise<T>,
): Promise<T> {
  const apis = new ApiGatewayV2Client(clientSettings(endpoint, ROOT_KEY));
  const logs = new CloudWatchLogsClient(clientSettings(endpoint, ROOT_KEY));
  const s3 = new S3Client(clientSettings(endpoint, ROOT_KEY));
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  const made: (() => Promise<unknown>)[] = [];
  try {
    const apiId = await makeApi(apis);
    made.push(() => apis.send(new DeleteApiCommand({ ApiId: apiId })));
    await apis.send(new CreateDomainNameCommand({ DomainName: DOMAIN, Tags: { project: 'sheep-shed' } }));
    made.push(() => apis.send(new DeleteDomainNameCommand({ DomainName: DOMAIN })));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    made.push(() => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEY })));
    made.push(() => s3.send(new DeleteBucketCommand({ Bucket: BUCKET })));
    const PermissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/${BOUNDARY}`;
    const trust = { AssumeRolePolicyDocument: '{}', PermissionsBoundary };
    await iam.send(new CreateRoleCommand({ RoleName: ROLE, ...trust }));
    made.push(() => iam.send(new DeleteRoleCommand({ RoleName: ROLE })));
    const definition = { name: 'foreign/query', queryString: 'fields @message' };
    const { queryDefinitionId = '' } = await logs.send(new PutQueryDefinitionCommand(definition));
    made.push(() => logs.send(new DeleteQueryDefinitionCommand({ queryDefinitionId })));
    return await withTable(endpoint, TABLE, () =>
      body({ apiId, domain: DOMAIN, bucket: BUCKET, key: KEY, queryDefinitionId, role: ROLE, table: TABLE }),
    );
  } finally {
    // A policy that was loosened for a moment has let some of them be deleted.
    for (const remove of made) await remove().catch(() => undefined);
    for (const client of [apis, logs, s3, iam]) client.destroy();
  }
}

async function makeApi(apis: ApiGatewayV2Client): Promise<string> {
  const kind = { ProtocolType: 'HTTP', Tags: { project: 'foreign' } } as const;
  const { ApiId = '' } = await apis.send(new CreateApiCommand({ Name: 'foreign', ...kind }));
  const to = {
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'GET',
    PayloadFormatVersion: '1.0',
  } as const;
  // Nothing listens on port 1 of this machine.
  const integration = new CreateIntegrationCommand({ ApiId, ...to, IntegrationUri: 'http://127.0.0.1:1/' });
  const { IntegrationId } = await apis.send(integration);
  const route = { RouteKey: 'GET /dog', AuthorizationType: 'AWS_IAM' } as const;
  await apis.send(new CreateRouteCommand({ ApiId, ...route, Target: `integrations/${IntegrationId}` }));
  await apis.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  return ApiId;
}

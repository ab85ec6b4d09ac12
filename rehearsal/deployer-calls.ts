import {
  DeleteApiCommand,
  DeleteDomainNameCommand,
  DeleteRouteCommand,
  GetApiCommand,
  GetDomainNameCommand,
  UpdateApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteLogGroupCommand,
  DeleteQueryDefinitionCommand,
  DescribeQueryDefinitionsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DeleteFunctionCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetBucketPolicyCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import type { Calls } from './bounds.ts';
import { ACCOUNT } from './emulator.ts';
import type { ForeignResources } from './foreign-resources.ts';
import type { UserClients } from './user-clients.ts';

/** The deployer's own requests, those that CloudFormation makes in the deployer's name, and what they are about. */
export interface DeployerClients {
  readonly own: UserClients;
  readonly throughCloudFormation: UserClients;
  readonly foreign: ForeignResources;
  /** The API and the stack that the deployer made. */
  readonly apiId: string;
  readonly stackName: string;
}

/** A name that the policy allows, of something that does not exist. */
const OURS = 'sheep-shed-none';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
// A document that no service takes: a call that IAM lets through makes nothing all the same.
const NO_DOCUMENT = 'none';

/** What the deployer of docs/deployer-policy.json may not do, and some of what he may. */
export const DEPLOYER_CALLS: Calls<DeployerClients> = {
  forbidden: {
    'deletes a foreign API': ({ own, foreign }) =>
      own.apis.send(new DeleteApiCommand({ ApiId: foreign.apiId })),
    'deletes a foreign API by a stack': ({ throughCloudFormation: { apis }, foreign }) =>
      apis.send(new DeleteApiCommand({ ApiId: foreign.apiId })),
    'changes a foreign stage by a stack': ({ throughCloudFormation: { apis }, foreign }) =>
      apis.send(new UpdateStageCommand({ ApiId: foreign.apiId, StageName: '$default', Description: 'a' })),
    'changes an API past its stack': ({ own, apiId }) =>
      own.apis.send(new UpdateApiCommand({ ApiId: apiId, Description: 'changed' })),
    'deletes a part of an API past its stack': ({ own, apiId }) =>
      own.apis.send(new DeleteRouteCommand({ ApiId: apiId, RouteId: 'none' })),
    'reads an API past its stack': ({ own, foreign }) =>
      own.apis.send(new GetApiCommand({ ApiId: foreign.apiId })),
    'deletes a domain, though it is tagged as ours, by a stack': ({ throughCloudFormation, foreign }) =>
      throughCloudFormation.apis.send(new DeleteDomainNameCommand({ DomainName: foreign.domain })),
    'reads a domain by a stack': ({ throughCloudFormation, foreign }) =>
      throughCloudFormation.apis.send(new GetDomainNameCommand({ DomainName: foreign.domain })),
    'deletes a foreign query definition': ({ own, foreign: { queryDefinitionId } }) =>
      own.logs.send(new DeleteQueryDefinitionCommand({ queryDefinitionId })),
    'deletes a foreign log delivery': ({ own }) => own.deleteLogDelivery(),
    'imports a foreign API into a stack': ({ own, stackName, foreign: { apiId } }) =>
      own.cloudformation.send(
        new CreateChangeSetCommand({
          StackName: stackName,
          ChangeSetName: 'import',
          ChangeSetType: 'IMPORT',
          TemplateBody: NO_DOCUMENT,
          ResourcesToImport: [
            {
              ResourceType: 'AWS::ApiGatewayV2::Api',
              LogicalResourceId: 'Foreign',
              ResourceIdentifier: { ApiId: apiId },
            },
          ],
        }),
      ),
    'changes a foreign stack': ({ own }) =>
      own.cloudformation.send(
        new CreateChangeSetCommand({ StackName: 'foreign', ChangeSetName: 'a', TemplateBody: NO_DOCUMENT }),
      ),
    'deletes a foreign stack': ({ own }) =>
      own.cloudformation.send(new DeleteStackCommand({ StackName: 'foreign' })),
    'hands a role to CloudFormation': ({ own }) =>
      own.cloudformation.send(
        new UpdateStackCommand({ StackName: OURS, TemplateBody: '{}', RoleARN: role(OURS) }),
      ),
    'hands a foreign role to a function': ({ own }) =>
      own.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: OURS, Role: role('foreign') })),
    'deletes a foreign function': ({ own }) =>
      own.lambda.send(new DeleteFunctionCommand({ FunctionName: 'foreign' })),
    'deletes a foreign table': ({ own, foreign: { table } }) =>
      own.dynamodb.send(new DeleteTableCommand({ TableName: table })),
    'reads the policy of a foreign bucket': ({ own, foreign }) =>
      own.s3.send(new GetBucketPolicyCommand({ Bucket: foreign.bucket })),
    'deletes from a foreign bucket': ({ own, foreign }) =>
      own.s3.send(new DeleteObjectCommand({ Bucket: foreign.bucket, Key: 'a' })),
    'reads from a foreign bucket': ({ own, foreign }) =>
      own.s3.send(new GetObjectCommand({ Bucket: foreign.bucket, Key: 'none' })),
    'deletes a foreign log': ({ own }) =>
      own.logs.send(new DeleteLogGroupCommand({ logGroupName: '/aws/lambda/foreign' })),
    'deletes a foreign role': ({ own }) => own.iam.send(new DeleteRoleCommand({ RoleName: 'foreign-none' })),
    'takes a right from a foreign role': ({ own, foreign }) =>
      own.iam.send(new DeleteRolePolicyCommand({ RoleName: foreign.role, PolicyName: 'none' })),
    'makes a role within another boundary': ({ own }) =>
      own.iam.send(
        new CreateRoleCommand({
          RoleName: OURS,
          AssumeRolePolicyDocument: NO_DOCUMENT,
          PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/none`,
        }),
      ),
    'gives a role a managed policy': ({ own }) =>
      own.iam.send(
        new AttachRolePolicyCommand({
          RoleName: OURS,
          PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        }),
      ),
    'takes the boundary off a role': ({ own }) =>
      own.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: OURS })),
  },
  allowed: {
    'reads its stack': ({ own, stackName }) =>
      own.cloudformation.send(new DescribeStacksCommand({ StackName: stackName })),
    'reads its API by a stack': ({ throughCloudFormation, apiId }) =>
      throughCloudFormation.apis.send(new GetApiCommand({ ApiId: apiId })),
    'changes its API by a stack': ({ throughCloudFormation, apiId }) =>
      throughCloudFormation.apis.send(new UpdateApiCommand({ ApiId: apiId, Description: '' })),
    'changes its stage by a stack': ({ throughCloudFormation: { apis }, apiId }) =>
      apis.send(new UpdateStageCommand({ ApiId: apiId, StageName: '$default', Description: '' })),
    'reads saved queries by a stack': ({ throughCloudFormation }) =>
      throughCloudFormation.logs.send(new DescribeQueryDefinitionsCommand({})),
  },
};

/** Lines of the deployer's policy that no call shows here. */
export const DEPLOYER_LEFT_OUT: Readonly<Record<string, string>> = {
  'Budget, its resources': 'the emulator takes budgets:CreateBudget for the action, AWS budgets:ModifyBudget',
};

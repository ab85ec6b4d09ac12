/** The policies of deployer and measurer and the boundary of the functions' roles, as an administrator would attach them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { UNCOMPILED_STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { eventWorkloads, ofType, packageOf, ROOT, type Template, templateIn } from './packages.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

const statementsOf = async (name: string): Promise<readonly Statement[]> =>
  (JSON.parse(await readFile(join(ROOT, 'docs', name), 'utf8')) as { Statement: Statement[] }).Statement;
const POLICIES = [
  'deployer-policy.json',
  'deployer-portraits-policy.json',
  'measurer-policy.json',
  'function-boundary.json',
];
/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const WITHOUT_RESOURCE = new Set([
  'cloudformation:ValidateTemplate',
  // Mappings are named by random ids: `lambda:FunctionArn` bounds what is done with them.
  'lambda:CreateEventSourceMapping',
  'lambda:DeleteEventSourceMapping',
  'lambda:GetAccountSettings',
  'lambda:GetEventSourceMapping',
  'lambda:UpdateEventSourceMapping',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DeleteQueryDefinition',
  'logs:DescribeLogGroups',
  'logs:DescribeQueryDefinitions',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  // Has log groups as resources of late: the results of a query are those of log groups that StartQuery was allowed.
  'logs:GetQueryResults',
  'logs:ListLogDeliveries',
  'logs:PutQueryDefinition',
  'logs:PutResourcePolicy',
  'logs:StopQuery',
  'logs:UpdateLogDelivery',
  'sts:GetCallerIdentity',
]);
const THROUGH_CLOUDFORMATION = {
  'ForAnyValue:StringEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
};
/** What bounds statements without a resource, by their names. */
const BY_SERVICES: Readonly<Record<string, unknown>> = {
  SavedQueries: THROUGH_CLOUDFORMATION,
  EventSources: {
    ArnLike: { 'lambda:FunctionArn': 'arn:aws:lambda:eu-west-3:123456789012:function:sheep-shed-*' },
  },
  LogDeliveries: { Bool: { 'aws:ViaAWSService': 'true' } },
};
/**
 * What CloudFormation does for the deployer with each type, as far as our templates set it: the handlers' permissions
 * in the types' schemas (`aws cloudformation describe-type`). The emulator does not check these calls.
 */
const NEEDED_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': [
    ...['PutMetricAlarm', 'DescribeAlarms', 'DeleteAlarms'].map((call) => `cloudwatch:${call}`),
    ...['TagResource', 'UntagResource', 'ListTagsForResource'].map((call) => `cloudwatch:${call}`),
  ],
  'AWS::DynamoDB::Table': [
    ...['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable'].map((call) => `dynamodb:${call}`),
    ...['UpdateTimeToLive', 'DescribeTimeToLive', 'UpdateContinuousBackups'].map(
      (call) => `dynamodb:${call}`,
    ),
  ],
  'AWS::IAM::Role': ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:DeleteRole'],
  'AWS::S3::Bucket': [
    ...['CreateBucket', 'DeleteBucket', 'PutEncryptionConfiguration'].map((call) => `s3:${call}`),
    ...['PutBucketPublicAccessBlock', 'PutBucketOwnershipControls', 'PutBucketCORS'].map(
      (call) => `s3:${call}`,
    ),
    ...['PutBucketNotification', 'PutLifecycleConfiguration', 'PutBucketTagging'].map((call) => `s3:${call}`),
  ],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SQS::Queue': [
    ...['CreateQueue', 'DeleteQueue', 'GetQueueUrl', 'GetQueueAttributes'].map((call) => `sqs:${call}`),
    ...['SetQueueAttributes', 'TagQueue', 'UntagQueue', 'ListQueueTags'].map((call) => `sqs:${call}`),
  ],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes'],
};
const matches = (arn: string, pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(arn);
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => Action);

describe('the policies of docs', () => {
  let templates: Template[];

  before(async () => {
    templates = [];
    for (const stack of UNCOMPILED_STACK_NAMES) templates.push(await templateIn(await packageOf(stack)));
  });

  it('allow no action by a wildcard, and every resource only where AWS knows no other', async () => {
    for (const name of POLICIES) {
      for (const { Sid, Effect, Action, Resource, Condition } of await statementsOf(name)) {
        assert.equal(Effect, 'Allow');
        assert.ok(![Action].flat().some((action) => action.includes('*')), Sid);
        if (![Resource].flat().includes('*')) continue;
        assert.equal(Resource, '*');
        for (const action of [Action].flat()) assert.ok(WITHOUT_RESOURCE.has(action), action);
        // What writes without a resource is bounded by who makes the call.
        const writes = [Action].flat().filter((action) => !/:(Describe|Get|List|Stop|Validate)/.test(action));
        if (writes.length > 0) assert.deepEqual(Condition, BY_SERVICES[Sid], Sid);
      }
    }
  });

  it('let the deployer reach APIs by CloudFormation alone, and APIs and stages by their tag alone', async () => {
    const policy = await statementsOf('deployer-policy.json');
    const ofApis = policy.filter(({ Action }) =>
      [Action].flat().some((one) => one.startsWith('apigateway:')),
    );
    assert.equal(ofApis.length, 3);
    for (const { Condition } of ofApis) assert.partialDeepStrictEqual(Condition, THROUGH_CLOUDFORMATION);
    const api = '::/apis/0123456789';
    const changing = ofApis.filter(
      ({ Action, Resource }) =>
        [Action].flat().includes('apigateway:DELETE') &&
        [Resource].flat().some((one) => matches(`arn:aws:apigateway:eu-west-3${api}`, one)),
    );
    assert.deepEqual(
      changing.map(({ Condition }) => Condition),
      [{ ...THROUGH_CLOUDFORMATION, StringEquals: { 'aws:ResourceTag/project': 'sheep-shed' } }],
    );
    for (const template of templates) {
      for (const type of ['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Stage']) {
        const [[, { Properties } = {}] = []] = ofType(template, type);
        assert.equal(Properties?.Tags.project, 'sheep-shed', type);
      }
    }
  });

  it('name the APIs that the measurer may ask', async () => {
    const policy = await statementsOf('measurer-policy.json');
    const ids = policy
      .filter(({ Action }) => /^(execute-api|apigateway):/.test(String(Action)))
      .map(({ Resource }) => [Resource].flat().map((one) => /(?::|apis\/)([^:/]+)\/[^:]*\*$/.exec(one)?.[1]));
    assert.deepEqual(ids, Array(2).fill(['a1b2c3d4e5', 'f6g7h8i9j0']));
  });

  it('are short enough for a managed policy', async () => {
    for (const name of POLICIES) {
      const text = await readFile(join(ROOT, 'docs', name), 'utf8');
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space is not counted.
      assert.ok(text.replace(/\s/g, '').length <= 6144, name);
    }
  });

  it('let the deployer make, change and remove each kind of resource of flocks and portraits', async () => {
    const allowed = new Set([
      ...actionsOf(await statementsOf('deployer-policy.json')),
      ...actionsOf(await statementsOf('deployer-portraits-policy.json')),
    ]);
    const used = (await eventWorkloads()).flatMap(({ resources }) =>
      Object.values(resources.Resources).map(({ Type }) => Type),
    );
    assert.deepEqual([...new Set(used)].sort(), Object.keys(NEEDED_BY_TYPE).sort());
    for (const action of Object.values(NEEDED_BY_TYPE).flat()) assert.ok(allowed.has(action), action);
  });

  it('let the deployer make and change roles within the boundary alone, and never take it off', async () => {
    const policy = await statementsOf('deployer-policy.json');
    const bounded = [
      'iam:CreateRole',
      'iam:DeleteRolePolicy',
      'iam:PutRolePermissionsBoundary',
      'iam:PutRolePolicy',
    ];
    const statements = policy.filter(({ Action }) => [Action].flat().some((one) => bounded.includes(one)));
    assert.equal(statements.length, 1);
    assert.deepEqual(statements[0]?.Action, bounded);
    assert.deepEqual(statements[0]?.Condition, {
      StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/sheep-shed-boundary' },
    });
    for (const action of actionsOf(policy)) {
      assert.doesNotMatch(
        action,
        /^iam:(Attach|CreatePolicy|DeleteRolePermissionsBoundary|UpdateAssumeRole)/,
      );
    }
  });

  it('bound functions at just the actions that their roles allow', async () => {
    const boundary = new Set(actionsOf(await statementsOf('function-boundary.json')));
    const used = (template: Template) =>
      ofType(template, 'AWS::IAM::Role')
        .flatMap(([, { Properties }]) => Properties.Policies)
        .flatMap(({ PolicyDocument }) => actionsOf(PolicyDocument.Statement));
    const withPortraits = (await eventWorkloads()).flatMap(({ resources }) => used(resources));
    const [first, ...others] = templates.map((template) => [...new Set(used(template))].sort());
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual([...new Set([...(first ?? []), ...withPortraits])].sort(), [...boundary].sort());
  });
});

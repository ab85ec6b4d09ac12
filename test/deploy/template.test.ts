import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { unzipSync } from 'fflate';
import { STACKS, type StackName, UNCOMPILED_STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { functionsOf } from '../../src/functions/catalogue.ts';
import {
  ofType,
  packageAnew,
  packageOf,
  type Resource,
  ROOT,
  type Template,
  templateIn,
  zipsOf,
} from './packages.ts';

/** An HTTP API of API Gateway waits no longer, in seconds. */
const API_LIMIT = 30;

const DYNAMODB_RIGHTS: Readonly<Record<string, readonly unknown[]>> = {
  'post-sheep': [
    {
      Action: 'dynamodb:PutItem',
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['tattoo', 'weight'] },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
      },
    },
  ],
  'get-dog': [{ Action: 'dynamodb:Scan', Condition: { StringEquals: { 'dynamodb:Select': 'COUNT' } } }],
  'get-cat': [],
  'delete-wolf': [
    {
      Action: 'dynamodb:Scan',
      Condition: {
        Null: { 'dynamodb:Attributes': 'false' },
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['tattoo', 'weight'] },
        StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    },
    {
      Action: 'dynamodb:DeleteItem',
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['tattoo', 'weight'] },
        StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
      },
    },
  ],
};

/** The functions that a stack deploys: those of the HTTP contract, and those of TypeScript its own. */
const deployed = (stack: StackName) =>
  STACKS[stack].folder === '.' ? functionsOf('every stack', 'this stack') : functionsOf('every stack');

// `npm run test:rust` compares the template of the stack that cargo compiles with Python's.
for (const stack of UNCOMPILED_STACK_NAMES) describe(`the template of ${stack}`, () => checksOf(stack));

function checksOf(stack: StackName): void {
  let template: Template;
  let functions: [string, Resource][];
  let folder: string;
  /** A package of the stage prod with other parameters, made anew. */
  let ofProd: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sheep-shed-package-'));
    const params = [
      ...['memorySize=256', 'architecture=x86_64', 'retention=30', 'throttleRate=5', 'throttleBurst=9'],
      ...['auth=iam', 'reservedConcurrency=7', 'boundary=bound', 'budgetEmail=a@b.example'],
    ].map((param) => `--param=${param}`);
    ofProd = await packageAnew(folder, stack, '--stage', 'prod', '--region', 'eusc-de-east-1', ...params);
    template = await templateIn(await packageOf(stack));
    functions = ofType(template, 'AWS::Lambda::Function');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('names the functions of the catalogue, as the queries expect, and has their routes', () => {
    assert.deepEqual(
      functions.map(([, { Properties }]) => Properties.FunctionName).sort(),
      deployed(stack)
        .map(({ name }) => `sheep-shed-dev-${stack}-${name}`)
        .sort(),
    );
    assert.deepEqual(
      ofType(template, 'AWS::ApiGatewayV2::Route')
        .map(([, { Properties }]) => Properties.RouteKey)
        .sort(),
      deployed(stack)
        .flatMap(({ http }) => http?.routes ?? [])
        .sort(),
    );
  });

  it('gives each function a role of its own and no managed policy', () => {
    const roles = functions.map(([, { Properties }]) => Properties.Role['Fn::GetAtt'][0]);
    assert.equal(new Set(roles).size, functions.length);
    assert.deepEqual(
      ofType(template, 'AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
      [...roles].sort(),
    );
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::Role')) {
      assert.equal(Properties.ManagedPolicyArns, undefined);
      assert.deepEqual(Properties.AssumeRolePolicyDocument.Statement, [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
    }
  });

  it('allows each function exactly its own log group and its own operations on the table', () => {
    const [[table] = ['']] = ofType(template, 'AWS::DynamoDB::Table');
    for (const [, { Properties }] of functions) {
      const name: string = Properties.FunctionName;
      const role = template.Resources[Properties.Role['Fn::GetAtt'][0]];
      const [logs, ...rights] = (role?.Properties.Policies ?? []).flatMap(
        (policy: Resource['Properties']) => policy.PolicyDocument.Statement,
      );
      assert.deepEqual(logs, {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: {
          'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${name}:*`,
        },
      });
      const expected = DYNAMODB_RIGHTS[name.split('-').slice(-2).join('-')] ?? [];
      assert.deepEqual(
        rights,
        expected.map((right) => ({
          Effect: 'Allow',
          ...(right as object),
          Resource: { 'Fn::GetAtt': [table, 'Arn'] },
        })),
      );
    }
  });

  it('has no * as an action and no * as a resource', () => {
    const found: string[] = [];
    walk(template.Resources, (key, value, path) => {
      if (key === 'Action' && [value].flat().some((action) => String(action).includes('*'))) found.push(path);
      if (key === 'Resource' && [value].flat().includes('*')) found.push(path);
    });
    // osls denies everything without TLS on its bucket: a `*` that takes away.
    assert.deepEqual(found, [
      'ServerlessDeploymentBucketPolicy.Properties.PolicyDocument.Statement.0.Action',
    ]);
    const [, policy] = ofType(template, 'AWS::S3::BucketPolicy')[0] ?? [];
    assert.equal(policy?.Properties.PolicyDocument.Statement[0].Effect, 'Deny');
  });

  it('names no partition of AWS', () => {
    assert.doesNotMatch(JSON.stringify(template), /arn:aws|\.amazonaws\.(com\.cn|eu)/);
  });

  it('keeps every log for a limited time', () => {
    const groups = ofType(template, 'AWS::Logs::LogGroup');
    assert.equal(groups.length, functions.length + 1);
    for (const [id, { Properties }] of groups) assert.equal(Properties.RetentionInDays, 14, id);
  });

  it('has the runtime of the catalogue, and lets each function end before the API gives up, logging as text', () => {
    for (const [id, { Properties }] of functions) {
      assert.equal(Properties.Runtime, STACKS[stack].runtime, id);
      assert.ok(Properties.Timeout < API_LIMIT, id);
      assert.deepEqual(Properties.LoggingConfig, { LogFormat: 'Text' });
      assert.equal(Properties.ReservedConcurrentExecutions, undefined);
    }
  });

  it('gives the functions no secrets', () => {
    for (const [id, { Properties }] of functions) {
      for (const [name, value] of Object.entries(Properties.Environment?.Variables ?? {})) {
        assert.doesNotMatch(name, /secret|password|token|key|credential/i, id);
        assert.ok(JSON.stringify(value).length <= 64, `${id}: ${name}`);
      }
    }
  });

  it('throttles the API, writes its access log, and asks for no credentials', () => {
    const [[, stage] = []] = ofType(template, 'AWS::ApiGatewayV2::Stage');
    assert.deepEqual(stage?.Properties.DefaultRouteSettings, {
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
    assert.ok(stage?.Properties.AccessLogSettings.DestinationArn);
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route');
    for (const [, { Properties }] of routes) assert.equal(Properties.AuthorizationType, 'NONE');
  });

  it('bills the table by request and deletes it with a dev stack', () => {
    const [[, table] = []] = ofType(template, 'AWS::DynamoDB::Table');
    assert.equal(table?.DeletionPolicy, 'Delete');
    assert.equal(table?.Properties.BillingMode, 'PAY_PER_REQUEST');
  });

  it('blocks the deployment bucket for the public', () => {
    const [[, bucket] = []] = ofType(template, 'AWS::S3::Bucket');
    assert.deepEqual(Object.values(bucket?.Properties.PublicAccessBlockConfiguration ?? {}), [
      true,
      true,
      true,
      true,
    ]);
  });

  it('saves every query in a folder of its stage and stack, on its own log groups', () => {
    const queries = ofType(template, 'AWS::Logs::QueryDefinition');
    const files = readdirSync(join(ROOT, 'cloudwatch-queries')).filter((name) =>
      name.endsWith('.logsinsights'),
    );
    assert.equal(queries.length, files.length);
    for (const [, { Properties }] of queries) {
      assert.ok(Properties.Name.startsWith(`sheep-shed-dev-${stack}/`));
      const groups = Properties.LogGroupNames.map(
        ({ Ref }: { Ref: string }) => template.Resources[Ref]?.Type,
      );
      assert.deepEqual(groups, Array(4).fill('AWS::Logs::LogGroup'));
    }
  });

  it('tells API, table and log groups', () => {
    for (const name of ['HttpApiUrl', 'ShedTableName', 'LogGroups']) assert.ok(template.Outputs[name], name);
  });

  it('bounds the roles and tells of spending only when asked', () => {
    const { Parameters, Conditions } = template as unknown as Record<string, Record<string, unknown>>;
    for (const [id, { Properties }] of ofType(template, 'AWS::IAM::Role')) {
      const bound = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/\${Boundary}`;
      const expected = { 'Fn::If': ['HasBoundary', { 'Fn::Sub': bound }, { Ref: 'AWS::NoValue' }] };
      assert.deepEqual(Properties.PermissionsBoundary, expected, id);
    }
    const [[, budget] = []] = ofType(template, 'AWS::Budgets::Budget');
    assert.equal(budget?.Condition, 'HasBudget');
    for (const [parameter, condition] of [
      ['Boundary', 'HasBoundary'],
      ['BudgetEmail', 'HasBudget'],
    ] as const) {
      assert.deepEqual(Parameters?.[parameter], { Type: 'String', Default: 'none' });
      assert.deepEqual(Conditions?.[condition], {
        'Fn::Not': [{ 'Fn::Equals': [{ Ref: parameter }, 'none'] }],
      });
    }
  });

  it('takes its parameters and a region of another partition, and keeps the table of prod', async () => {
    const other = await templateIn(ofProd);
    for (const [, { Properties }] of ofType(other, 'AWS::Lambda::Function')) {
      assert.match(Properties.FunctionName, new RegExp(`^sheep-shed-prod-${stack}-`));
      assert.equal(Properties.MemorySize, 256);
      assert.deepEqual(Properties.Architectures, ['x86_64']);
      assert.equal(Properties.ReservedConcurrentExecutions, 7);
    }
    for (const [, { Properties }] of ofType(other, 'AWS::ApiGatewayV2::Route')) {
      assert.equal(Properties.AuthorizationType, 'AWS_IAM');
    }
    const { Parameters } = other as unknown as Record<string, Record<string, { Default: string }>>;
    assert.equal(Parameters?.['Boundary']?.Default, 'bound');
    assert.equal(Parameters?.['BudgetEmail']?.Default, 'a@b.example');
    const [[, stage] = []] = ofType(other, 'AWS::ApiGatewayV2::Stage');
    assert.equal(Number(stage?.Properties.DefaultRouteSettings.ThrottlingRateLimit), 5);
    for (const [, { Properties }] of ofType(other, 'AWS::Logs::LogGroup')) {
      assert.equal(Properties.RetentionInDays, 30);
    }
    const [[, table] = []] = ofType(other, 'AWS::DynamoDB::Table');
    assert.equal(table?.DeletionPolicy, 'Retain');
    assert.equal(table?.Properties.DeletionProtectionEnabled, true);
    const { PointInTimeRecoverySpecification: recovery } = table?.Properties ?? {};
    assert.equal(String(recovery.PointInTimeRecoveryEnabled), 'true');
  });

  it('goes with the same zips byte by byte for every stage and from every folder, without a path of the machine', async () => {
    const zips = await zipsOf(ofProd);
    assert.equal(Object.keys(zips).length, 4);
    assert.deepEqual(await zipsOf(await packageOf(stack)), zips);
    for (const name of Object.keys(zips)) {
      const files = Object.values(unzipSync(await readFile(join(ofProd, name))));
      const text = Buffer.concat(files).toString('latin1');
      assert.ok(text.length > 1000);
      for (const secret of [dirname(ofProd), ROOT])
        assert.ok(!text.includes(secret), `${name} holds ${secret}`);
    }
  });
}

/** Calls `see` for every key of a tree, with the path to it. */
function walk(value: unknown, see: (key: string, value: unknown, path: string) => void, path = ''): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    see(key, item, at);
    walk(item, see, at);
  }
}

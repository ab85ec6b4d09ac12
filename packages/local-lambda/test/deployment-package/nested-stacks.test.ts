import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { temporaryFolder } from '../fixture-package.ts';

const CODE = { ZipFile: 'exports.handler = async () => process.env;' };

function lambda(variables: Readonly<Record<string, unknown>>): object {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: CODE,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Environment: { Variables: variables },
    },
  };
}

function stack(url: unknown, Parameters: Readonly<Record<string, unknown>> = {}): object {
  return { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url, Parameters } };
}

async function folderOf(t: TestContext, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

test('nested stacks of the CDK: templates by their asset, parameters and outputs from stack to stack', async (t) => {
  const assetUrl = {
    'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/assets-\${AWS::AccountId}/4a5f.json`,
  };
  const folder = await folderOf(t, {
    'Main.template.json': {
      Resources: {
        Users: stack(assetUrl, { Table: { Ref: 'Table' }, Sizes: 'a,b' }),
        Orders: stack('https://bucket.s3.amazonaws.com/77aa.json', {
          Users: { 'Fn::GetAtt': ['Users', 'Outputs.Function'] },
          Vpc: { 'Fn::GetAtt': ['Cluster', 'Endpoint'] },
        }),
        Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'herd' } },
        Cluster: { Type: 'AWS::RDS::DBCluster' },
        Elsewhere: stack('https://bucket.s3.amazonaws.com/templates/other.json'),
      },
    },
    'Main.assets.json': {
      files: {
        '4a5f': {
          source: { path: 'MainUsers.nested.template.json' },
          destinations: { here: { objectKey: '4a5f.json' } },
        },
        '77aa': {
          source: { path: 'MainOrders.nested.template.json' },
          destinations: { here: { objectKey: '77aa.json' } },
        },
      },
    },
    'MainUsers.nested.template.json': {
      Parameters: {
        Table: { Type: 'String' },
        Sizes: { Type: 'CommaDelimitedList' },
        Own: { Type: 'String', Default: 'own' },
      },
      Resources: {
        ListUsers: lambda({
          TABLE: { Ref: 'Table' },
          SECOND: { 'Fn::Select': [1, { Ref: 'Sizes' }] },
          OWN: { Ref: 'Own' },
          STACK: { Ref: 'AWS::StackName' },
        }),
      },
      Outputs: { Function: { Value: { Ref: 'ListUsers' } } },
    },
    'MainOrders.nested.template.json': {
      Parameters: { Users: { Type: 'String' }, Vpc: { Type: 'String' } },
      Resources: { ListOrders: lambda({ USERS: { Ref: 'Users' }, ENDPOINT: { Ref: 'Vpc' } }) },
    },
  });
  const { functions, unserved } = await readDeploymentPackages([folder]);
  assert.deepEqual(
    functions.map(({ name, environment }) => [name, environment]),
    [
      ['ListUsers', { TABLE: 'herd', SECOND: 'b', OWN: 'own', STACK: 'Main-Users' }],
      ['ListOrders', { USERS: 'ListUsers', ENDPOINT: 'Vpc.local-lambda.invalid' }],
    ],
  );
  assert.deepEqual(
    functions[1]?.standIns.map(({ variable }) => variable),
    ['ENDPOINT'],
  );
  const named = unserved.filter(({ what }) => what.includes('Stack'));
  assert.deepEqual(named, [
    {
      what: 'Elsewhere (AWS::CloudFormation::Stack)',
      notice: 'its template is not in the package; serve its own package beside this one',
    },
  ]);
});

test('nested applications of SAM: their templates by path, two deep', async (t) => {
  const folder = await folderOf(t, {
    'template.json': {
      Resources: {
        Shop: {
          Type: 'AWS::Serverless::Application',
          Properties: { Location: 'Shop/template.json', Parameters: { Stage: 'test' } },
        },
      },
    },
    'Shop/template.json': {
      Parameters: { Stage: { Type: 'String' } },
      Resources: {
        Cart: stack('Cart/template.json', { Name: { 'Fn::Join': ['-', ['cart', { Ref: 'Stage' }]] } }),
      },
    },
    'Shop/Cart/template.json': {
      Parameters: { Name: { Type: 'String' } },
      Resources: { Add: lambda({ NAME: { Ref: 'Name' } }) },
    },
  });
  const { functions, templates } = await readDeploymentPackages([folder]);
  assert.deepEqual(
    functions.map(({ name, environment }) => [name, environment]),
    [['Add', { NAME: 'cart-test' }]],
  );
  assert.deepEqual(
    templates.map(({ scope }) => scope.stackName),
    ['local', 'local-Shop', 'local-Shop-Cart'],
  );
  await assert.rejects(
    readDeploymentPackages([folder], { parameters: { Stage: 'other' } }),
    /parameter: the templates have none, is "Stage"/,
    'what a parent gives is not given from outside',
  );
});

test('a stack within itself, and outputs that lead back to themselves, are refused by name', async (t) => {
  const within = await folderOf(t, { 'template.json': { Resources: { Me: stack('template.json') } } });
  await assert.rejects(readDeploymentPackages([within]), /template\.json: stacks may be nested 10 deep/);
  const circle = await folderOf(t, {
    'template.json': {
      Resources: {
        A: stack('a.json', { In: { 'Fn::GetAtt': ['B', 'Outputs.Out'] } }),
        B: stack('a.json', { In: { 'Fn::GetAtt': ['A', 'Outputs.Out'] } }),
      },
    },
    'a.json': {
      Parameters: { In: { Type: 'String' } },
      Resources: { One: { ...lambda({}), Condition: 'Has' } },
      Conditions: { Has: { 'Fn::Equals': [{ Ref: 'In' }, 'x'] } },
      Outputs: { Out: { Value: { Ref: 'In' } } },
    },
  });
  await assert.rejects(readDeploymentPackages([circle]), /leads back to itself/);
});

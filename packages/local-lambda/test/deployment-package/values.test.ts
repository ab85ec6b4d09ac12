import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { tablesOf } from '../../src/start-dynamodb.ts';
import { serve, temporaryFolder } from '../fixture-package.ts';

const CODE = 'exports.handler = async () => process.env;';

async function project(folder: string, yaml: string): Promise<string> {
  await mkdir(join(folder, 'code'), { recursive: true });
  await writeFile(join(folder, 'code/index.js'), CODE);
  await writeFile(join(folder, 'template.yaml'), yaml);
  return folder;
}

const FUNCTION = `
  One:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Runtime: nodejs24.x
      Handler: index.handler`;

test('properties that nobody reads may hold what only AWS knows', async (t) => {
  const folder = await project(
    await temporaryFolder(t),
    `Resources: ${FUNCTION}
      Role: !ImportValue role
      Layers: [!ImportValue layer]
      VpcConfig: { SubnetIds: !Split [',', !ImportValue subnets], SecurityGroupIds: [!GetAtt Group.GroupId] }
      FileSystemConfigs: [{ Arn: !GetAtt Disk.Arn }]
  Group: { Type: AWS::EC2::SecurityGroup }
  Disk: { Type: AWS::EFS::AccessPoint }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: herd
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      Tags: [{ Key: a, Value: !ImportValue tag }]
`,
  );
  const { functions } = await readDeploymentPackages([folder]);
  assert.deepEqual(
    functions.map(({ name, standIns }) => [name, standIns]),
    [['One', []]],
  );
  assert.deepEqual(await tablesOf(folder), [
    { TableName: 'herd', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
  ]);
});

test('a variable that only AWS knows has a stand-in and a notice, or the value that is given', async (t) => {
  const folder = await project(
    await temporaryFolder(t),
    `Parameters:
  Name: { Type: String }
  Key: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /key }
Resources: ${FUNCTION}
      Environment:
        Variables:
          HOST: !GetAtt Cluster.Endpoint.Address
          URL: !Sub 'postgres://\${Cluster.Endpoint.Address}:5432/\${Name}'
          SECRET: '{{resolve:secretsmanager:orders/db:SecretString:password}}'
          STORED: !Sub '{{resolve:ssm:/\${AWS::StackName}/key:1}}'
          IMPORTED: !ImportValue other
          KEY: !Ref Key
          PLAIN: plain
  Cluster: { Type: AWS::RDS::DBCluster }
`,
  );
  const host = await serve(t, folder, {
    packageDir: folder,
    environment: { KEY: 'k' },
    functionEnvironment: { One: { IMPORTED: 'i', KEY: 'own' }, Two: {} },
    parameters: { Name: 'orders' },
  });
  const { payload } = await host.invoke('One', {});
  const { HOST, URL, SECRET, STORED, IMPORTED, KEY, PLAIN } = payload as Record<string, string>;
  assert.deepEqual(
    { HOST, URL, SECRET, STORED, IMPORTED, KEY, PLAIN },
    {
      HOST: 'Cluster.Endpoint.Address.local-lambda.invalid',
      URL: 'postgres://Cluster.Endpoint.Address.local-lambda.invalid:5432/orders',
      SECRET: 'secretsmanager-orders-db-SecretString-password.local-lambda.invalid',
      STORED: 'ssm-local-key-1.local-lambda.invalid',
      IMPORTED: 'i',
      KEY: 'own',
      PLAIN: 'plain',
    },
  );
  assert.equal(host.functions[0]?.environment['KEY'], 'own');
  const about = (variable: string, what: string) =>
    `One: ${variable} has a stand-in for ${what}, which only AWS knows; give --env ${variable}=VALUE`;
  assert.deepEqual(
    host.notices.filter((notice) => /stand-in|variables are given/.test(notice)),
    [
      'variables are given for the function "Two", but there are only One',
      about('HOST', 'Cluster.Endpoint.Address'),
      about('URL', 'Cluster.Endpoint.Address'),
      about('SECRET', 'secretsmanager:orders/db:SecretString:password'),
      about('STORED', 'ssm:/local/key:1'),
    ],
  );
});

test('parameters are given, have defaults, are lists, and are checked', async (t) => {
  const folder = await project(
    await temporaryFolder(t),
    `Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod] }
  Names: { Type: CommaDelimitedList, Default: 'a, b' }
  Ports: { Type: List<Number>, Default: '1,2' }
Conditions: { IsProd: !Equals [!Ref Stage, prod] }
Resources: ${FUNCTION}
      FunctionName: !Sub 'one-\${Stage}'
      MemorySize: !If [IsProd, 256, 128]
      Environment: { Variables: { SECOND: !Select [1, !Ref Names], ALL: !Join ['+', !Ref Ports] } }
`,
  );
  const read = async (parameters: Record<string, string>) => {
    const { functions } = await readDeploymentPackages([folder], { parameters });
    return functions.map(({ name, memorySizeMb, environment }) => [name, memorySizeMb, environment]);
  };
  assert.deepEqual(await read({ Stage: 'prod' }), [['one-prod', 256, { SECOND: 'b', ALL: '1+2' }]]);
  assert.deepEqual(await read({ Stage: 'dev', Names: 'x,y', Ports: '3' }), [
    ['one-dev', 128, { SECOND: 'y', ALL: '3' }],
  ]);
  await assert.rejects(read({}), /parameter "Stage" has no default .*; give --parameter Stage=VALUE$/);
  await assert.rejects(
    read({ Stage: 'qa' }),
    /^LocalLambdaError: parameter Stage: must be one of dev, prod, is "qa"$/,
  );
  await assert.rejects(read({ Stag: 'dev' }), /parameter: must be one of Stage, Names, Ports, is "Stag"$/);
});

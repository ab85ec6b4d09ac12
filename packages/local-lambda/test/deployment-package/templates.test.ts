import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { parseTemplateYaml } from '../../src/deployment-package/yaml.ts';
import { tablesOf } from '../../src/start-dynamodb.ts';
import { serve, temporaryFolder } from '../fixture-package.ts';

/** `sam build` 1.170 wrote the first, aws-cdk-lib 2.276 the second; roles, permissions and metadata are cut out. */
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const SAM = fixture('sam-build');
const CDK = fixture('cdk.out');

test('short forms of intrinsic functions in YAML are their long forms', () => {
  const yaml = `
a: !Sub '\${X}-a'
b: !GetAtt Foo.Arn
c: !If [IsProd, !Ref Big, !Sub ['\${v}', { v: !Select [0, !Split [',', 'x,y']] }]]
d: 2010-09-09
e: !FindInMap [Map, !Ref Key, name]
f: !Transform { Name: Include }
g: !Join ['', [!ImportValue x, !Base64 y]]
`;
  assert.deepEqual(parseTemplateYaml(yaml), {
    a: { 'Fn::Sub': `\${X}-a` },
    b: { 'Fn::GetAtt': 'Foo.Arn' },
    c: {
      'Fn::If': [
        'IsProd',
        { Ref: 'Big' },
        { 'Fn::Sub': [`\${v}`, { v: { 'Fn::Select': [0, { 'Fn::Split': [',', 'x,y'] }] } }] },
      ],
    },
    d: '2010-09-09',
    e: { 'Fn::FindInMap': ['Map', { Ref: 'Key' }, 'name'] },
    f: { 'Fn::Transform': { Name: 'Include' } },
    g: { 'Fn::Join': ['', [{ 'Fn::ImportValue': 'x' }, { 'Fn::Base64': 'y' }]] },
  });
  assert.throws(() => parseTemplateYaml('a: !Reff x'), /Unresolved tag: !Reff/);
  assert.throws(() => parseTemplateYaml('a: ['));
});

test('the output of sam build is read: functions, globals, events, HTTP and REST APIs, simple tables', async () => {
  const { functions, apis } = await readDeploymentPackages([SAM]);
  const [orders, node] = functions;
  assert.deepEqual(
    [orders?.name, orders?.runtime, orders?.timeoutSeconds, orders?.memorySizeMb, orders?.logFormat],
    ['OrderFunction', 'python3.11', 7, 256, 'JSON'],
  );
  assert.deepEqual(orders?.environment, {
    STAGE: 'dev',
    LIMIT: '10',
    TABLE: 'Orders',
    TABLE_ARN: 'arn:aws:dynamodb:eu-west-3:000000000000:table/Orders',
    GREETING: 'hello from local in eu-west-3',
    PLAN: 'small',
  });
  assert.equal(node?.name, 'local-node');
  const routes = apis.map(({ kind, cors, stages, routes: all }) => [
    kind,
    cors?.allowOrigins,
    all.map(({ routeKey, functionName, payloadFormat, timeoutMs }) =>
      [routeKey, functionName, payloadFormat, timeoutMs, stages[0]?.name].join(' '),
    ),
  ]);
  assert.deepEqual(routes, [
    [
      'http',
      ['https://orders.example'],
      ['GET /orders/{id} OrderFunction 2.0 30000 $default', 'GET /orders OrderFunction 2.0 30000 $default'],
    ],
    ['http', ['https://orders.example'], ['POST /own local-node 1.0 5000 live']],
    ['rest', undefined, ['ANY /rest/{proxy+} local-node 1.0 29000 Prod']],
  ]);
  const [table] = await tablesOf(SAM);
  assert.deepEqual(table?.['KeySchema'], [{ AttributeName: 'id', KeyType: 'HASH' }]);
  assert.equal(table?.['TableName'], 'Orders');
});

test('the output of cdk synth is read: all stacks, assets, exports between stacks, inline code', async () => {
  const { functions, apis, templates } = await readDeploymentPackages([CDK]);
  assert.deepEqual(
    templates.map(({ scope }) => [scope.stackName, scope.region]),
    [
      ['Data', 'eu-west-3'],
      ['Web', 'eu-north-1'],
    ],
  );
  const [orders, inline] = functions;
  assert.equal(orders?.code.kind, 'folder');
  assert.deepEqual(orders?.environment, { TABLE: 'OrdersA9B65338' });
  assert.deepEqual(inline?.code.kind === 'inline' && inline.code.file, 'index.py');
  assert.deepEqual(
    apis.map(({ kind, hostName, routes }) => [kind, hostName, routes.map(({ routeKey }) => routeKey)]),
    [
      ['http', 'http36efd62b.web', ['GET /orders/{id}']],
      ['rest', 'rest9065d4d9.web', ['ANY /{proxy+}', 'ANY /']],
      ['rest', apis[2]?.hostName, ['GET /inline']],
    ],
  );
  assert.equal(apis[2]?.stages[0]?.name, 'live');
});

for (const [tool, packageDir] of [
  ['sam build', SAM],
  ['cdk synth', CDK],
] as const) {
  test(`the output of ${tool} is served as it is`, async (t) => {
    const host = await serve(t, await temporaryFolder(t), { packageDir });
    const get = async (path: string) => {
      const response = await fetch(`${host.url}${path}`);
      return [response.status, await response.json()];
    };
    if (packageDir === SAM) {
      assert.deepEqual(await get('/rest/a/b'), [
        200,
        { resource: '/rest/{proxy+}', proxy: { proxy: 'a/b' } },
      ]);
      assert.deepEqual(await get('/nowhere'), [404, { message: 'Not Found' }]);
      return;
    }
    assert.deepEqual(await get('/orders/7'), [200, { table: 'OrdersA9B65338', route: 'GET /orders/{id}' }]);
    assert.deepEqual(await get('/else'), [200, { table: 'OrdersA9B65338', route: '/{proxy+}' }]);
  });
}

test('conditions, mappings and AWS::NoValue decide what a template holds', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'code'));
  const yaml = `
Parameters: { Stage: { Type: String, Default: dev }, Key: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /a } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsSmall: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsSmall]
  Any: !Or [!Condition IsProd, !Condition IsSmall]
Resources:
  One:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Runtime: nodejs24.x
      Handler: a.b
      MemorySize: !If [IsProd, 1024, !Ref AWS::NoValue]
      Environment: { Variables: { ANY: !If [Any, 'yes', 'no'], BOTH: !If [Both, 'yes', 'no'] } }
  Two: { Type: AWS::Lambda::Function, Condition: IsProd, Properties: { Code: code, Runtime: nodejs24.x } }
`;
  await writeFile(join(folder, 'template.yaml'), yaml);
  const { functions } = await readDeploymentPackages([folder]);
  assert.deepEqual(
    functions.map(({ name, memorySizeMb, environment }) => [name, memorySizeMb, environment]),
    [['One', 128, { ANY: 'yes', BOTH: 'no' }]],
  );
  const broken: [string, RegExp][] = [
    ['Code: nowhere', /Resources\.One\.Properties\.Code: refers to nowhere, but .*nowhere does not exist$/],
    ['Code: s3://bucket/key', /One\.Properties\.Code: s3:\/\/bucket\/key is in a bucket/],
    ['Code: !Ref Key', /One\.Properties\.Code\.Ref: parameter "Key" has no default/],
    ['Code: !Ref Nothing', /One\.Properties\.Code\.Ref: no resource or parameter is called "Nothing"/],
    ['Code: !If [Never, a, b]', /One\.Properties\.Code\.Fn::If\[0\]: no condition is called "Never"/],
    ['Code: !FindInMap [A, b, c]', /One\.Properties\.Code\.Fn::FindInMap: the mappings have no A\.b\.c/],
    [
      'Code: code\n      FunctionName: !Ref One',
      /^Resources\.One\.Properties\.FunctionName: an intrinsic function in it leads back/,
    ],
    ['Code: !ImportValue other', /Code\.Fn::ImportValue: no template that is served here exports "other"/],
  ];
  for (const [code, message] of broken) {
    await writeFile(join(folder, 'template.yaml'), yaml.replace('Code: code', code));
    await assert.rejects(readDeploymentPackages([folder]), { name: 'LocalLambdaError', message });
  }
});

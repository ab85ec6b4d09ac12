import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDeploymentPackages } from '../../src/deployment-package/read.ts';
import { RESOURCE_TYPES } from '../../src/deployment-package/resource-types.ts';
import { EVENT_RESOURCES } from '../../src/deployment-package/sam-generated.ts';
import { renderUnserved, treatmentOf } from '../../src/deployment-package/unserved.ts';
import { startLocalLambda } from '../../src/start.ts';
import { startHost, temporaryFolder, writePackage } from '../fixture-package.ts';

/**
 * What each event of the Serverless Framework becomes.
 * @see https://www.serverless.com/framework/docs/providers/aws/guide/events
 */
const SERVERLESS_EVENTS: Readonly<Record<string, readonly string[]>> = {
  activemq: ['AWS::Lambda::EventSourceMapping'],
  alb: [
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    'AWS::Lambda::Permission',
  ],
  alexaSkill: ['AWS::Lambda::Permission'],
  alexaSmartHome: ['AWS::Lambda::Permission'],
  cloudFront: ['AWS::CloudFront::Distribution', 'AWS::CloudFront::CachePolicy', 'AWS::Lambda::Version'],
  cloudwatchEvent: ['AWS::Events::Rule'],
  cloudwatchLog: ['AWS::Logs::SubscriptionFilter'],
  cognitoUserPool: ['AWS::Cognito::UserPool', 'Custom::CognitoUserPool'],
  eventBridge: ['AWS::Events::Rule', 'AWS::Events::EventBus', 'Custom::EventBridge'],
  http: [
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGateway::Resource',
    'AWS::ApiGateway::Method',
    'AWS::ApiGateway::Deployment',
    'AWS::ApiGateway::Stage',
    'AWS::ApiGateway::Authorizer',
    'AWS::ApiGateway::ApiKey',
    'AWS::ApiGateway::UsagePlan',
    'AWS::ApiGateway::UsagePlanKey',
    'AWS::ApiGateway::RequestValidator',
    'AWS::ApiGateway::Model',
    'AWS::ApiGateway::GatewayResponse',
    'Custom::ApiGatewayAccountRole',
  ],
  httpApi: [
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Integration',
    'AWS::ApiGatewayV2::Stage',
    'AWS::ApiGatewayV2::Authorizer',
  ],
  iot: ['AWS::IoT::TopicRule'],
  iotFleetProvisioning: ['AWS::IoT::ProvisioningTemplate'],
  kafka: ['AWS::Lambda::EventSourceMapping'],
  msk: ['AWS::Lambda::EventSourceMapping'],
  rabbitmq: ['AWS::Lambda::EventSourceMapping'],
  s3: ['AWS::S3::Bucket', 'Custom::S3'],
  schedule: ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'],
  sns: ['AWS::SNS::Topic', 'AWS::SNS::Subscription'],
  sqs: ['AWS::Lambda::EventSourceMapping'],
  stream: ['AWS::Lambda::EventSourceMapping', 'AWS::Kinesis::StreamConsumer'],
  url: ['AWS::Lambda::Url'],
  websocket: ['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Route', 'AWS::ApiGatewayV2::RouteResponse'],
};

/** What SAM and the CDK make for functions beside these. */
const OTHERS = [
  ...Object.values(EVENT_RESOURCES),
  'AWS::Serverless::Connector',
  'AWS::Serverless::StateMachine',
  'AWS::Serverless::GraphQLApi',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::DomainName',
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::CustomResource',
  'AWS::CloudFormation::Stack',
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Kinesis::Stream',
  'AWS::Lambda::Alias',
  'AWS::Lambda::CodeSigningConfig',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::Pipes::Pipe',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::StepFunctions::StateMachine',
  'AWS::StepFunctions::Activity',
  // What the CDK lets call a function beside the events above.
  'Alexa::ASK::Skill',
  'AWS::AppSync::DataSource',
  'AWS::AppSync::FunctionConfiguration',
  'AWS::AppSync::GraphQLApi',
  'AWS::AppSync::Resolver',
  'AWS::Bedrock::Agent',
  'AWS::CloudFront::Function',
  'AWS::Config::ConfigRule',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::Events::ApiDestination',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::LayerVersionPermission',
  'AWS::Lex::Bot',
  'AWS::S3ObjectLambda::AccessPoint',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::Serverless::CapacityProvider',
  'AWS::SES::ReceiptRule',
  'AWS::VpcLattice::Service',
  'AWS::VpcLattice::TargetGroup',
  'Custom::CDKBucketDeployment',
  'Custom::LogRetention',
  'Custom::S3AutoDeleteObjects',
  'Custom::S3BucketNotifications',
];

test('every type that the tools make for functions is in the table, and each that is not served is named', async (t) => {
  const types = [...new Set([...Object.values(SERVERLESS_EVENTS).flat(), ...OTHERS])];
  const isListed = (type: string) =>
    Object.keys(RESOURCE_TYPES).some(
      (one) => one === type || (/.\*$/.test(one) && type.startsWith(one.slice(0, -1))),
    );
  assert.deepEqual(
    types.filter((type) => !isListed(type)),
    [],
  );
  const properties: Readonly<Record<string, object>> = {
    'AWS::Lambda::Function': CODE,
    'AWS::Lambda::EventInvokeConfig': {
      FunctionName: { Ref: `R${types.indexOf('AWS::Lambda::Function')}` },
    },
    'AWS::Lambda::Url': { TargetFunctionArn: { Ref: `R${types.indexOf('AWS::Lambda::Function')}` } },
  };
  const resources = Object.fromEntries(
    types.map((type, i) => [`R${i}`, { Type: type, Properties: properties[type] ?? {} }]),
  );
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'template.json'), JSON.stringify({ Resources: resources }));
  const { unserved } = await readDeploymentPackages([folder]);
  const named = unserved.map(({ what }) => what).filter((what) => what.startsWith('R'));
  const isNamed = (type: string) => typeof treatmentOf(type) !== 'string' || OF_OPTIONS.includes(type);
  assert.deepEqual(
    named.toSorted(),
    types.flatMap((type, i) => (isNamed(type) ? [`R${i} (${type})`] : [])).toSorted(),
  );
  assert.equal(typeof treatmentOf('AWS::QuiteNew::Thing'), 'object');
});

/** Served where an option asks for them or names the server that they need. */
const OF_OPTIONS = [
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::Serverless::S3Event',
  'Custom::S3',
  'Custom::S3BucketNotifications',
];

const CODE = {
  Code: { ZipFile: 'exports.handler = () => 1;' },
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
};

test("a SAM template's events and properties are named as the resources that SAM makes of them", async (t) => {
  const folder = await temporaryFolder(t);
  const Events = Object.fromEntries(
    Object.keys(EVENT_RESOURCES).map((Type) => [Type, { Type, Properties: {} }]),
  );
  const { Code, ...rest } = CODE;
  const Properties = {
    ...rest,
    InlineCode: Code.ZipFile,
    Events: { ...Events, Next: { Type: 'NextYear' } },
    DeadLetterQueue: { Type: 'SQS', TargetArn: 'x' },
    EventInvokeConfig: {},
    FunctionUrlConfig: { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' },
  };
  const Resources = {
    One: { Type: 'AWS::Serverless::Function', Properties },
    Api: {
      Type: 'AWS::Serverless::Api',
      Properties: { DefinitionBody: {}, Cors: "'*'", Domain: {}, GatewayResponses: {} },
    },
    App: { Type: 'AWS::Serverless::Application', Properties: { Location: 'x' } },
  };
  await writeFile(join(folder, 'template.json'), JSON.stringify({ Resources }));
  const { unserved } = await readDeploymentPackages([folder]);
  const named = unserved.map(({ what }) => what.replace(/ .*/, ''));
  const events = Object.keys(EVENT_RESOURCES).filter((name) => name !== 'AlexaSkill');
  const expected = [
    ...[...events, 'Next'].map((name) => `One${name}`),
    'One.DeadLetterConfig',
    ...['Body', 'Domain'].map((name) => `Api.${name}`),
    'App',
  ];
  assert.deepEqual(named.toSorted(), expected.toSorted());
});

test('what is not served is named once at the start, and refused by strict', async (t) => {
  const hello = { source: 'export const handler = () => 1;', routes: ['GET /'] };
  const jar = { source: '', properties: { Runtime: 'java21', Handler: 'shed.App::handleRequest' } };
  const ApiId = { Ref: 'HttpApi' };
  const resources = {
    // As the Serverless Framework writes an API without a policy.
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest', Policy: '' } },
    Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    Stream: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] } },
    },
    Queue: { Type: 'AWS::SQS::Queue' },
    Orders: { Type: 'AWS::SQS::Queue' },
    Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} },
    Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
    Proxy: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId, IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://shed.example' },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId,
        RouteKey: 'GET /proxy',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Proxy' }]] },
      },
    },
  };
  const host = await startHost(t, { hello, jar }, {}, resources);
  assert.deepEqual(host.notices, [
    'Route (AWS::ApiGatewayV2::Route): it is not served: Resources.Proxy.Properties.IntegrationType: must be AWS_PROXY, is "HTTP_PROXY"',
    'Socket.RouteSelectionExpression: must be $request.body.NAME here, is undefined: all messages go to $default',
    'Stream (AWS::Lambda::EventSourceMapping), Mapping (AWS::Lambda::EventSourceMapping): nothing here sends its events; invoke the function with a sample event instead',
    'Queue (AWS::SQS::Queue), Orders (AWS::SQS::Queue): set AWS_ENDPOINT_URL_SQS to an SQS server on this machine, and it is created there when it is missing',
    'jar: java21 does not run here, only nodejs*, python3*, provided*; routes are answered 501, and calls with an error',
  ]);
  assert.equal((await fetch(host.url)).status, 200);
  assert.equal((await fetch(`${host.url}/proxy`)).status, 404);

  const folder = await temporaryFolder(t);
  const packageDir = await writePackage(join(folder, 'package'), { hello }, resources);
  const start = (dir: string) =>
    startLocalLambda({ packageDir: dir, logsDir: join(folder, 'logs'), strict: true });
  await assert.rejects(
    start(packageDir),
    /^LocalLambdaError: strict: not everything is served\n {2}Route .*\n {2}Socket.*\n.*\n {2}Queue \(AWS::SQS/,
  );
  await (await start(await writePackage(join(folder, 'clean'), { hello }))).close();
  assert.deepEqual(renderUnserved([]), []);
});

/** What local-lambda makes of a resource or property: it serves it, answers are the same without it, or a notice. */
export type Treatment = 'served' | 'harmless' | { readonly notice: string };

const SERVED = 'served';
const HARMLESS = 'harmless';
const told = (notice: string): Treatment => ({ notice });

const NO_SOURCE = told('nothing here sends its events; invoke the function with a sample event instead');
const NO_STORE = told('it is not there on this machine; name one that is with --env');
const NO_POOL_TRIGGER = told('a user pool calls no function here; invoke it with a sample event instead');

/** Of an OpenAPI document. */
const OPEN = told('its security scheme has no authorizer: everybody may call it, as on AWS');
const NO_DOCUMENT = told(
  'its OpenAPI document is not here: it has no routes of it; give the document itself, or a path in DefinitionUri',
);

/**
 * The types of resources that the Serverless Framework, SAM and the CDK make for functions, and what is made of each.
 * A type that ends in `*` stands for all that begin so; the first that fits counts.
 * @see https://www.serverless.com/framework/docs/providers/aws/guide/resources
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
 */
export const RESOURCE_TYPES: Readonly<Record<string, Treatment>> = {
  'AWS::Lambda::Function': SERVED,
  'AWS::Lambda::Alias': SERVED,
  'AWS::Lambda::Version': SERVED,
  'AWS::Lambda::Permission': HARMLESS,
  'AWS::Lambda::LayerVersion': SERVED,
  'AWS::Lambda::LayerVersionPermission': HARMLESS,
  'AWS::Lambda::CodeSigningConfig': HARMLESS,
  'AWS::Lambda::CapacityProvider': HARMLESS,
  'AWS::Lambda::EventInvokeConfig': SERVED,
  'AWS::Lambda::EventSourceMapping': SERVED,
  'AWS::Lambda::Url': SERVED,
  'AWS::ApiGateway::RestApi': SERVED,
  'AWS::ApiGateway::Resource': SERVED,
  'AWS::ApiGateway::Method': SERVED,
  'AWS::ApiGateway::Stage': SERVED,
  'AWS::ApiGateway::Deployment': SERVED,
  'AWS::ApiGateway::Account': HARMLESS,
  'AWS::ApiGateway::Authorizer': SERVED,
  'AWS::ApiGateway::ApiKey': SERVED,
  'AWS::ApiGateway::UsagePlan': SERVED,
  'AWS::ApiGateway::UsagePlanKey': SERVED,
  'AWS::ApiGateway::RequestValidator': SERVED,
  'AWS::ApiGateway::Model': SERVED,
  'AWS::ApiGateway::GatewayResponse': SERVED,
  'AWS::ApiGateway::DomainName*': told('the API is served under the host name of this machine'),
  'AWS::ApiGateway::BasePathMapping*': told('the API is served at its own path'),
  'AWS::ApiGateway::*': HARMLESS,
  'AWS::ApiGatewayV2::Api': SERVED,
  'AWS::ApiGatewayV2::Route': SERVED,
  'AWS::ApiGatewayV2::Integration': SERVED,
  'AWS::ApiGatewayV2::Stage': SERVED,
  'AWS::ApiGatewayV2::Deployment': HARMLESS,
  'AWS::ApiGatewayV2::Authorizer': SERVED,
  'AWS::ApiGatewayV2::DomainName': told('the API is served under the host name of this machine'),
  'AWS::ApiGatewayV2::ApiMapping': told('the API is served at its own path'),
  'AWS::ApiGatewayV2::*': HARMLESS,
  'AWS::Serverless::S3Event': SERVED,
  'AWS::Serverless::CognitoEvent': NO_POOL_TRIGGER,
  'AWS::Serverless::Connector': HARMLESS,
  'AWS::Serverless::StateMachine': told('state machines do not run here'),
  'AWS::Serverless::GraphQLApi': told('GraphQL APIs are not served here'),
  'AWS::Serverless::CapacityProvider': HARMLESS,
  'AWS::Serverless::*': told('it is not served here'),
  'AWS::DynamoDB::Table': SERVED,
  'AWS::DynamoDB::GlobalTable': NO_STORE,
  'AWS::Events::Rule': SERVED,
  'AWS::Events::*': HARMLESS,
  'AWS::Scheduler::Schedule': SERVED,
  'AWS::Scheduler::ScheduleGroup': HARMLESS,
  'AWS::Pipes::Pipe': NO_SOURCE,
  'AWS::SNS::Subscription': NO_SOURCE,
  'AWS::SNS::TopicPolicy': HARMLESS,
  'AWS::SNS::Topic': NO_STORE,
  'AWS::SQS::QueuePolicy': HARMLESS,
  'AWS::SQS::QueueInlinePolicy': HARMLESS,
  'AWS::SQS::Queue': SERVED,
  'AWS::Kinesis::StreamConsumer': HARMLESS,
  'AWS::Kinesis::ResourcePolicy': HARMLESS,
  'AWS::Kinesis::Stream': NO_STORE,
  'AWS::S3::BucketPolicy': HARMLESS,
  'AWS::S3::Bucket': SERVED,
  'AWS::IoT::TopicRule': NO_SOURCE,
  'AWS::IoT::ProvisioningTemplate': NO_SOURCE,
  'AWS::IoT::*': HARMLESS,
  'AWS::Logs::SubscriptionFilter': NO_SOURCE,
  'AWS::Logs::*': HARMLESS,
  'AWS::Cognito::UserPool': NO_STORE,
  'AWS::Cognito::*': HARMLESS,
  'AWS::CloudFront::Distribution': told('functions at the edge are not run here, nor is the distribution'),
  'AWS::CloudFront::*': HARMLESS,
  'AWS::ElasticLoadBalancingV2::ListenerRule': told('load balancers do not send requests to functions here'),
  'AWS::ElasticLoadBalancingV2::*': HARMLESS,
  'AWS::VpcLattice::TargetGroup': told('VPC Lattice does not send requests to functions here'),
  'AWS::VpcLattice::*': HARMLESS,
  'AWS::SES::ReceiptRule': NO_SOURCE,
  'AWS::SES::ReceiptRuleSet': HARMLESS,
  'AWS::Config::*': NO_SOURCE,
  'AWS::SecretsManager::RotationSchedule': NO_SOURCE,
  'AWS::KinesisFirehose::DeliveryStream': NO_STORE,
  'AWS::S3ObjectLambda::AccessPoint': NO_SOURCE,
  'AWS::Bedrock::Agent*': NO_SOURCE,
  'AWS::Lex::*': NO_SOURCE,
  'Alexa::ASK::Skill': NO_SOURCE,
  'AWS::StepFunctions::Activity': NO_STORE,
  'AWS::StepFunctions::*': told('state machines do not run here'),
  'AWS::AppSync::GraphQLApi': told('GraphQL APIs are not served here'),
  'AWS::AppSync::*': HARMLESS,
  'AWS::CloudFormation::Stack': told(
    'its template is not in the package; serve its own package beside this one',
  ),
  'AWS::CloudFormation::CustomResource': told('custom resources do nothing here'),
  'Custom::S3BucketNotifications': SERVED,
  'Custom::S3': SERVED,
  'Custom::CognitoUserPool': NO_POOL_TRIGGER,
  'Custom::EventBridge': NO_SOURCE,
  'Custom::ApiGatewayAccountRole': HARMLESS,
  'Custom::CDK*': HARMLESS,
  'Custom::LogRetention': HARMLESS,
  'Custom::S3AutoDeleteObjects': HARMLESS,
  'Custom::*': told('custom resources do nothing here'),
  'AWS::CloudFormation::*': HARMLESS,
  'AWS::CDK::Metadata': HARMLESS,
  'AWS::IAM::*': HARMLESS,
  'AWS::KMS::*': HARMLESS,
  'AWS::EC2::*': HARMLESS,
  'AWS::ECR::*': HARMLESS,
  'AWS::EFS::*': HARMLESS,
  'AWS::WAFv2::*': HARMLESS,
  'AWS::Route53::*': HARMLESS,
  'AWS::CertificateManager::*': HARMLESS,
  'AWS::CloudWatch::*': HARMLESS,
  'AWS::XRay::*': HARMLESS,
  'AWS::Synthetics::*': HARMLESS,
  'AWS::ApplicationAutoScaling::*': HARMLESS,
  'AWS::CodeDeploy::*': HARMLESS,
  'AWS::Signer::*': HARMLESS,
  'AWS::ServiceCatalogAppRegistry::*': HARMLESS,
  'AWS::ResourceGroups::*': HARMLESS,
  'AWS::ApplicationInsights::*': HARMLESS,
};

/** A type that is in none of these: some store or service that functions may call. */
export const UNKNOWN_TYPE = NO_STORE;

/** Where the Serverless Framework puts packages: no function uses it. */
export const DEPLOYMENT_BUCKETS: readonly string[] = ['ServerlessDeploymentBucket', 'SamCliSourceBucket'];

/** Properties that change what a function or an API answers, and are not served. */
export const PROPERTIES: Readonly<Record<string, Readonly<Record<string, Treatment>>>> = {
  'AWS::Lambda::Function': {
    FileSystemConfigs: told('no file system is mounted; give the function a folder of this machine by --env'),
    DurableConfig: told('durable executions are not served: each invocation begins anew'),
    CapacityProviderConfig: told('one environment serves one invocation at a time'),
    TenancyConfig: told('tenants share environments'),
  },
  'AWS::SNS::Topic': { Subscription: NO_SOURCE },
  'AWS::Cognito::UserPool': { LambdaConfig: NO_POOL_TRIGGER },
  'AWS::DynamoDB::Table': { TimeToLiveSpecification: told('nothing expires') },
  'AWS::ApiGateway::RestApi': {
    Body: NO_DOCUMENT,
    BodyS3Location: NO_DOCUMENT,
    Policy: told('its policy is not asked: everybody may call it'),
    Domain: told('the API is served under the host name of this machine'),
    ApiKeySourceType: told('API keys are read from the header x-api-key'),
  },
  'AWS::ApiGateway::Method': { UnservedSecurity: OPEN },
  'AWS::ApiGatewayV2::Route': { UnservedSecurity: OPEN },
  'AWS::ApiGateway::UsagePlan': {
    Quota: told('calls are not counted: no quota is enforced'),
    Throttle: told('calls are not counted: nobody is throttled'),
  },
  'AWS::ApiGatewayV2::Api': {
    Domain: told('the API is served under the host name of this machine'),
    Body: NO_DOCUMENT,
    BodyS3Location: NO_DOCUMENT,
  },
  'AWS::ApiGateway::Stage': { CacheClusterEnabled: told('answers are not cached') },
  'AWS::ApiGatewayV2::Integration': {
    RequestParameters: told('parameters of requests are not mapped'),
    ResponseParameters: told('parameters of answers are not mapped'),
  },
};

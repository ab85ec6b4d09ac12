/** What a resource's name and attributes are made of on this machine. */
export interface NameScope {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  /** Where queues are, such as `http://127.0.0.1:4566`; undefined: their URLs are those of AWS. */
  readonly sqsEndpoint?: string | undefined;
}

/** What is published for the first time is version 1; nothing here publishes a second one. */
export const PUBLISHED = '1';

type ArnForm = (scope: NameScope, name: string) => string;

/** The property that names a resource of this type; every other type is known by its logical id. */
export const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** `service:region:account:` and what stands before the name, for `Fn::GetAtt` … `Arn`. */
const ARN_FORMS: Readonly<Record<string, ArnForm>> = {
  'AWS::Cognito::UserPool': (s, name) => `cognito-idp:${s.region}:${s.accountId}:userpool/${name}`,
  'AWS::DynamoDB::Table': (s, name) => `dynamodb:${s.region}:${s.accountId}:table/${name}`,
  'AWS::Events::EventBus': (s, name) => `events:${s.region}:${s.accountId}:event-bus/${name}`,
  'AWS::IAM::Role': (s, name) => `iam::${s.accountId}:role/${name}`,
  'AWS::Lambda::Function': (s, name) => `lambda:${s.region}:${s.accountId}:function:${name}`,
  'AWS::Logs::LogGroup': (s, name) => `logs:${s.region}:${s.accountId}:log-group:${name}:*`,
  'AWS::S3::Bucket': (_s, name) => `s3:::${name}`,
  'AWS::SNS::Topic': (s, name) => `sns:${s.region}:${s.accountId}:${name}`,
  'AWS::SQS::Queue': (s, name) => `sqs:${s.region}:${s.accountId}:${name}`,
  'AWS::StepFunctions::StateMachine': (s, name) => `states:${s.region}:${s.accountId}:stateMachine:${name}`,
};

/** What `Ref` answers for the types that do not answer with their name. */
const REFS: Readonly<Record<string, ArnForm>> = {
  'AWS::SNS::Topic': (s, name) => `arn:aws:sns:${s.region}:${s.accountId}:${name}`,
  'AWS::SQS::Queue': (s, name) =>
    `${s.sqsEndpoint ?? `https://sqs.${s.region}.amazonaws.com`}/${s.accountId}/${name}`,
  'AWS::StepFunctions::StateMachine': (s, name) =>
    `arn:aws:states:${s.region}:${s.accountId}:stateMachine:${name}`,
  'AWS::Lambda::LayerVersion': (s, name) => `arn:aws:lambda:${s.region}:${s.accountId}:layer:${name}:1`,
};

/** The value of a pseudo parameter such as `AWS::Region`; undefined when there is none of that name. */
export function pseudoParameter(name: string, scope: NameScope): string | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return scope.accountId;
    case 'AWS::Region':
      return scope.region;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::StackName':
      return scope.stackName;
    case 'AWS::StackId':
      return `arn:aws:cloudformation:${scope.region}:${scope.accountId}:stack/${scope.stackName}/local`;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    default:
      return undefined;
  }
}

/** What `Ref` means for a resource of this type and name. */
export function refOf(type: string, name: string, scope: NameScope): string {
  return REFS[type]?.(scope, name) ?? name;
}

/** An attribute as `Fn::GetAtt` answers it; undefined when it is not known on this machine. */
export function attributeOf(
  type: string,
  logicalId: string,
  name: string,
  attribute: string,
  scope: NameScope,
): string | undefined {
  const arn = ARN_FORMS[type];
  if (attribute === 'Arn' && arn !== undefined) return `arn:aws:${arn(scope, name)}`;
  if (attribute === 'StreamArn' && type === 'AWS::DynamoDB::Table' && arn !== undefined) {
    return `arn:aws:${arn(scope, name)}/stream/2026-01-01T00:00:00.000`;
  }
  if (attribute === 'TopicArn' && type === 'AWS::SNS::Topic') return refOf(type, name, scope);
  if (attribute === 'QueueUrl' && type === 'AWS::SQS::Queue') return refOf(type, name, scope);
  if (attribute === 'Version' && type === 'AWS::Lambda::Version') return PUBLISHED;
  if (attribute === 'RootResourceId') return `${logicalId}/`;
  if (attribute === 'ApiEndpoint') return `https://${logicalId}.execute-api.${scope.region}.amazonaws.com`;
  if (attribute === 'Name' || attribute === NAME_PROPERTY[type]) return name;
  return undefined;
}

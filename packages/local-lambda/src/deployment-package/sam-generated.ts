import type { TemplateResource } from './cloudformation.ts';
import { invokeConfigResources } from './sam-invoke-config.ts';

/**
 * The types of resources that SAM makes of a function's events; those of `Api` and `HttpApi` are routes. Of the last
 * two it makes properties of other resources.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
 */
export const EVENT_RESOURCES: Readonly<Record<string, string>> = {
  AlexaSkill: 'AWS::Lambda::Permission',
  CloudWatchEvent: 'AWS::Events::Rule',
  CloudWatchLogs: 'AWS::Logs::SubscriptionFilter',
  DocumentDB: 'AWS::Lambda::EventSourceMapping',
  DynamoDB: 'AWS::Lambda::EventSourceMapping',
  EventBridgeRule: 'AWS::Events::Rule',
  IoTRule: 'AWS::IoT::TopicRule',
  Kinesis: 'AWS::Lambda::EventSourceMapping',
  MQ: 'AWS::Lambda::EventSourceMapping',
  MSK: 'AWS::Lambda::EventSourceMapping',
  SNS: 'AWS::SNS::Subscription',
  SQS: 'AWS::Lambda::EventSourceMapping',
  Schedule: 'AWS::Events::Rule',
  ScheduleV2: 'AWS::Scheduler::Schedule',
  SelfManagedKafka: 'AWS::Lambda::EventSourceMapping',
  S3: 'AWS::Serverless::S3Event',
  Cognito: 'AWS::Serverless::CognitoEvent',
};

/** The logical id of the alias that SAM makes for `AutoPublishAlias`. */
export function aliasId(functionId: string, alias: unknown): string {
  return `${functionId}Alias${typeof alias === 'string' ? alias : ''}`;
}

/** A reference to what the events of a function call: the function, or its alias. */
export function calledBy(
  functionId: string,
  { AutoPublishAlias }: Readonly<Record<string, unknown>>,
): unknown {
  if (AutoPublishAlias === undefined) return { 'Fn::GetAtt': [functionId, 'Arn'] };
  return { Ref: aliasId(functionId, AutoPublishAlias) };
}

/** What SAM makes of a function beside the function itself, its routes and its alias. */
export function generatedResources(
  functionId: string,
  { Condition }: TemplateResource,
  properties: Readonly<Record<string, unknown>>,
): Record<string, TemplateResource> {
  const make = (Type: string): TemplateResource => ({ ...(Condition !== undefined && { Condition }), Type });
  const events = Object.entries(Object(properties['Events'])).flatMap(([name, event]) => {
    const { Type, Properties } = Object(event) as { Type?: unknown; Properties?: unknown };
    const type = String(Type);
    if (type === 'Api' || type === 'HttpApi') return [];
    const resource = make(EVENT_RESOURCES[type] ?? `AWS::Serverless::${type}Event`);
    const own = eventProperties(type, functionId, calledBy(functionId, properties), Object(Properties));
    return [[`${functionId}${name}`, own === undefined ? resource : { ...resource, Properties: own }]];
  });
  return {
    ...Object.fromEntries(events),
    ...invokeConfigResources(functionId, properties, make),
    ...(properties['FunctionUrlConfig'] !== undefined && {
      [`${functionId}Url`]: {
        ...make('AWS::Lambda::Url'),
        Properties: {
          TargetFunctionArn: { Ref: functionId },
          ...(properties['AutoPublishAlias'] !== undefined && { Qualifier: properties['AutoPublishAlias'] }),
          ...Object(properties['FunctionUrlConfig']),
        },
      },
    }),
  };
}

/** The properties of what SAM makes of an event that is served here. */
function eventProperties(
  type: string,
  functionId: string,
  Arn: unknown,
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (type === 'SQS') {
    const { Queue, ...same } = properties;
    return { ...same, EventSourceArn: Queue, FunctionName: Arn };
  }
  if (type === 'S3') return { ...properties, Function: Arn };
  const input = properties['Input'] === undefined ? {} : { Input: properties['Input'] };
  if (type === 'Schedule') {
    const { Schedule, Enabled, Input: _input, ...same } = properties;
    const State = Enabled === false ? 'DISABLED' : 'ENABLED';
    return { State, ...same, ScheduleExpression: Schedule, Targets: [{ Id: functionId, Arn, ...input }] };
  }
  if (type === 'ScheduleV2') {
    const { Input: _input, ...same } = properties;
    return { ...same, Target: { Arn, ...input } };
  }
  return undefined;
}

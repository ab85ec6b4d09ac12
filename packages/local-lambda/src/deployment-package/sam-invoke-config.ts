import type { TemplateResource } from './cloudformation.ts';

const GENERATED: Readonly<Record<string, readonly [type: string, name: string]>> = {
  SQS: ['AWS::SQS::Queue', 'Queue'],
  SNS: ['AWS::SNS::Topic', 'Topic'],
};

/**
 * What SAM makes of a function's `EventInvokeConfig`: the resource of that name, and queues and topics for the
 * destinations that name none.
 * @param make makes a resource of a type, with the function's condition.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventinvokeconfiguration.html
 */
export function invokeConfigResources(
  functionId: string,
  properties: Readonly<Record<string, unknown>>,
  make: (type: string) => TemplateResource,
): Record<string, TemplateResource> {
  const { EventInvokeConfig, AutoPublishAlias } = properties;
  if (EventInvokeConfig === undefined) return {};
  const id = `${functionId}EventInvokeConfig`;
  const resources: Record<string, TemplateResource> = {};
  const { DestinationConfig, ...same } = Object(EventInvokeConfig) as Readonly<Record<string, unknown>>;
  const destinations = Object.entries(Object(DestinationConfig)).map(([when, given]) => {
    const { Type, Destination } = Object(given) as { Type?: unknown; Destination?: unknown };
    const [type, name] = GENERATED[String(Type)] ?? [];
    if (Destination !== undefined || type === undefined) return [when, { Destination }];
    const ownId = `${id}${when}${name}`;
    resources[ownId] = make(type);
    const reference = Type === 'SQS' ? { 'Fn::GetAtt': [ownId, 'Arn'] } : { Ref: ownId };
    return [when, { Destination: reference }];
  });
  resources[id] = {
    ...make('AWS::Lambda::EventInvokeConfig'),
    Properties: {
      ...same,
      FunctionName: { Ref: functionId },
      Qualifier: AutoPublishAlias ?? '$LATEST',
      DestinationConfig: Object.fromEntries(destinations),
    },
  };
  return resources;
}

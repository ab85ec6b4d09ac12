import { LocalLambdaError } from '../local-lambda-error.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** Where the record of an asynchronous invocation goes, or the event itself. */
export interface Destination {
  readonly service: 'lambda' | 'sqs' | 'sns' | 'events';
  readonly arn: string;
}

/** What becomes of the asynchronous invocations of a function by one qualifier. */
export interface AsyncConfig {
  /** 0 to 2. */
  readonly maximumRetryAttempts: number;
  /** 60 to 21 600. */
  readonly maximumEventAgeSeconds: number;
  readonly onSuccess: Destination | undefined;
  readonly onFailure: Destination | undefined;
  /** Gets the event itself when it fails for good. */
  readonly deadLetters: Destination | undefined;
}

/** The configurations of a deployment by function and qualifier, such as `orders:$LATEST`. */
export type AsyncConfigs = ReadonlyMap<string, AsyncConfig>;

/** What holds for a function of which the template says nothing. */
export const DEFAULT_ASYNC_CONFIG: AsyncConfig = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
  onSuccess: undefined,
  onFailure: undefined,
  deadLetters: undefined,
};

/** The servers of AWS's protocols that there are. */
export interface DestinationEndpoints {
  readonly sqsEndpoint?: string | undefined;
  readonly snsEndpoint?: string | undefined;
  readonly eventsEndpoint?: string | undefined;
}

/** What the SDKs call them in their variables. */
const VARIABLES = { sqs: 'SQS', sns: 'SNS', events: 'EVENTBRIDGE' } as const;

/**
 * Reads what templates say of asynchronous invocations: `AWS::Lambda::EventInvokeConfig`, and `DeadLetterConfig` of
 * functions.
 * @param onUnserved hears of destinations that nothing here reaches.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
 */
export function readAsyncConfigs(
  templates: readonly LoadedTemplate[],
  functions: readonly FunctionDefinition[],
  endpoints: DestinationEndpoints,
  onUnserved: (unserved: Unserved) => void,
): AsyncConfigs {
  const configs = new Map<string, AsyncConfig>();
  const reached = (what: string, target: unknown): Destination | undefined => {
    if (target === undefined) return undefined;
    const read = destinationOf(target, functions, endpoints);
    if (typeof read !== 'string') return read;
    onUnserved({ what, notice: read });
    return undefined;
  };
  for (const { logicalId, name, qualifiers, deadLetterArn } of functions) {
    const deadLetters = reached(`${logicalId}.DeadLetterConfig`, deadLetterArn);
    for (const qualifier of Object.keys(qualifiers)) {
      configs.set(`${name}:${qualifier}`, { ...DEFAULT_ASYNC_CONFIG, deadLetters });
    }
  }
  for (const loaded of templates) {
    for (const resource of resourcesOfType(loaded, 'AWS::Lambda::EventInvokeConfig')) {
      routeOrNotice(resource, onUnserved, () => {
        const { logicalId, properties } = resource;
        const path = `Resources.${logicalId}.Properties`;
        const { definition } = functionOfUri(properties['FunctionName'], functions, `${path}.FunctionName`);
        const { OnSuccess, OnFailure } = Object(properties['DestinationConfig']);
        const key = `${definition.name}:${properties['Qualifier'] ?? '$LATEST'}`;
        configs.set(key, {
          maximumRetryAttempts: whole(properties, 'MaximumRetryAttempts', 0, 2, 2, path),
          maximumEventAgeSeconds: whole(properties, 'MaximumEventAgeInSeconds', 60, 21_600, 21_600, path),
          onSuccess: reached(`${logicalId}.OnSuccess`, Object(OnSuccess).Destination),
          onFailure: reached(`${logicalId}.OnFailure`, Object(OnFailure).Destination),
          deadLetters: configs.get(key)?.deadLetters,
        });
      });
    }
  }
  return configs;
}

/** The destination, or why there is none here. */
function destinationOf(
  target: unknown,
  functions: readonly FunctionDefinition[],
  endpoints: DestinationEndpoints,
): Destination | string {
  const arn = String(target);
  const [, service = ''] = /^arn:aws[\w-]*:(\w+):/.exec(arn) ?? [];
  switch (service) {
    case 'lambda':
      if (functions.some((one) => arn === one.arn || arn.startsWith(`${one.arn}:`))) return { service, arn };
      return `${arn} is in no package here; what fails is in the log, in local-lambda/failed-events`;
    case 'sqs':
    case 'sns':
    case 'events':
      if (endpoints[`${service}Endpoint`] !== undefined) return { service, arn };
      return `set AWS_ENDPOINT_URL_${VARIABLES[service]} to a server on this machine, and it gets them; what fails is in the log, in local-lambda/failed-events`;
    default:
      return `nothing here sends to ${arn}; what fails is in the log, in local-lambda/failed-events`;
  }
}

function whole(
  properties: Readonly<Record<string, unknown>>,
  name: string,
  min: number,
  max: number,
  byDefault: number,
  path: string,
): number {
  const value = properties[name] ?? byDefault;
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new LocalLambdaError(
    `${path}.${name}: must be an integer from ${min} to ${max}, is ${JSON.stringify(value)}`,
  );
}

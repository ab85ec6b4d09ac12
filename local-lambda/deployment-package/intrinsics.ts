import { LocalLambdaError } from '../local-lambda-error.ts';

/** A resource of a CloudFormation template, unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What intrinsic functions are resolved against. */
export interface ResolutionScope {
  readonly resources: Readonly<Record<string, TemplateResource>>;
  /** Values of the template's parameters by name, defaults included. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
}

type Resolve = (argument: unknown, path: string, scope: ResolutionScope) => unknown;

/** The property that `Ref` of a resource of this type answers with; every other type answers its logical id. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Serverless::Function': 'FunctionName',
};

/** `service:region:account:` and what stands before the name, for `Fn::GetAtt` … `Arn`. */
const ARN_FORMS: Readonly<Record<string, (scope: ResolutionScope, name: string) => string>> = {
  'AWS::DynamoDB::Table': (s, name) => `dynamodb:${s.region}:${s.accountId}:table/${name}`,
  'AWS::IAM::Role': (s, name) => `iam::${s.accountId}:role/${name}`,
  'AWS::Lambda::Function': (s, name) => `lambda:${s.region}:${s.accountId}:function:${name}`,
  'AWS::Logs::LogGroup': (s, name) => `logs:${s.region}:${s.accountId}:log-group:${name}:*`,
  'AWS::S3::Bucket': (_s, name) => `s3:::${name}`,
  'AWS::SNS::Topic': (s, name) => `sns:${s.region}:${s.accountId}:${name}`,
  'AWS::SQS::Queue': (s, name) => `sqs:${s.region}:${s.accountId}:${name}`,
  'AWS::Serverless::Function': (s, name) => `lambda:${s.region}:${s.accountId}:function:${name}`,
};

const INTRINSICS: Readonly<Record<string, Resolve>> = {
  Ref: resolveRef,
  'Fn::GetAtt': resolveGetAtt,
  'Fn::Sub': resolveSub,
  'Fn::Join': resolveJoin,
  'Fn::Select': resolveSelect,
  'Fn::Split': resolveSplit,
};

/**
 * Replaces CloudFormation's intrinsic functions in a value by what they mean on this machine.
 *
 * `Ref`, `Fn::GetAtt` (`Arn`, `Name`, and `RootResourceId`), `Fn::Sub`, `Fn::Join`, `Fn::Select`, `Fn::Split`
 * and the pseudo parameters are known. ARNs are those of the scope's region and account.
 * @param path where the value stands in the template, for the message.
 * @throws LocalLambdaError naming the path, when an intrinsic cannot be resolved without AWS.
 */
export function resolveIntrinsics(value: unknown, path: string, scope: ResolutionScope): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolveIntrinsics(item, `${path}[${i}]`, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [name, argument] = first;
    const resolve = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
    if (resolve !== undefined) return resolve(argument, `${path}.${name}`, scope);
    if (name.startsWith('Fn::')) return unresolvable(path, name);
  }
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolveIntrinsics(item, `${path}.${key}`, scope)]),
  );
}

/** The physical name of a resource: its name property where the template sets one, else its logical id. */
export function physicalName(logicalId: string, scope: ResolutionScope): string {
  const resource = scope.resources[logicalId];
  const property = resource === undefined ? undefined : NAME_PROPERTY[resource.Type];
  const name = property === undefined ? undefined : resource?.Properties?.[property];
  if (name === undefined) return logicalId;
  return asString(
    resolveIntrinsics(name, `Resources.${logicalId}.Properties.${property}`, scope),
    logicalId,
    'a name',
  );
}

function resolveRef(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const name = asString(argument, path, 'a name');
  const pseudo = pseudoParameter(name, scope);
  if (pseudo !== undefined) return pseudo;
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name];
  if (Object.hasOwn(scope.resources, name)) return physicalName(name, scope);
  throw new LocalLambdaError(`${path}: no resource or parameter is called "${name}"`);
}

function resolveGetAtt(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const parts = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  const [logicalId = '', ...rest] = parts;
  const attribute = rest.join('.');
  const resource = Object.hasOwn(scope.resources, logicalId) ? scope.resources[logicalId] : undefined;
  if (resource === undefined) throw new LocalLambdaError(`${path}: no resource is called "${logicalId}"`);
  const name = physicalName(logicalId, scope);
  const arnForm = ARN_FORMS[resource.Type];
  if (attribute === 'Arn' && arnForm !== undefined) return `arn:aws:${arnForm(scope, name)}`;
  if (attribute === 'RootResourceId') return `${logicalId}/`;
  if (attribute === 'Name' || attribute === `${NAME_PROPERTY[resource.Type]}`) return name;
  return unresolvable(path, `${attribute} of ${resource.Type} "${logicalId}"`);
}

function resolveSub(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const [template, own] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = resolveIntrinsics(own ?? {}, `${path}[1]`, scope) as Record<string, unknown>;
  return asString(template, path, 'a text').replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return String(variables[name]);
    return String(name.includes('.') ? resolveGetAtt(name, path, scope) : resolveRef(name, path, scope));
  });
}

function resolveJoin(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const [separator, items] = asList(argument, path);
  return asList(resolveIntrinsics(items, `${path}[1]`, scope), path)
    .map(String)
    .join(String(separator));
}

function resolveSelect(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const [index, items] = asList(argument, path);
  const list = asList(resolveIntrinsics(items, `${path}[1]`, scope), path);
  const chosen = list[Number(resolveIntrinsics(index, `${path}[0]`, scope))];
  if (chosen === undefined) throw new LocalLambdaError(`${path}: the list has no item ${String(index)}`);
  return chosen;
}

function resolveSplit(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const [separator, text] = asList(argument, path);
  return asString(resolveIntrinsics(text, `${path}[1]`, scope), path, 'a text').split(String(separator));
}

function pseudoParameter(name: string, scope: ResolutionScope): string | undefined {
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

function unresolvable(path: string, what: string): never {
  throw new LocalLambdaError(`${path}: ${what} cannot be resolved on this machine`);
}

function asString(value: unknown, path: string, what: string): string {
  if (typeof value === 'string') return value;
  throw new LocalLambdaError(`${path}: must be ${what}, is ${JSON.stringify(value)}`);
}

function asList(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new LocalLambdaError(`${path}: must be a list, is ${JSON.stringify(value)}`);
}

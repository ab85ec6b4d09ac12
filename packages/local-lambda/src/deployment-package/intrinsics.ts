import { LocalLambdaError } from '../local-lambda-error.ts';
import type { TemplateResource } from './cloudformation.ts';
import type { ParameterValues } from './parameters.ts';
import {
  attributeOf,
  NAME_PROPERTY,
  type NameScope,
  PUBLISHED,
  pseudoParameter,
  refOf,
} from './physical-names.ts';

/** What intrinsic functions are resolved against. */
export interface ResolutionScope extends NameScope {
  readonly resources: Readonly<Record<string, TemplateResource>>;
  /** Values of the template's parameters by name, as far as they are given or have a default. */
  readonly parameters: ParameterValues;
  readonly parameterNames: ReadonlySet<string>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  /** Values that the templates of this host export, by export name. */
  readonly exports: ReadonlyMap<string, () => unknown>;
  /** Reads an output of a nested stack, by the stack's logical id; those whose template is in the package. */
  readonly nested: ReadonlyMap<string, (output: string) => unknown>;
  /** Makes a text that stands for what only AWS knows, such as `Cluster.Endpoint.Address`; undefined: it is an error. */
  readonly standIn?: (what: string) => string;
}

type Resolve = (argument: unknown, path: string, scope: ResolutionScope) => unknown;

/** `AWS::NoValue`: what resolves to it is left out of its list or object. */
export const NO_VALUE = Symbol('AWS::NoValue');

const INTRINSICS: Readonly<Record<string, Resolve>> = {
  Ref: resolveRef,
  'Fn::Base64': (argument, path, scope) =>
    Buffer.from(asString(resolveIntrinsics(argument, path, scope), path, 'a text')).toString('base64'),
  'Fn::FindInMap': resolveFindInMap,
  'Fn::GetAtt': resolveGetAtt,
  'Fn::If': resolveIf,
  'Fn::ImportValue': resolveImportValue,
  'Fn::Join': resolveJoin,
  'Fn::Select': resolveSelect,
  'Fn::Split': resolveSplit,
  'Fn::Sub': resolveSub,
  'Fn::ToJsonString': (argument, path, scope) => JSON.stringify(resolveIntrinsics(argument, path, scope)),
  'Fn::And': (argument, path, scope) => asList(argument, path).every((one) => holds(one, path, scope)),
  'Fn::Or': (argument, path, scope) => asList(argument, path).some((one) => holds(one, path, scope)),
  'Fn::Not': (argument, path, scope) => !holds(asList(argument, path)[0], path, scope),
  'Fn::Equals': (argument, path, scope) => {
    const [a, b] = asList(resolveIntrinsics(argument, path, scope), path);
    return String(a) === String(b);
  },
};

/**
 * Replaces CloudFormation's intrinsic functions in a value by what they mean on this machine.
 *
 * `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::If` with conditions, `Fn::FindInMap`,
 * `Fn::Base64`, `Fn::ToJsonString`, `Fn::ImportValue` of what a template of this host exports, and the pseudo
 * parameters are known. ARNs are those of the scope's region and account.
 * @param path where the value stands in the template, for the message.
 * @throws LocalLambdaError naming the path, when an intrinsic cannot be resolved without AWS.
 */
export function resolveIntrinsics(value: unknown, path: string, scope: ResolutionScope): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, i) => resolveIntrinsics(item, `${path}[${i}]`, scope))
      .filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [name, argument] = first;
    const resolve = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
    if (resolve !== undefined) return resolve(argument, `${path}.${name}`, scope);
    if (name.startsWith('Fn::')) return unresolvable(path, name, name, scope);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]) => [key, resolveIntrinsics(item, `${path}.${key}`, scope)])
      .filter(([, item]) => item !== NO_VALUE),
  );
}

/** Whether a resource is created: it has no condition, or its condition holds. */
export function isCreated({ Condition }: TemplateResource, scope: ResolutionScope): boolean {
  return typeof Condition !== 'string' || holds({ Condition }, 'Conditions', scope);
}

/** The physical name of a resource: its name property where the template sets one, else its logical id. */
export function physicalName(logicalId: string, scope: ResolutionScope): string {
  const resource = scope.resources[logicalId];
  const property = resource === undefined ? undefined : NAME_PROPERTY[resource.Type];
  const value = property === undefined ? undefined : resource?.Properties?.[property];
  const path = `Resources.${logicalId}.Properties.${property}`;
  const name = value === undefined ? NO_VALUE : resolveIntrinsics(value, path, scope);
  return name === NO_VALUE ? ownName(logicalId, resource) : asString(name, path, 'a name');
}

/** A name by the rules of its service, where the template leaves it to CloudFormation. */
function ownName(logicalId: string, resource: TemplateResource | undefined): string {
  const { Type, Properties = {} } = resource ?? {};
  if (Type === 'AWS::S3::Bucket') return logicalId.toLowerCase().padEnd(3, '-bucket');
  return Type === 'AWS::SQS::Queue' && Properties['FifoQueue'] ? `${logicalId}.fifo` : logicalId;
}

/** A condition: its name in `Conditions`, `{ "Condition": name }`, or one of the functions that answer true or false. */
function holds(condition: unknown, path: string, scope: ResolutionScope): boolean {
  const named =
    typeof condition === 'string' ? condition : (Object(condition) as { Condition?: unknown }).Condition;
  if (typeof named !== 'string') return resolveIntrinsics(condition, path, scope) === true;
  if (Object.hasOwn(scope.conditions, named)) {
    return resolveIntrinsics(scope.conditions[named], `Conditions.${named}`, scope) === true;
  }
  throw new LocalLambdaError(`${path}: no condition is called "${named}"`);
}

function resolveIf(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const [condition, yes, no] = asList(argument, path);
  const chosen = holds(condition, `${path}[0]`, scope) ? 1 : 2;
  return resolveIntrinsics(chosen === 1 ? yes : no, `${path}[${chosen}]`, scope);
}

function resolveRef(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const name = asString(argument, path, 'a name');
  if (name === 'AWS::NoValue') return NO_VALUE;
  const pseudo = pseudoParameter(name, scope);
  if (pseudo !== undefined) return pseudo;
  if (Object.hasOwn(scope.parameters, name)) {
    return orStandIn(() => scope.parameters[name], name, scope);
  }
  if (scope.parameterNames.has(name)) {
    if (scope.standIn !== undefined) return scope.standIn(name);
    throw new LocalLambdaError(
      `${path}: parameter "${name}" has no default that is known on this machine; give --parameter ${name}=VALUE`,
    );
  }
  if (!Object.hasOwn(scope.resources, name)) {
    const generated = generatedId(name, scope);
    if (generated !== undefined) return resolveRef(generated, path, scope);
    throw new LocalLambdaError(`${path}: no resource or parameter is called "${name}"`);
  }
  const { Type = '', Properties = {} } = scope.resources[name] ?? {};
  if (Type !== 'AWS::Lambda::Alias' && Type !== 'AWS::Lambda::Version') {
    return refOf(Type, physicalName(name, scope), scope);
  }
  const at = `Resources.${name}.Properties`;
  const owner = String(resolveIntrinsics(Properties['FunctionName'], `${at}.FunctionName`, scope));
  const qualifier =
    Type === 'AWS::Lambda::Alias' ? resolveIntrinsics(Properties['Name'], `${at}.Name`, scope) : PUBLISHED;
  const arn = owner.startsWith('arn:')
    ? owner
    : attributeOf('AWS::Lambda::Function', '', owner, 'Arn', scope);
  return `${arn}:${qualifier}`;
}

/** The alias or version that SAM makes for `AutoPublishAlias`, of `Orders.Alias` or `Orders.Version`. */
function generatedId(name: string, { resources }: ResolutionScope): string | undefined {
  const [, owner, kind] = /^(\w+)\.(Alias|Version)$/.exec(name) ?? [];
  const isMade = (id: string) =>
    id.startsWith(`${owner}${kind}`) && resources[id]?.Type === `AWS::Lambda::${kind}`;
  return kind === undefined ? undefined : Object.keys(resources).find(isMade);
}

function resolveGetAtt(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const parts = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  const [logicalId = '', ...rest] = parts;
  const attribute = rest.join('.');
  const resource = Object.hasOwn(scope.resources, logicalId) ? scope.resources[logicalId] : undefined;
  const generated = generatedId(`${logicalId}.${attribute}`, scope);
  if (generated !== undefined) return resolveRef(generated, path, scope);
  if (resource === undefined) throw new LocalLambdaError(`${path}: no resource is called "${logicalId}"`);
  const output = attribute.startsWith('Outputs.') ? scope.nested.get(logicalId) : undefined;
  if (output !== undefined) {
    const read = () => output(attribute.slice('Outputs.'.length));
    return orStandIn(read, `${logicalId}.${attribute}`, scope);
  }
  const name = physicalName(logicalId, scope);
  const value = attributeOf(resource.Type, logicalId, name, attribute, scope);
  if (value !== undefined) return value;
  const what = `${attribute} of ${resource.Type} "${logicalId}"`;
  return unresolvable(path, what, `${logicalId}.${attribute}`, scope);
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

function resolveFindInMap(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const keys = asList(resolveIntrinsics(argument, path, scope), path)
    .slice(0, 3)
    .map(String);
  let found: unknown = scope.mappings;
  for (const key of keys) found = Object.hasOwn(Object(found), key) ? Object(found)[key] : undefined;
  if (found !== undefined) return found;
  throw new LocalLambdaError(`${path}: the mappings have no ${keys.join('.')}`);
}

function resolveImportValue(argument: unknown, path: string, scope: ResolutionScope): unknown {
  const name = asString(resolveIntrinsics(argument, path, scope), path, 'a name');
  const value = scope.exports.get(name);
  if (value !== undefined) return value();
  if (scope.standIn !== undefined) return scope.standIn(name);
  throw new LocalLambdaError(`${path}: no template that is served here exports "${name}"`);
}

/** What another stack gives is resolved there, where nothing stands in for what only AWS knows. */
function orStandIn(read: () => unknown, short: string, { standIn }: ResolutionScope): unknown {
  try {
    return read();
  } catch (error) {
    if (standIn === undefined || !(error instanceof LocalLambdaError)) throw error;
    return standIn(short);
  }
}

function unresolvable(path: string, what: string, short: string, { standIn }: ResolutionScope): string {
  if (standIn !== undefined) return standIn(short);
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

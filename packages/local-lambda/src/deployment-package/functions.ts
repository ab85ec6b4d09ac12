import { LocalLambdaError } from '../local-lambda-error.ts';
import { findCode } from './find-code.ts';
import { lazyProperties } from './lazy-properties.ts';
import { PUBLISHED } from './physical-names.ts';
import { withStandIns } from './stand-ins.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** One `AWS::Lambda::Function` of the template, with Lambda's defaults filled in. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  /** Such as `nodejs24.x`, `python3.13` or `provided.al2023`; `container image` of one that has no runtime. */
  readonly runtime: string;
  readonly handler: string;
  readonly architecture: 'arm64' | 'x86_64';
  /** MB, 128 to 10 240. */
  readonly memorySizeMb: number;
  /** Size of its `/tmp` in MB, 512 to 10 240. */
  readonly ephemeralStorageMb: number;
  /** Whole seconds, 1 to 900. */
  readonly timeoutSeconds: number;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose value only AWS knows, and what stands in their place. */
  readonly standIns: readonly { readonly variable: string; readonly what: string }[];
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly applicationLogLevel: string;
  readonly systemLogLevel: string;
  /** At most this many environments at once; undefined: no limit of its own. */
  readonly reservedConcurrency: number | undefined;
  readonly code: FunctionCode;
  /** ARNs of its layers, the last one on top. */
  readonly layers: readonly string[];
  readonly role: string;
  /** ARN of what gets its asynchronous events that fail for good; undefined: nothing does. */
  readonly deadLetterArn: string | undefined;
  /** `$LATEST`, or the number of a version. */
  readonly version: string;
  /** Aliases and versions that the template makes of it, and the versions that they mean; all are the same code here. */
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** A function's code: a zip file, a folder that holds it unpacked, one file written in the template, or an image. */
export type FunctionCode =
  | { readonly kind: 'image'; readonly uri: string }
  | { readonly kind: 'zip' | 'folder'; readonly path: string }
  | { readonly kind: 'inline'; readonly file: string; readonly source: string };

/**
 * Reads the functions of a template; `Handler`, `Runtime` and the code must be there.
 * @throws LocalLambdaError naming the property, its value and what is allowed, or the missing zip.
 */
export function readFunctions(loaded: LoadedTemplate): Promise<FunctionDefinition[]> {
  const resources = resourcesOfType(loaded, 'AWS::Lambda::Function');
  const qualifiers = readQualifiers(loaded);
  return Promise.all(resources.map((resource) => readFunction(loaded, resource, qualifiers)));
}

/** One alias or version. */
interface Qualifier {
  /** Name or ARN of its function. */
  readonly owner: string;
  readonly name: string;
  readonly version: string;
}

function readQualifiers(loaded: LoadedTemplate): Qualifier[] {
  const aliases = resourcesOfType(loaded, 'AWS::Lambda::Alias').map(
    ({ logicalId, properties: { FunctionName, Name } }) => {
      // As it stands there, since nothing here knows the number of a version.
      const { FunctionVersion } = Object(loaded.template.Resources[logicalId]?.Properties);
      const version = FunctionVersion === '$LATEST' ? '$LATEST' : PUBLISHED;
      return { owner: String(FunctionName), name: String(Name), version };
    },
  );
  const versions = resourcesOfType(loaded, 'AWS::Lambda::Version').map(
    ({ properties: { FunctionName } }) => ({
      owner: String(FunctionName),
      name: PUBLISHED,
      version: PUBLISHED,
    }),
  );
  return [...aliases, ...versions];
}

async function readFunction(
  loaded: LoadedTemplate,
  { logicalId, properties }: ResolvedResource,
  qualifiers: readonly Qualifier[],
): Promise<FunctionDefinition> {
  const path = `Resources.${logicalId}.Properties`;
  const { region, accountId } = loaded.scope;
  const name = text(properties['FunctionName'] ?? logicalId, `${path}.FunctionName`);
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const standIns = withStandIns(loaded.scope);
  // A function runs without what is read of these.
  const soft = lazyProperties(loaded.template.Resources[logicalId]?.Properties ?? {}, path, standIns.scope);
  const logging = record(properties['LoggingConfig'], `${path}.LoggingConfig`);
  const storage = record(properties['EphemeralStorage'], `${path}.EphemeralStorage`);
  const variables = record(soft['Environment'], `${path}.Environment`)['Variables'];
  const environment = Object.fromEntries(
    Object.entries(record(variables, `${path}.Environment.Variables`)).map(([key, value]) => [
      key,
      scalar(value, `${path}.Environment.Variables.${key}`),
    ]),
  );
  const architectures = properties['Architectures'];
  const reserved = properties['ReservedConcurrentExecutions'];
  const layers = soft['Layers'];
  const deadLetters = record(soft['DeadLetterConfig'], `${path}.DeadLetterConfig`)['TargetArn'];
  const code = soft['Code'];
  const isImage = properties['PackageType'] === 'Image' || 'ImageUri' in Object(code);
  const runtime = isImage ? 'container image' : text(properties['Runtime'], `${path}.Runtime`);
  return {
    logicalId,
    name,
    arn,
    region,
    accountId,
    runtime,
    handler: text(properties['Handler'] ?? '', `${path}.Handler`),
    architecture: oneOf(
      Array.isArray(architectures) ? architectures[0] : 'x86_64',
      ['arm64', 'x86_64'],
      `${path}.Architectures[0]`,
    ),
    memorySizeMb: integer(properties['MemorySize'] ?? 128, 128, 10_240, `${path}.MemorySize`),
    ephemeralStorageMb: integer(storage['Size'] ?? 512, 512, 10_240, `${path}.EphemeralStorage.Size`),
    timeoutSeconds: integer(properties['Timeout'] ?? 3, 1, 900, `${path}.Timeout`),
    description: text(soft['Description'] ?? '', `${path}.Description`),
    environment,
    standIns: Object.entries(environment).flatMap(([variable, value]) =>
      standIns.within(value).map((what) => ({ variable, what })),
    ),
    logGroup: text(logging['LogGroup'] ?? `/aws/lambda/${name}`, `${path}.LoggingConfig.LogGroup`),
    logFormat: oneOf(logging['LogFormat'] ?? 'Text', ['Text', 'JSON'], `${path}.LoggingConfig.LogFormat`),
    applicationLogLevel: text(
      logging['ApplicationLogLevel'] ?? 'INFO',
      `${path}.LoggingConfig.ApplicationLogLevel`,
    ),
    systemLogLevel: text(logging['SystemLogLevel'] ?? 'INFO', `${path}.LoggingConfig.SystemLogLevel`),
    reservedConcurrency:
      reserved === undefined
        ? undefined
        : integer(reserved, 0, 10_000, `${path}.ReservedConcurrentExecutions`),
    code: isImage
      ? { kind: 'image', uri: String(Object(code).ImageUri ?? '') }
      : await findCode(loaded.file, properties['Code'], `${path}.Code`, runtime),
    layers: Array.isArray(layers) ? layers.map(String) : [],
    version: '$LATEST',
    qualifiers: Object.fromEntries([
      ['$LATEST', '$LATEST'],
      ...qualifiers
        .filter(({ owner }) => owner === name || owner === arn)
        .map((qualifier) => [qualifier.name, qualifier.version]),
    ]),
    deadLetterArn: deadLetters === undefined ? undefined : String(deadLetters),
    role: text(soft['Role'] ?? `arn:aws:iam::${accountId}:role/local-lambda`, `${path}.Role`),
  };
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new LocalLambdaError(`${path}: must be a text, is ${JSON.stringify(value)}`);
}

function scalar(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new LocalLambdaError(`${path}: must be a text, is ${JSON.stringify(value)}`);
}

function integer(value: unknown, min: number, max: number, path: string): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new LocalLambdaError(
    `${path}: must be an integer from ${min} to ${max}, is ${JSON.stringify(value)}`,
  );
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`${path}: must be ${allowed.join(' or ')}, is ${JSON.stringify(value)}`);
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new LocalLambdaError(`${path}: must be an object, is ${JSON.stringify(value)}`);
}

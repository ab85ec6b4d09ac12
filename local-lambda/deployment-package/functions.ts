import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** One `AWS::Lambda::Function` of the template, with Lambda's defaults filled in. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  /** Such as `nodejs24.x`, `python3.13` or `provided.al2023`. */
  readonly runtime: string;
  readonly handler: string;
  readonly architecture: 'arm64' | 'x86_64';
  /** MB, 128 to 10 240. */
  readonly memorySizeMb: number;
  /** Whole seconds, 1 to 900. */
  readonly timeoutSeconds: number;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly applicationLogLevel: string;
  readonly systemLogLevel: string;
  /** At most this many environments at once; undefined: no limit of its own. */
  readonly reservedConcurrency: number | undefined;
  /** The function's code: a zip file, or a folder that holds it unpacked. */
  readonly codePath: string;
  readonly role: string;
}

/**
 * Reads the functions of a deployment package; `Handler`, `Runtime` and the code must be there.
 * @throws LocalLambdaError naming the property, its value and what is allowed, or the missing zip.
 */
export async function readFunctions(
  loaded: LoadedTemplate,
  packageDir: string,
): Promise<FunctionDefinition[]> {
  const resources = resourcesOfType(loaded, 'AWS::Lambda::Function');
  const functions = await Promise.all(
    resources.map((resource) => readFunction(loaded, resource, packageDir)),
  );
  const seen = new Set<string>();
  for (const { name, logicalId } of functions) {
    if (seen.has(name)) throw new LocalLambdaError(`Resources.${logicalId}: a second function "${name}"`);
    seen.add(name);
  }
  return functions;
}

async function readFunction(
  loaded: LoadedTemplate,
  { logicalId, properties }: ResolvedResource,
  packageDir: string,
): Promise<FunctionDefinition> {
  const path = `Resources.${logicalId}.Properties`;
  const { region, accountId } = loaded.scope;
  const name = text(properties['FunctionName'] ?? logicalId, `${path}.FunctionName`);
  const logging = record(properties['LoggingConfig'], `${path}.LoggingConfig`);
  const environment = record(properties['Environment'], `${path}.Environment`);
  const architectures = properties['Architectures'];
  const reserved = properties['ReservedConcurrentExecutions'];
  return {
    logicalId,
    name,
    arn: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
    region,
    accountId,
    runtime: text(properties['Runtime'], `${path}.Runtime`),
    handler: text(properties['Handler'] ?? '', `${path}.Handler`),
    architecture: oneOf(
      Array.isArray(architectures) ? architectures[0] : 'x86_64',
      ['arm64', 'x86_64'],
      `${path}.Architectures[0]`,
    ),
    memorySizeMb: integer(properties['MemorySize'] ?? 128, 128, 10_240, `${path}.MemorySize`),
    timeoutSeconds: integer(properties['Timeout'] ?? 3, 1, 900, `${path}.Timeout`),
    description: text(properties['Description'] ?? '', `${path}.Description`),
    environment: Object.fromEntries(
      Object.entries(record(environment['Variables'], `${path}.Environment.Variables`)).map(
        ([key, value]) => [key, scalar(value, `${path}.Environment.Variables.${key}`)],
      ),
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
    codePath: await findCode(properties['Code'], `${path}.Code`, packageDir),
    role: text(properties['Role'] ?? `arn:aws:iam::${accountId}:role/local-lambda`, `${path}.Role`),
  };
}

/** The Serverless Framework and `cdk` name an object in a bucket, whose last part is the file beside the template; `sam build` names a folder. */
async function findCode(code: unknown, path: string, packageDir: string): Promise<string> {
  const location =
    typeof code === 'string' ? code : (record(code, path)['S3Key'] ?? record(code, path)['ZipFile']);
  if (typeof location !== 'string' || (typeof code !== 'string' && 'ZipFile' in record(code, path))) {
    throw new LocalLambdaError(`${path}: must name a zip by S3Key or a path; inline code is not supported`);
  }
  const candidates =
    typeof code === 'string' ? [join(packageDir, code)] : [join(packageDir, basename(location))];
  if (typeof code !== 'string') candidates.push(join(packageDir, `asset.${basename(location)}`));
  for (const candidate of candidates) {
    if ((await stat(candidate).catch(() => undefined)) !== undefined) return candidate;
  }
  throw new LocalLambdaError(`${path}: refers to ${location}, but ${candidates[0]} does not exist`);
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

import { createHash } from 'node:crypto';
import { reservedVariables } from '../checked-functions.ts';
import { lambdaTime } from '../lambda-api/configuration.ts';
import type { CODE, CONFIGURATION } from './function-shapes.ts';
import { invalid } from './management-error.ts';
import type { Platform } from './platform.ts';
import type { Given } from './readers.ts';
import type { VersionRecord } from './records.ts';

/** Of all variables together, names and values. */
const MAX_VARIABLES_BYTES = 4_096;
/** Of a zip that is in a request. */
export const MAX_ZIP_BYTES = 52_428_800;

/** What of a version its code decides. */
export type CodeFacts = Pick<VersionRecord, 'codeSha256' | 'codeSize' | 'codeFile'>;

/**
 * Fetches the code that a request names, or holds.
 * @throws ManagementError when there is none, or not one.
 */
export async function readCode(platform: Platform, given: Given<typeof CODE>): Promise<Buffer> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion } = given;
  if (ZipFile !== undefined && (S3Bucket ?? S3Key) !== undefined) {
    throw invalid('Code: must be ZipFile, or S3Bucket and S3Key, is both');
  }
  if (ZipFile !== undefined) {
    const zip = Buffer.from(ZipFile, 'base64');
    if (zip.length <= MAX_ZIP_BYTES) return zip;
    throw invalid(`Code.ZipFile: must be ${MAX_ZIP_BYTES} bytes at most, is ${zip.length}`);
  }
  if (S3Bucket === undefined || S3Key === undefined) {
    throw invalid('Code: must be ZipFile, or S3Bucket and S3Key, is neither');
  }
  return platform.readObject(S3Bucket, S3Key, S3ObjectVersion);
}

/** What Lambda says of a zip. */
export function codeFacts(zip: Buffer, codeFile: string): CodeFacts {
  return { codeSha256: sha256Of(zip), codeSize: zip.length, codeFile };
}

/** In base64. */
function sha256Of(zip: Buffer): string {
  return createHash('sha256').update(zip).digest('base64');
}

/** A `$LATEST` of new code. */
export function withCode(
  platform: Platform,
  before: VersionRecord,
  code: CodeFacts,
  architecture: VersionRecord['architecture'] | undefined,
): VersionRecord {
  return stamped(platform, { ...before, ...code, architecture: architecture ?? before.architecture });
}

/** The time and the revision of a version that has just been changed. */
export function stamped(platform: Platform, version: VersionRecord): VersionRecord {
  return { ...version, revisionId: platform.newId(), lastModified: lambdaTime(platform.now()) };
}

/** What a new function has where its request says nothing. */
export function defaultsOf(
  name: string,
): Omit<VersionRecord, 'runtime' | 'handler' | 'role' | keyof CodeFacts> {
  return {
    version: '$LATEST',
    revisionId: '',
    lastModified: '',
    description: '',
    timeout: 3,
    memorySize: 128,
    ephemeralStorage: 512,
    architecture: 'x86_64',
    variables: {},
    layers: [],
    tracing: 'PassThrough',
    logging: { format: 'Text', group: `/aws/lambda/${name}`, applicationLevel: 'INFO', systemLevel: 'INFO' },
  };
}

/**
 * A version with what a request says of its configuration.
 * @throws ManagementError naming what Lambda refuses, or this machine cannot run.
 */
export function withConfiguration<V extends Omit<VersionRecord, keyof CodeFacts>>(
  platform: Platform,
  before: V,
  given: Given<typeof CONFIGURATION>,
): V {
  const runtime = given.Runtime ?? before.runtime;
  if (!platform.runtimes.some((prefix) => runtime.startsWith(prefix))) {
    const known = platform.runtimes.map((prefix) => `${prefix}*`).join(', ');
    throw invalid(`Runtime: ${runtime} does not run on this machine, only ${known}`);
  }
  const variables = given.Environment === undefined ? before.variables : (given.Environment.Variables ?? {});
  checkVariables(variables);
  const { LogFormat, LogGroup, ApplicationLogLevel, SystemLogLevel } = given.LoggingConfig ?? {};
  const deadLetterArn =
    given.DeadLetterConfig === undefined ? before.deadLetterArn : given.DeadLetterConfig.TargetArn;
  const { deadLetterArn: _before, ...rest } = before;
  return {
    ...(rest as V),
    runtime,
    handler: given.Handler ?? before.handler,
    role: given.Role ?? before.role,
    description: given.Description ?? before.description,
    timeout: given.Timeout ?? before.timeout,
    memorySize: given.MemorySize ?? before.memorySize,
    ephemeralStorage: given.EphemeralStorage?.Size ?? before.ephemeralStorage,
    variables,
    layers: given.Layers ?? before.layers,
    tracing: given.TracingConfig?.Mode ?? before.tracing,
    ...(deadLetterArn !== undefined && deadLetterArn !== '' && { deadLetterArn }),
    logging: {
      format: LogFormat ?? before.logging.format,
      group: LogGroup ?? before.logging.group,
      applicationLevel: ApplicationLogLevel ?? before.logging.applicationLevel,
      systemLevel: SystemLogLevel ?? before.logging.systemLevel,
    },
  };
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_VARIABLES_BYTES) {
    throw invalid(
      `Environment.Variables: must have ${MAX_VARIABLES_BYTES} bytes at most, names and values together, has ${bytes}`,
    );
  }
  const reserved = reservedVariables(variables);
  if (reserved.length > 0) {
    throw invalid(
      `Environment.Variables: ${reserved.join(', ')} cannot be set, Lambda reserves it (Reserved keys used in this request: ${reserved.join(', ')})`,
    );
  }
}

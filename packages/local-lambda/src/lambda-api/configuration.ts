import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { HostedFunction } from '../function-host.ts';

/** What a configuration says beside the definition. */
export interface ConfigurationFacts {
  /** Bytes of the package. */
  readonly codeSize: number;
  /** In base64. */
  readonly codeSha256: string;
  readonly revisionId: string;
  /** In ISO 8601, in the form of Lambda. */
  readonly lastModified: string;
  readonly tracing: 'Active' | 'PassThrough';
}

/**
 * A function's configuration as `GetFunctionConfiguration` answers it.
 * @param qualifier by which it was asked for.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export function functionConfiguration(
  definition: FunctionDefinition,
  facts: ConfigurationFacts,
  qualifier?: string,
): object {
  const isImage = definition.code.kind === 'image';
  return {
    FunctionName: definition.name,
    FunctionArn: qualifier === undefined ? definition.arn : `${definition.arn}:${qualifier}`,
    ...(!isImage && { Runtime: definition.runtime, Handler: definition.handler }),
    Role: definition.role,
    CodeSize: facts.codeSize,
    CodeSha256: facts.codeSha256,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memorySizeMb,
    LastModified: facts.lastModified,
    RevisionId: facts.revisionId,
    Version: definition.version,
    Environment: { Variables: definition.environment },
    ...(definition.deadLetterArn !== undefined && {
      DeadLetterConfig: { TargetArn: definition.deadLetterArn },
    }),
    ...(definition.layers.length > 0 && { Layers: definition.layers.map((Arn) => ({ Arn, CodeSize: 0 })) }),
    TracingConfig: { Mode: facts.tracing },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: isImage ? 'Image' : 'Zip',
    Architectures: [definition.architecture],
    EphemeralStorage: { Size: definition.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: definition.logFormat,
      LogGroup: definition.logGroup,
      ...(definition.logFormat === 'JSON' && {
        ApplicationLogLevel: definition.applicationLogLevel,
        SystemLogLevel: definition.systemLogLevel,
      }),
    },
  };
}

/** The configuration of a function of a package; what Lambda would make up when it is deployed is made of its digest. */
export function packagedConfiguration(hosted: HostedFunction, qualifier?: string): object {
  const { definition, packageBytes, digest, sinceMs } = hosted;
  const sha256 = /^[\da-f]{64}$/.test(digest) ? digest : '';
  const [, ...parts] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(sha256) ?? [];
  return functionConfiguration(
    definition,
    {
      codeSize: packageBytes,
      codeSha256: Buffer.from(sha256, 'hex').toString('base64'),
      revisionId: parts.join('-'),
      lastModified: lambdaTime(sinceMs),
      tracing: 'PassThrough',
    },
    qualifier,
  );
}

/** A time as Lambda writes it: `2026-11-21T22:40:11.123+0000`. @param ms since the epoch. */
export function lambdaTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

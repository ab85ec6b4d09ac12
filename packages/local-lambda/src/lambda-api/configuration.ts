import type { HostedFunction } from '../function-host.ts';

/**
 * A function's configuration as `GetFunctionConfiguration` answers it.
 * @param qualifier by which it was asked for.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export function functionConfiguration(
  { definition, packageBytes }: HostedFunction,
  qualifier?: string,
): object {
  const isImage = definition.code.kind === 'image';
  return {
    FunctionName: definition.name,
    FunctionArn: qualifier === undefined ? definition.arn : `${definition.arn}:${qualifier}`,
    ...(!isImage && { Runtime: definition.runtime, Handler: definition.handler }),
    Role: definition.role,
    CodeSize: packageBytes,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memorySizeMb,
    Version: definition.version,
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: 'PassThrough' },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: isImage ? 'Image' : 'Zip',
    Architectures: [definition.architecture],
    EphemeralStorage: { Size: definition.ephemeralStorageMb },
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

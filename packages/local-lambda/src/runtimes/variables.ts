import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { FunctionFolders } from './runtime.ts';

/** What functions sign their requests with: good for nothing but this host. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local-lambda', secretAccessKey: 'local-lambda' } as const;

/**
 * The variables that Lambda sets in every environment, with credentials that are good for nothing; those of the
 * host's own environment never get in. Those that keep SDKs from a metadata service and from the developer's own
 * `~/.aws` are ours.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(
  definition: FunctionDefinition,
  { taskRoot, opt }: FunctionFolders,
): Readonly<Record<string, string>> {
  const { region, logFormat, applicationLogLevel } = definition;
  return {
    _HANDLER: definition.handler,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    // A key that was given has the token that was given with it, or none.
    ...(definition.environment['AWS_ACCESS_KEY_ID'] === undefined && { AWS_SESSION_TOKEN: 'local-lambda' }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySizeMb),
    AWS_LAMBDA_FUNCTION_VERSION: definition.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: logFormat,
    ...(logFormat === 'JSON' && { AWS_LAMBDA_LOG_LEVEL: applicationLogLevel }),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: 'en_US.UTF-8',
    ...(opt !== undefined && { LD_LIBRARY_PATH: `${taskRoot}:${taskRoot}/lib:${opt}/lib` }),
    PATH: `/usr/local/bin:/usr/bin/:/bin:${opt ?? '/opt'}/bin`,
    TZ: ':UTC',
  };
}

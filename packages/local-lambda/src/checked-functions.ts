import type { FunctionDefinition } from './deployment-package/functions.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { isLogGroupName, LOG_GROUP_RULE } from './logs/log-store.ts';

/**
 * Variables that Lambda sets itself and refuses in a function's configuration.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

/**
 * Refuses what Lambda refuses and what would be no name of a folder here.
 * @throws LocalLambdaError naming the property, its value and what is allowed.
 */
export function checkFunctions(functions: readonly FunctionDefinition[]): void {
  for (const { logicalId, name, logGroup, environment } of functions) {
    const path = `Resources.${logicalId}.Properties`;
    if (!/^[\w-]{1,140}$/.test(name)) {
      throw new LocalLambdaError(
        `${path}.FunctionName: must be 1 to 140 letters, digits, - or _, is ${JSON.stringify(name)}`,
      );
    }
    if (!isLogGroupName(logGroup)) {
      throw new LocalLambdaError(
        `${path}.LoggingConfig.LogGroup: must be ${LOG_GROUP_RULE}, is ${JSON.stringify(logGroup)}`,
      );
    }
    const reserved = reservedVariables(environment);
    if (reserved.length > 0) {
      throw new LocalLambdaError(
        `${path}.Environment.Variables: ${reserved.join(', ')} cannot be set, Lambda reserves it`,
      );
    }
  }
}

/** The variables that a function may not have, since Lambda sets them itself. */
export function reservedVariables(variables: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables).filter((variable) => RESERVED.has(variable));
}

/** The name of one function of a deployed stack, as `serverless.yml` builds it. */
export function functionNameOf(stage: string, stack: string, functionName: string): string {
  return `sheep-shed-${stage}-${stack}-${functionName}`;
}

/** The log group of one function of a deployed stack. */
export function logGroupOf(stage: string, stack: string, functionName: string): string {
  return `/aws/lambda/${functionNameOf(stage, stack, functionName)}`;
}

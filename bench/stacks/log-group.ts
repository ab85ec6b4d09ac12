/** The log group of one function of a deployed stack, as `serverless.yml` names it. */
export function logGroupOf(stage: string, stack: string, functionName: string): string {
  return `/aws/lambda/sheep-shed-${stage}-${stack}-${functionName}`;
}

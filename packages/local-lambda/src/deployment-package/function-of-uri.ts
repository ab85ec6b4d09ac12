import { LocalLambdaError } from '../local-lambda-error.ts';
import type { FunctionDefinition } from './functions.ts';

/**
 * Finds the function that a URI means: its name or ARN, alone or inside an API Gateway URI.
 * @param path where it stands in the template.
 * @throws LocalLambdaError when no function is meant.
 */
export function functionOfUri(
  uri: unknown,
  functions: readonly FunctionDefinition[],
  path: string,
): FunctionDefinition {
  const arn = String(uri);
  const found = functions.find(
    // A version or an alias may stand behind it.
    (f) => arn === f.name || arn === f.arn || arn.includes(`${f.arn}/`) || arn.includes(`${f.arn}:`),
  );
  if (found !== undefined) return found;
  throw new LocalLambdaError(`${path}: ${arn} is no function of this template`);
}

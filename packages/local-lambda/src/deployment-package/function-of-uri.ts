import { LocalLambdaError } from '../local-lambda-error.ts';
import type { StageDefinition } from './api.ts';
import type { FunctionDefinition } from './functions.ts';

/** A function as something of a template calls it. */
export interface FunctionReference {
  readonly definition: FunctionDefinition;
  /** Its name, with the alias or version that is meant behind it: `orders`, `orders:live`. */
  readonly functionName: string;
}

/**
 * Finds the function that a URI means: its name or ARN, with or without a qualifier, alone or inside an API Gateway URI.
 * @param path where it stands in the template.
 * @throws LocalLambdaError when no function is meant, or an alias or version that the template does not make.
 */
export function functionOfUri(
  uri: unknown,
  functions: readonly FunctionDefinition[],
  path: string,
): FunctionReference {
  const text = String(uri);
  for (const definition of functions) {
    const qualifier = qualifierIn(text, definition);
    if (qualifier === undefined) continue;
    const { name, qualifiers } = definition;
    if (qualifier === '') return { definition, functionName: name };
    if (Object.hasOwn(qualifiers, qualifier)) return { definition, functionName: `${name}:${qualifier}` };
    const known = Object.keys(qualifiers).join(', ');
    throw new LocalLambdaError(
      `${path}: ${name} has no alias or version "${qualifier}" in this template, only ${known}`,
    );
  }
  throw new LocalLambdaError(`${path}: ${text} is no function of this template`);
}

/** The alias or version in a URI that means this function, empty without one; undefined: it means another. */
function qualifierIn(uri: string, { name, arn }: FunctionDefinition): string | undefined {
  if (uri === name) return '';
  if (uri.startsWith(`${name}:`)) return uri.slice(name.length + 1);
  const at = uri.indexOf(arn);
  const [, qualifier = '', end] = /^(?::([^/:]*))?(\/|$)/.exec(uri.slice(at + arn.length)) ?? [];
  return at === -1 || end === undefined ? undefined : qualifier;
}

/** Such as `${stageVariables.alias}`. */
const STAGE_VARIABLE = /\$\{stageVariables\.(\w+)\}/g;

/**
 * Finds the function that the URI of an integration means, in which variables of the API's stages may stand.
 * @returns the function of the first stage, and what each stage calls where they differ in it.
 * @throws LocalLambdaError when no function is meant, or a stage has no such variable.
 */
export function functionOfStages(
  uri: unknown,
  stages: readonly StageDefinition[],
  functions: readonly FunctionDefinition[],
  path: string,
): { readonly functionName: string; readonly functionNames?: Readonly<Record<string, string>> } {
  const text = String(uri);
  if (!text.includes('${stageVariables.')) {
    return { functionName: functionOfUri(text, functions, path).functionName };
  }
  const names = stages.map(({ name, variables = {} }): [string, string] => {
    const filled = text.replaceAll(STAGE_VARIABLE, (_whole, variable: string) => {
      const value = variables[variable];
      if (value !== undefined) return value;
      throw new LocalLambdaError(`${path}: the stage ${name} has no variable "${variable}"`);
    });
    return [name, functionOfUri(filled, functions, path).functionName];
  });
  return { functionName: names[0]?.[1] ?? '', functionNames: Object.fromEntries(names) };
}

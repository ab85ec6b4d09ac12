import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** Variables for all functions, and those for single ones by the function's name or logical id. */
export interface EnvFile {
  readonly environment: Readonly<Record<string, string>>;
  readonly functionEnvironment: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** SAM's key for variables of all functions. */
const FOR_ALL = 'Parameters';

/**
 * Reads the file of `--env-file`: lines of `NAME=value`, or JSON as `sam local --env-vars` takes it, with an object of
 * variables for each function and one named `Parameters` for all.
 * @throws LocalLambdaError when the file cannot be read, or is not of that form.
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new LocalLambdaError(`--env-file: ${path} cannot be read (${cause.message})`, { cause });
  });
  if (!text.trimStart().startsWith('{')) {
    const environment = Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']);
    return { environment: Object.fromEntries(environment), functionEnvironment: {} };
  }
  const { [FOR_ALL]: environment = {}, ...functionEnvironment } = parseJson(text, path);
  return { environment, functionEnvironment };
}

function parseJson(text: string, path: string): Record<string, Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LocalLambdaError(`--env-file: ${path} is not JSON (${(cause as Error).message})`, { cause });
  }
  return Object.fromEntries(
    Object.entries(Object(value)).map(([name, variables]) => {
      if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) {
        throw new LocalLambdaError(
          `--env-file: ${path}: ${name} must be an object of variables, is ${JSON.stringify(variables)}`,
        );
      }
      // SAM leaves out what is null.
      const set = Object.entries(variables).filter(([, one]) => one !== null);
      return [name, Object.fromEntries(set.map(([key, one]) => [key, String(one)]))];
    }),
  );
}

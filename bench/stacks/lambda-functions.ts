import type { FunctionConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { OptionError } from '@sheep-shed/options';
import { functionNameOf } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';
import { configurationOf, RESTORE_LIMIT_MS, updateConfiguration } from './lambda-update.ts';
import { sayWhy } from './say-why.ts';
import type { ColdAccess } from './stack.ts';

/** The variable by whose change execution environments become outdated; its value counts the cold starts of a run. */
const COLD_VARIABLE = 'SHEEP_SHED_BENCH_COLD_START';

/** The functions of one deployed stack, looked up before anything is measured. */
export interface DeployedFunctions {
  readonly descriptions: readonly FunctionDescription[];
  readonly cold: ColdAccess;
}

/**
 * The functions of a deployed stack as Lambda's own API knows them. A cold start is forced by another value of an
 * environment variable, after which Lambda serves from new execution environments only; the variable is taken
 * away afterwards, and all others stay as they are, even if somebody changes them meanwhile.
 * @param pollSeconds between two looks whether Lambda has taken over a change.
 * @throws OptionError when credentials or rights lack, or a function does not exist.
 */
export async function deployedFunctions(
  client: LambdaClient,
  stack: { readonly name: string; readonly stage: string },
  functionNames: readonly string[],
  pollSeconds: number,
  signal: AbortSignal,
): Promise<DeployedFunctions> {
  const descriptions: FunctionDescription[] = [];
  for (const functionName of functionNames) {
    const name = functionNameOf(stack.stage, stack.name, functionName);
    const found = await configurationOf(client, name, signal).catch((error: Error) => {
      signal.throwIfAborted();
      throw new OptionError(
        `--cold and --fresh-every must come with AWS credentials that may read and change the function ${name}: ${sayWhy(error)}`,
      );
    });
    descriptions.push(describe(functionName, name, found));
  }
  const changed = new Set<string>();
  let starts = 0;

  const update = async (
    name: string,
    change: Readonly<Record<string, string | undefined>>,
    limit: AbortSignal,
  ) => {
    const { Environment } = await configurationOf(client, name, limit);
    if (Environment?.Error !== undefined) {
      throw new Error(`the variables of ${name} cannot be read: ${Environment.Error.Message}`);
    }
    const Variables = withoutUndefined({ ...Environment?.Variables, ...change });
    await updateConfiguration(client, { FunctionName: name, Environment: { Variables } }, pollSeconds, limit);
  };

  return {
    descriptions,
    cold: {
      async force(functionName) {
        const name = functionNameOf(stack.stage, stack.name, functionName);
        // Before the request: one that is interrupted may have arrived.
        changed.add(name);
        await update(name, { [COLD_VARIABLE]: String(++starts) }, signal);
      },
      async restore() {
        for (const name of changed) {
          try {
            await update(name, { [COLD_VARIABLE]: undefined }, AbortSignal.timeout(RESTORE_LIMIT_MS));
            changed.delete(name);
          } catch (error) {
            throw new Error(
              `the variable ${COLD_VARIABLE} could not be taken away from ${[...changed].join(', ')}; it does no harm, but take it away: ${sayWhy(error as Error)}`,
              { cause: error },
            );
          }
        }
      },
    },
  };
}

function describe(
  functionName: string,
  name: string,
  { Runtime, Architectures, MemorySize, CodeSize }: FunctionConfiguration,
): FunctionDescription {
  return {
    function: functionName,
    name,
    runtime: Runtime ?? 'not available',
    architecture: Architectures?.[0] ?? 'x86_64',
    memorySizeMb: MemorySize ?? 0,
    packageBytes: CodeSize ?? 0,
  };
}

function withoutUndefined(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

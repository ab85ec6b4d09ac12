import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeCommand } from '../environments/process.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { FunctionFolders } from './runtime.ts';

const VARIABLE = 'AWS_LAMBDA_EXEC_WRAPPER';

/**
 * Puts a function's wrapper script before the command of its runtime, as Lambda does for managed runtimes.
 * @param variables of the environment.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
 * @throws LocalLambdaError when the script is not there.
 */
export function withExecWrapper(
  command: RuntimeCommand,
  variables: Readonly<Record<string, string>>,
  { taskRoot, opt }: FunctionFolders,
): RuntimeCommand {
  const asked = variables[VARIABLE];
  if (asked === undefined || asked === '') return command;
  const [, root, rest = ''] = /^(\/opt|\/var\/task)\/(.*)$/.exec(asked) ?? [];
  const folder = root === '/opt' ? opt : taskRoot;
  const file = root === undefined ? asked : folder && join(folder, rest);
  if (file !== undefined && existsSync(file)) return { file, args: [command.file, ...command.args] };
  throw new LocalLambdaError(`${VARIABLE}: must name a script of the package or of a layer, is ${asked}`);
}

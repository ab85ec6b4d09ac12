import { join } from 'node:path';
import { summariseFolder } from '../../insights/summarise.ts';
import type { LocalLambda } from '../../local-lambda/start.ts';
import { startLocalLambda } from '../../local-lambda/start.ts';
import { startDynamodb, tablesOf } from '../../local-lambda/start-dynamodb.ts';
import type { Progress } from '../progress.ts';
import { packageStack } from './package-stack.ts';
import type { FunctionDescription, HostAccess, Stack } from './stack.ts';
import { localTable } from './table.ts';

/** A name is `sheep-shed-<stage>-<stack>-<function>`. */
const FUNCTION_NAME = /^sheep-shed-.+-(?<stack>[a-z]+)-(?<part>[a-z]+-[a-z]+)$/;

/**
 * Packages the TypeScript stack, and runs the package on this machine: on local-lambda, with a DynamoDB of
 * its own.
 * @throws Error when packaging or starting fails; nothing is left running then.
 */
export async function localStack(root: string, progress: Progress, signal: AbortSignal): Promise<Stack> {
  const packageDir = await packageStack(root, signal, () =>
    progress.step('packaging the functions (sls package)'),
  );
  progress.step('starting DynamoDB and local-lambda');
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const dynamodb = await startDynamodb();
    cleanups.push(() => dynamodb.close());
    const [properties] = await tablesOf(packageDir);
    if (properties === undefined) throw new Error(`the template in ${packageDir} has no table`);
    const table = await localTable(dynamodb, properties);
    cleanups.push(() => table.close());
    const logsDir = join(root, 'results', 'logs');
    const host = await startLocalLambda({
      packageDir,
      logsDir,
      environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint },
      onNotice: (notice) => progress.line(notice),
    });
    cleanups.push(() => host.close());
    signal.throwIfAborted();
    return { name: 'ts', url: host.url, table, host: accessTo(host, logsDir), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function accessTo(host: LocalLambda, folder: string): HostAccess {
  const functions = host.functions.map(
    ({ name, runtime, architecture, memorySizeMb, packageBytes }): FunctionDescription => ({
      function: FUNCTION_NAME.exec(name)?.groups?.['part'] ?? name,
      name,
      runtime,
      architecture,
      memorySizeMb,
      packageBytes,
    }),
  );
  const nameOf = (part: string) => {
    const found = functions.find((one) => one.function === part);
    if (found === undefined) throw new Error(`the deployment package has no function ${part}`);
    return found.name;
  };
  return {
    functions,
    dropEnvironments: () => host.dropEnvironments(),
    async summarise(part, from, to) {
      await host.flushLogs();
      const name = nameOf(part);
      const window = { from, to };
      const groups = [`/aws/lambda/${name}`];
      return (await summariseFolder({ folder, groups, window, now: to })).get(name);
    },
  };
}

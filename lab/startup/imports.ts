import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preparePython } from '@sheep-shed/local-lambda';
import type { LocalStackName } from '../../bench/plan/options.ts';
import type { ImportNode } from './import-tree.ts';
import { medianTree, renderTree } from './import-tree.ts';
import { bundlerOptions, nodeImports, timedBundle } from './node-imports.ts';
import type { FunctionName } from './options.ts';
import { pythonImports } from './python-imports.ts';
import type { StartedStacks } from './stacks.ts';

const RUNS = 7;
const SHOWN = 10;

/** What a function finds in its environment on Lambda, as far as imports look at it. */
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'eu-west-3',
  AWS_DEFAULT_REGION: 'eu-west-3',
  AWS_EC2_METADATA_DISABLED: 'true',
  SHEEP_SHED_TABLE: 'sheep-shed-bench',
};

/** Which function, and where its package is. */
export interface ImportTreeOptions {
  readonly root: string;
  readonly folder: string;
  readonly started: Pick<StartedStacks, 'packages' | 'environment'>;
  readonly stack: LocalStackName;
  readonly name: FunctionName;
}

/** The most expensive imports of one function, as lines of text: the run with the median total of several. */
export async function importTree(options: ImportTreeOptions): Promise<string> {
  const runs: ImportNode[] = [];
  const importOnce = options.stack === 'ts' ? await nodeFunction(options) : await pythonFunction(options);
  for (let run = 0; run < RUNS; run++) runs.push(await importOnce());
  return renderTree(medianTree(runs), SHOWN);
}

async function nodeFunction({ root, folder, started, stack, name }: ImportTreeOptions) {
  const options = await bundlerOptions(packageOf(started, stack));
  const entry = `src/functions/${name}/handler.ts`;
  const bundle = await timedBundle(root, entry, options, join(folder, 'timed', `${name}.mjs`));
  return () => nodeImports(bundle, { ...ENVIRONMENT, ...started.environment });
}

async function pythonFunction({ root, started, stack, name }: ImportTreeOptions) {
  const python = await preparePython(join(root, '.cache'), () => undefined);
  if (!python.ready) throw new Error(python.reason);
  const state = JSON.parse(
    await readFile(join(packageOf(started, stack), 'serverless-state.json'), 'utf8'),
  ) as { service: { functions: Record<string, { name: string; handler: string }> } };
  const handler = Object.values(state.service.functions).find((one) => one.name.endsWith(name))?.handler;
  const module = (handler ?? '').replace(/\.[^.]*$/, '').replaceAll('/', '.');
  const path = [join(root, 'reference/python'), python.sitePackages];
  const environment = { ...ENVIRONMENT, ...started.environment };
  return () => pythonImports({ python: python.python, path, module, environment });
}

function packageOf({ packages }: ImportTreeOptions['started'], stack: LocalStackName): string {
  const found = packages.get(stack);
  if (found === undefined) throw new Error(`the stack ${stack} is not packaged`);
  return found;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preparePython } from '@sheep-shed/local-lambda';
import { ROOT } from '../experiment.ts';
import { medianTree, renderTree } from './import-tree.ts';
import { bundlerOptions, nodeImports, timedBundle } from './node-imports.ts';
import { pythonImports } from './python-imports.ts';
import type { StartsReport } from './report.ts';
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

/** The most expensive imports of one function, as lines of text: the run with the median total of several. */
export async function importTree(
  { packages, environment }: StartedStacks,
  { stack, name }: StartsReport['slowest'],
  folder: string,
): Promise<string> {
  const packageDir = packages.get(stack) ?? '';
  const given = { ...ENVIRONMENT, ...environment };
  const importOnce =
    stack === 'python'
      ? await pythonFunction(packageDir, name, given)
      : await nodeFunction(packageDir, name, given, folder);
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await importOnce());
  return renderTree(medianTree(runs), SHOWN);
}

type Environment = Readonly<Record<string, string>>;

async function nodeFunction(packageDir: string, name: string, environment: Environment, folder: string) {
  const entry = `src/functions/${name}/handler.ts`;
  const file = join(folder, 'timed', `${name}.mjs`);
  const bundle = await timedBundle(ROOT, entry, await bundlerOptions(packageDir), file);
  return () => nodeImports(bundle, environment);
}

async function pythonFunction(packageDir: string, name: string, environment: Environment) {
  const python = await preparePython(join(ROOT, '.cache'), () => undefined);
  if (!python.ready) throw new Error(python.reason);
  const state = JSON.parse(await readFile(join(packageDir, 'serverless-state.json'), 'utf8'));
  const functions = Object.values<{ name: string; handler: string }>(state.service.functions);
  const { handler = '' } = functions.find((one) => one.name.endsWith(name)) ?? {};
  const module = handler.replace(/\.[^.]*$/, '').replaceAll('/', '.');
  const path = [join(ROOT, 'reference/python'), python.sitePackages];
  return () => pythonImports({ python: python.python, path, module, environment });
}

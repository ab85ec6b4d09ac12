import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import { parametersOf, STACKS } from '../../bench/stacks/catalogue.ts';
import { packageStack } from '../../bench/stacks/package-stack.ts';
import { copyProject } from '../../bench/stacks/project-copy.ts';

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, '../..');

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type of ours.
  readonly Properties?: any;
  readonly DeletionPolicy?: string;
  readonly Condition?: string;
}

/** A CloudFormation template. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** What `--param=portraits=on` adds: functions, resources and outputs as its files write them. */
export interface EventWorkload {
  // biome-ignore lint/suspicious/noExplicitAny: the framework's properties have no type of ours.
  readonly functions: Readonly<Record<string, any>>;
  readonly resources: Template;
}

/** Reads `deploy/portraits.yml` and `deploy/flocks.yml`; tags such as `!Ref` are dropped, their values stay. */
export function eventWorkloads(): Promise<readonly EventWorkload[]> {
  const files = ['portraits.yml', 'flocks.yml'].map(async (name) => {
    const text = await readFile(join(ROOT, 'deploy', name), 'utf8');
    return parse(text, { logLevel: 'silent' }) as EventWorkload;
  });
  return Promise.all(files);
}

/** The folder of a stack's package, which is made once for all tests, as for the bench. */
export function packageOf(stack: StackName): Promise<string> {
  return packageStack(ROOT, stack, STACKS[stack], AbortSignal.timeout(120_000), () => undefined);
}

/** Packages a copy of a stack's sources anew, in an empty folder. @param args of `sls package`. */
export async function packageAnew(folder: string, stack: StackName, ...args: string[]): Promise<string> {
  const out = join(folder, 'package');
  await copyProject(ROOT, folder, [STACKS[stack]]);
  await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/serverless'),
    ['package', '--package', out, ...parametersOf(STACKS[stack]), ...args],
    { cwd: join(folder, STACKS[stack].folder), timeout: 120_000 },
  );
  return out;
}

/** The template of a package. */
export async function templateIn(packageDir: string): Promise<Template> {
  return JSON.parse(await readFile(join(packageDir, 'cloudformation-template-update-stack.json'), 'utf8'));
}

/** SHA-256 of each zip of a package, by file name. */
export async function zipsOf(packageDir: string): Promise<Record<string, string>> {
  const names = (await readdir(packageDir)).filter((name) => name.endsWith('.zip')).sort();
  const hashes = names.map(async (name) => {
    const bytes = await readFile(join(packageDir, name));
    return [name, createHash('sha256').update(bytes).digest('hex')];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** Every resource of a type with its logical id. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

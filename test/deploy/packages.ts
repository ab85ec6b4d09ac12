import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import { parametersOf, STACKS } from '../../bench/stacks/catalogue.ts';
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

/** A copy of the project that can be packaged; two of them lie in folders of different names. */
export interface Workshop {
  readonly folder: string;
  /** Packages a stack; rejects with what the framework prints. */
  pack(stack: StackName, ...args: string[]): Promise<Template>;
  /** The folder of the last packaging of a stack. */
  packageDir(stack: StackName): string;
  /** SHA-256 of each zip of the last packaging, by file name. */
  zips(stack: StackName): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

/** Makes a copy of the project in a temporary folder. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-package-'));
  await copyProject(ROOT, folder, Object.values(STACKS));
  const out = (stack: StackName) => join(folder, 'packages', stack);
  return {
    folder,
    async pack(stack, ...args) {
      await promisify(execFile)(
        join(ROOT, 'node_modules/.bin/serverless'),
        ['package', '--package', out(stack), ...parametersOf(STACKS[stack]), ...args],
        {
          cwd: join(folder, STACKS[stack].folder),
          timeout: 120_000,
        },
      );
      const file = join(out(stack), 'cloudformation-template-update-stack.json');
      return JSON.parse(await readFile(file, 'utf8'));
    },
    packageDir: out,
    async zips(stack) {
      const names = (await readdir(out(stack))).filter((name) => name.endsWith('.zip')).sort();
      const hashes = names.map(async (name) => {
        const bytes = await readFile(join(out(stack), name));
        return [name, createHash('sha256').update(bytes).digest('hex')];
      });
      return Object.fromEntries(await Promise.all(hashes));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Every resource of a type with its logical id. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What a deployment reads; no more, so that nothing else can get into a package. */
const PARTS = [
  'package.json',
  'serverless.yml',
  'tsconfig.json',
  'src',
  'deploy',
  'cloudwatch-queries',
  'reference/python/guard.cjs',
  'reference/python/serverless.yml',
  'reference/python/sheep_shed',
];

/** The folder of each stack's `serverless.yml` within the project. */
export const STACK_FOLDERS = { ts: '.', python: 'reference/python' } as const;

/** A stack by the name that it has in names and reports. */
export type StackName = keyof typeof STACK_FOLDERS;

/** Copies what is deployed into a new folder, with a link to the installed modules, so that it may be changed. */
export async function copyProject(root: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const filter = (path: string) => !/[\\/](__pycache__|\.[a-z_]+)$/.test(path);
  for (const part of PARTS) await cp(join(root, part), join(folder, part), { recursive: true, filter });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

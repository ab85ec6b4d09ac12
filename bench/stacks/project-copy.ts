import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackInputs } from './catalogue.ts';
import { SHARED_INPUTS } from './catalogue.ts';

/** Everything that decides what is in the package of a stack, as files and folders from the project's root. */
export function inputsOf({ folder, sources }: StackInputs): readonly string[] {
  return [...SHARED_INPUTS, ...['serverless.yml', ...sources].map((path) => join(folder, path))];
}

/** Whether a path is part of a package: caches and hidden folders that tools leave behind are not. */
export function isInput(path: string): boolean {
  return !/[\\/](__pycache__|\.[a-z_]+)$/.test(path);
}

/** Copies what stacks are packaged from into a new folder, and no more, with a link to the installed modules. */
export async function copyProject(
  root: string,
  folder: string,
  stacks: readonly StackInputs[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const settings = { recursive: true, filter: isInput };
  for (const path of new Set(stacks.flatMap(inputsOf))) {
    await cp(join(root, path), join(folder, path), settings);
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

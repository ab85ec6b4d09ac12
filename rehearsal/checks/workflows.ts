import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../run.ts';

/** An action, fixed by its commit, with the version that the commit was. */
const PINNED = /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v(\d+)\.\d+\.\d+$/;

/**
 * Replaces the commits of a workflow's actions by their major versions, which actionlint knows by name.
 * @throws Error naming an action that is not fixed by a commit with its version beside it.
 */
export function byMajorVersion(workflow: string): string {
  return workflow.replace(/(?<=\buses:\s*).*$/gm, (action) => {
    const [, major] = PINNED.exec(action.trim()) ?? [];
    if (major === undefined) {
      throw new Error(`${action.trim()}: an action must be fixed as owner/name@commit # v1.2.3`);
    }
    return `${action.slice(0, action.indexOf('@'))}@v${major}`;
  });
}

/**
 * Checks workflows against GitHub's schema and by actionlint.
 * @param bin the checks' Python programs. @param folder takes copies of the workflows.
 * @returns how many there are.
 */
export async function checkWorkflows(
  workflows: string,
  bin: string,
  folder: string,
  run: Run,
  limitMs: number,
): Promise<number> {
  const copies = join(folder, 'workflows');
  await mkdir(copies);
  const names = await readdir(workflows);
  for (const name of names) {
    const text = await readFile(join(workflows, name), 'utf8');
    await writeFile(join(copies, name), byMajorVersion(text));
  }
  const files = names.map((name) => join(copies, name));
  const settings = { cwd: folder, env: process.env, limitMs };
  await run(
    join(bin, 'check-jsonschema'),
    ['--builtin-schema', 'vendor.github-workflows', ...files],
    settings,
  );
  await run(join(bin, 'actionlint'), ['-oneline', ...files], settings);
  return names.length;
}

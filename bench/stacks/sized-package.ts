import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type LocalLambdaOptions, startLocalLambda } from '@sheep-shed/local-lambda';
import { sizedName } from '../results/names.ts';
import type { Progress } from '../world/progress.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';

/**
 * Makes a deployment package whose functions have another memory size; the code stays where it is.
 * @param folder is made anew.
 */
export async function sizedPackage(packageDir: string, memoryMb: number, folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(packageDir)) {
    if (name !== TEMPLATE) await symlink(resolve(packageDir, name), join(folder, name));
  }
  const template = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8')) as {
    readonly Resources: Readonly<Record<string, { Type: string; Properties: Record<string, unknown> }>>;
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Properties['MemorySize'] = memoryMb;
  }
  await writeFile(join(folder, TEMPLATE), JSON.stringify(template));
  return folder;
}

/** Packages to be run, and what a reader must know of sizes that are not. */
export interface SizedPackages<Packaged> {
  readonly packaged: readonly (Packaged & { readonly memoryMb?: number })[];
  readonly notices: readonly string[];
  /** Removes what was made for them. */
  remove(): Promise<void>;
}

/**
 * Each package at each memory size, under a name such as `ts@512MB`; as they are, with a notice, where this machine
 * holds no function to the share of the processor that a memory size has.
 * @param sizes in MB; `undefined`: that of the package.
 */
export async function atSizes<Packaged extends { readonly name: string; readonly packageDir: string }>(
  packaged: readonly Packaged[],
  sizes: readonly number[] | undefined,
  cacheDir: string,
  progress: Progress,
): Promise<SizedPackages<Packaged & { readonly isAlias: true }> | SizedPackages<Packaged>> {
  const [first] = packaged;
  const folder = join(cacheDir, 'sized', String(process.pid));
  const remove = () => rm(folder, { recursive: true, force: true });
  if (sizes === undefined || first === undefined) return { packaged, notices: [], remove };
  progress.step('looking whether this machine enforces a share of the processor');
  try {
    const probe = { packageDir: first.packageDir, logsDir: join(folder, 'probe'), cacheDir };
    const why = await whyNoCpuShare(probe);
    if (why !== undefined) {
      const notice = `--memory ${sizes.join(',')}: measured at full speed alone, since ${why}; what the sizes make of it is predicted`;
      progress.line(notice);
      return { packaged, notices: [notice], remove };
    }
    const all: (Packaged & { readonly isAlias: true; readonly memoryMb: number })[] = [];
    for (const one of packaged) {
      for (const memoryMb of sizes) {
        const name = sizedName(one.name, memoryMb);
        const packageDir = await sizedPackage(one.packageDir, memoryMb, join(folder, name));
        all.push({ ...one, name, packageDir, isAlias: true, memoryMb });
      }
    }
    return { packaged: all, notices: [], remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Why this machine cannot hold a function to the share of the processor that its memory size has; `undefined`: it can.
 * @param settings of any package. @throws what else keeps local-lambda from starting.
 */
async function whyNoCpuShare(settings: LocalLambdaOptions): Promise<string | undefined> {
  try {
    const host = await startLocalLambda({ ...settings, cpu: 'lambda' });
    await host.close();
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('cpu: ')) return message.slice('cpu: '.length);
    throw error;
  }
}

import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Lab } from '../experiment.ts';
import { type HostedProject, soakSource } from './project.ts';

/** A package of which one function's code is swapped while requests run. */
export interface SwappedCode {
  readonly packageDir: string;
  /** Puts a new version into the package; gives its number, which its answers carry. */
  swap(): Promise<number>;
  /** The newest version that has answered so far: every later request must get this one or a newer one. */
  answered(): number;
  /** Takes the version that answered; whether it may have, to a request that was sent when `since` was the newest. */
  isExpected(version: number, since: number): boolean;
}

/** Copies a project's package for a run. */
export async function prepareSwappedCode(project: HostedProject, { folder }: Lab): Promise<SwappedCode> {
  const packageDir = join(folder, 'package');
  await cp(project.packageDir, packageDir, { recursive: true });
  let newest = 0;
  let answered = 0;
  return {
    packageDir,
    swap: async () => {
      newest += 1;
      const version = newest;
      const zip = zipSync({ 'soak.mjs': new TextEncoder().encode(soakSource(version)) });
      const beside = join(folder, `soak-${version}.zip`);
      await writeFile(beside, zip);
      await rename(beside, join(packageDir, 'soak.zip'));
      // local-lambda takes a package for complete once the file is new that `cdk synth` writes last.
      await writeFile(join(packageDir, 'manifest.json'), '{}');
      return version;
    },
    answered: () => answered,
    isExpected: (version, since) => {
      answered = Math.max(answered, version);
      return version >= since && version <= newest;
    },
  };
}

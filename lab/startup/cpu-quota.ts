import { OptionError } from '@sheep-shed/options';
import { type CpuGroup, openCpuGroup } from '../../packages/local-lambda/src/confinement/cpu-group.ts';

/**
 * Makes a group of processes that share a part of one CPU.
 * @param share above 0, at most 1, of one CPU.
 * @throws OptionError that says why this machine allows none.
 */
export async function openCpuQuota(share: number): Promise<CpuGroup> {
  const group = await openCpuGroup('lab').catch((error: Error) => {
    throw new OptionError(`--${error.message}`);
  });
  group.limit(share);
  return group;
}

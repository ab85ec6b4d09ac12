import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import { AGENT_PACKAGE } from '../../stacks/agent-package.ts';
import { claimFolder } from '../../stacks/claim-folder.ts';
import { packageStack } from '../../stacks/package-stack.ts';
import type { BenchWorld } from '../../world/world.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { openInvoke } from './invoke.ts';

/** Where agents are, and how many. */
export interface AgentsOptions {
  readonly count: number;
  /** AWS region; `undefined` for local-lambda on this machine. */
  readonly region: string | undefined;
  /** On AWS. */
  readonly functionName: string;
}

/**
 * Opens load agents: those that are deployed in a region, or on a local-lambda of their own on this machine, for which
 * they are packaged first.
 * @throws Error with the framework's own words when they cannot be packaged.
 */
export async function openAgents(root: string, options: AgentsOptions, world: BenchWorld): Promise<Fleet> {
  const { count, region, functionName } = options;
  const { now, sleep } = world;
  if (region !== undefined) {
    const { invoke, close } = openInvoke({ region, functionName });
    const description = { count, region, functionName };
    return createFleet({ description, invoke, now, sleep, close: async () => close() });
  }
  const local = await serveAgents(root, world);
  const { invoke, close } = openInvoke({
    region: 'local',
    functionName: local.functionName,
    endpoint: local.url,
  });
  return createFleet({
    description: { count, functionName: local.functionName },
    invoke,
    now,
    sleep,
    close: async () => {
      close();
      await local.close();
    },
  });
}

/** Agents on a local-lambda. */
export interface ServedAgents {
  readonly url: string;
  readonly functionName: string;
  close(): Promise<void>;
}

/** Packages the agent and serves the package on this machine. @throws Error with the framework's own words. */
export async function serveAgents(
  root: string,
  { progress, signal }: Pick<BenchWorld, 'progress' | 'signal'>,
): Promise<ServedAgents> {
  const onStart = () => progress.step('packaging the load agent (sls package)');
  const packageDir = await packageStack(root, 'agents', AGENT_PACKAGE, signal, onStart);
  const logs = await claimFolder(join(root, 'results', 'agent-logs'));
  const host = await startLocalLambda({
    packageDir,
    logsDir: logs.path,
    cacheDir: join(root, '.cache'),
    onNotice: progress.line,
  }).catch(async (error) => {
    await logs.release();
    throw error;
  });
  const [agent] = host.functions;
  return {
    url: host.url,
    functionName: agent?.name ?? '',
    close: async () => {
      await host.close();
      await logs.release();
    },
  };
}

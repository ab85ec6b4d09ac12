import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { checkFunctions } from './checked-functions.ts';
import type { ApiDefinition } from './deployment-package/api.ts';
import type { AsyncConfigs } from './deployment-package/async-configs.ts';
import type { EventSources } from './deployment-package/event-sources.ts';
import { createFunctionDigest } from './deployment-package/function-digests.ts';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import { createPlaceLayers, type PlaceLayers } from './deployment-package/layers.ts';
import { readDeploymentPackages } from './deployment-package/read.ts';
import { removeFolder } from './deployment-package/read-only-folder.ts';
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from './deployment-package/template.ts';
import { renderUnserved } from './deployment-package/unserved.ts';
import type { WebSocketApi } from './deployment-package/web-socket-api.ts';
import { type FunctionHost, type HostedFunction, hostFunction } from './function-host.ts';
import { functionsWithoutRuntime } from './functions-without-runtime.ts';
import { hiddenRoutes } from './gateway/select-api.ts';
import { withGivenVariables } from './given-variables.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import { provideRuntimeSdk } from './runtimes/node/runtime-sdk.ts';

/** What deployment packages bring into a host: functions ready to run, and what calls them. */
export interface ImportedPackages {
  readonly functions: readonly HostedFunction[];
  readonly apis: readonly ApiDefinition[];
  readonly webSocketApis: readonly WebSocketApi[];
  /** What calls the functions beside the APIs. */
  readonly sources: EventSources;
  /** What becomes of asynchronous invocations. */
  readonly asyncConfigs: AsyncConfigs;
  /** Of the first package; without one, those of every host. */
  readonly region: string;
  readonly accountId: string;
  /** Unpacks layers of the packages and of the options. */
  readonly placeLayers: PlaceLayers;
}

/**
 * Reads and unpacks the deployment packages of a host; none at all is an empty platform.
 * @param before what runs now: functions that have not changed are taken over, as they are.
 * @throws LocalLambdaError naming what is wrong with a package.
 */
export async function importPackages(
  host: FunctionHost,
  before: ReadonlyMap<string, HostedFunction>,
): Promise<ImportedPackages> {
  const { options } = host;
  const { templates, apis, ...read } = await readDeploymentPackages(options.packageDirs, options);
  const missing = renderUnserved(read.unserved);
  checkFunctions(read.functions);
  const definitions = withGivenVariables(read.functions, options, (notice) => missing.push(notice));
  missing.push(...functionsWithoutRuntime(definitions, host.runtimes));
  if (options.strict && missing.length > 0) {
    throw new LocalLambdaError(`strict: not everything is served\n  ${missing.join('\n  ')}`);
  }
  for (const notice of missing) options.onNotice(notice);
  await host.debuggers.open(definitions, host.runtimes);
  const { region = options.region ?? DEFAULT_REGION, accountId = LOCAL_ACCOUNT_ID } =
    templates[0]?.scope ?? {};
  for (const [routeKey, name] of hiddenRoutes(apis)) {
    options.onNotice(`${routeKey} is there twice: the second one answers to the host name ${name} only`);
  }
  const workDir = join(host.workDir, randomUUID());
  const placeLayers = createPlaceLayers(read.layers, join(workDir, 'layers'), options.onNotice);
  const own = { ...host, workDir, placeLayers };
  const digestOf = createFunctionDigest(read.layers);
  const functions = await hostAll(definitions, own, digestOf, before).catch(async (error) => {
    await removeFolder(own.workDir);
    throw error;
  });
  const { webSocketApis, sources, asyncConfigs } = read;
  return { functions, apis, webSocketApis, sources, asyncConfigs, region, accountId, placeLayers };
}

async function hostAll(
  definitions: readonly FunctionDefinition[],
  host: Omit<Parameters<typeof hostFunction>[1], 'digest'>,
  digestOf: ReturnType<typeof createFunctionDigest>,
  before: ReadonlyMap<string, HostedFunction>,
): Promise<HostedFunction[]> {
  const hosted = await Promise.all(
    definitions.map(async (definition) => {
      const digest = await digestOf(definition);
      const known = before.get(definition.name);
      return known?.digest === digest ? known : hostFunction(definition, { ...host, digest });
    }),
  );
  const { packageDirs, cacheDir, runtimeSdk: install, onNotice } = host.options;
  const codeDir = join(host.workDir, 'code');
  await provideRuntimeSdk({ codeDir, packageDirs, cacheDir, install, onNotice }).catch(async (error) => {
    const made = hosted.filter((one) => before.get(one.definition.name) !== one);
    await Promise.all(made.flatMap(({ versions }) => [...versions.values()].map((one) => one.close(0))));
    throw error;
  });
  return hosted;
}

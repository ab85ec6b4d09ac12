import { LocalLambdaError } from '../local-lambda-error.ts';
import type { ApiDefinition } from './api.ts';
import { type AsyncConfigs, type DestinationEndpoints, readAsyncConfigs } from './async-configs.ts';
import { type EventSources, readEventSources, type SourceSettings } from './event-sources.ts';
import { readFunctionUrls } from './function-urls.ts';
import type { FunctionDefinition } from './functions.ts';
import { readFunctions } from './functions.ts';
import { readHttpApis } from './http-api.ts';
import { type Layers, missingLayers, readLayers } from './layers.ts';
import { readRestApis } from './rest-api.ts';
import { type LoadedTemplate, readTemplates, type TemplateSettings } from './template.ts';
import { type Unserved, unservedResources } from './unserved.ts';
import { readWebSocketApis, type WebSocketApi } from './web-socket-api.ts';

/** All that local-lambda takes from deployment packages, still zipped. */
export interface DeploymentPackage {
  readonly templates: readonly LoadedTemplate[];
  readonly functions: readonly FunctionDefinition[];
  /** Those with routes. */
  readonly apis: readonly ApiDefinition[];
  readonly webSocketApis: readonly WebSocketApi[];
  readonly layers: Layers;
  /** What calls functions beside the APIs. */
  readonly sources: EventSources;
  /** What becomes of asynchronous invocations. */
  readonly asyncConfigs: AsyncConfigs;
  /** What of the templates is not served. */
  readonly unserved: readonly Unserved[];
}

/** What a user says about packages. */
export interface PackageSettings extends TemplateSettings, SourceSettings, DestinationEndpoints {
  /** A zip or folder for layers, by ARN. */
  readonly layers?: Readonly<Record<string, string>>;
}

/**
 * Reads deployment packages, each a folder with a CloudFormation template and the code that it names.
 * @throws LocalLambdaError naming what is wrong and where in the template it stands.
 */
export async function readDeploymentPackages(
  packages: readonly string[],
  settings: PackageSettings = {},
): Promise<DeploymentPackage> {
  const templates = await readTemplates(packages, settings);
  const all = new Map<string, FunctionDefinition>();
  for (const loaded of templates) {
    for (const definition of await readFunctions(loaded)) {
      const { name, logicalId } = definition;
      if (all.has(name)) {
        const { path } = loaded.file;
        const advice = 'give it a FunctionName, or serve its package on a port of its own';
        throw new LocalLambdaError(`${path}: Resources.${logicalId}: a second function "${name}"; ${advice}`);
      }
      all.set(name, definition);
    }
  }
  const functions = [...all.values()];
  const layers = await readLayers(templates, settings.layers ?? {});
  const unserved = [...templates.flatMap(unservedResources), ...missingLayers(functions, layers)];
  const onUnserved = (one: Unserved) => void unserved.push(one);
  const apis = templates.flatMap((loaded) => [
    ...readHttpApis(loaded, functions, onUnserved),
    ...readRestApis(loaded, functions, onUnserved),
    ...readFunctionUrls(loaded, functions, onUnserved),
  ]);
  const webSocketApis = templates.flatMap((loaded) => readWebSocketApis(loaded, functions, onUnserved));
  const sources = readEventSources(templates, functions, settings, onUnserved);
  const asyncConfigs = readAsyncConfigs(templates, functions, settings, onUnserved);
  const withRoutes = apis.filter(({ routes }) => routes.length > 0);
  return { templates, functions, apis: withRoutes, webSocketApis, layers, sources, asyncConfigs, unserved };
}

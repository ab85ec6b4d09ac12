import { LocalLambdaError } from '../local-lambda-error.ts';
import type { ApiDefinition } from './api.ts';
import type { FunctionDefinition } from './functions.ts';
import { readFunctions } from './functions.ts';
import { readHttpApis } from './http-api.ts';
import { readRestApis } from './rest-api.ts';
import { type LoadedTemplate, readTemplates, type TemplateSettings } from './template.ts';
import { type Unserved, unservedResources } from './unserved.ts';

/** All that local-lambda takes from deployment packages, still zipped. */
export interface DeploymentPackage {
  readonly templates: readonly LoadedTemplate[];
  readonly functions: readonly FunctionDefinition[];
  /** Those with routes. */
  readonly apis: readonly ApiDefinition[];
  /** What of the templates is not served. */
  readonly unserved: readonly Unserved[];
}

/**
 * Reads deployment packages, each a folder with a CloudFormation template and the code that it names.
 * @throws LocalLambdaError naming what is wrong and where in the template it stands.
 */
export async function readDeploymentPackages(
  packages: readonly string[],
  settings: TemplateSettings = {},
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
  const unserved = templates.flatMap(unservedResources);
  const onUnserved = (one: Unserved) => void unserved.push(one);
  const apis = templates.flatMap((loaded) => [
    ...readHttpApis(loaded, functions, onUnserved),
    ...readRestApis(loaded, functions, onUnserved),
  ]);
  return { templates, functions, apis: apis.filter(({ routes }) => routes.length > 0), unserved };
}

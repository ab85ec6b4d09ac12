import type { FunctionDefinition } from './functions.ts';
import { readFunctions } from './functions.ts';
import { type ApiDefinition, readHttpApi } from './http-api.ts';
import { readRestApi } from './rest-api.ts';
import { type LoadedTemplate, readTemplate } from './template.ts';

/** All that local-lambda takes from a deployment package, still zipped. */
export interface DeploymentPackage {
  readonly loaded: LoadedTemplate;
  readonly functions: readonly FunctionDefinition[];
  readonly api: ApiDefinition;
}

/**
 * Reads a deployment package, a folder with a CloudFormation template and the zips that it names.
 * @param region region of all ARNs; default: that of `serverless-state.json`, else `eu-west-3`.
 * @throws LocalLambdaError naming what is wrong and where in the template it stands.
 */
export async function readDeploymentPackage(packageDir: string, region?: string): Promise<DeploymentPackage> {
  const loaded = await readTemplate(packageDir, region);
  const functions = await readFunctions(loaded, packageDir);
  const httpApi = readHttpApi(loaded, functions);
  const api = { ...httpApi, routes: [...httpApi.routes, ...readRestApi(loaded, functions)] };
  return { loaded, functions, api };
}

import { readFile } from 'node:fs/promises';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { findTemplates, type TemplateFile } from './find-templates.ts';
import { isCreated, type ResolutionScope, resolveIntrinsics, type TemplateResource } from './intrinsics.ts';
import { expandServerless } from './sam.ts';
import { parseTemplateYaml } from './yaml.ts';

/** A CloudFormation template as far as local-lambda and the bench read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type?: unknown; readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A resource whose properties hold no intrinsic function any more. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A template that was read, and what its intrinsic functions are resolved against. */
export interface LoadedTemplate {
  readonly file: TemplateFile;
  readonly template: Template;
  readonly scope: ResolutionScope;
}

/** The account in every ARN made on this machine. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The region when neither the options nor the package name one. */
export const DEFAULT_REGION = 'eu-west-3';

/**
 * Reads the CloudFormation templates of deployment packages, in JSON or YAML, with what the `AWS::Serverless`
 * transform makes of them. Outputs with an export name are seen by all of them.
 * @param packages folders as `serverless package`, `sam build` and `cdk synth` write them, or template files.
 * @param region beats the region that a package names.
 * @throws LocalLambdaError when there is no template, or one is not JSON or YAML with resources.
 */
export async function readTemplates(
  packages: readonly string[],
  region?: string,
): Promise<readonly LoadedTemplate[]> {
  const files = (await Promise.all(packages.map(findTemplates))).flat();
  const exports = new Map<string, () => unknown>();
  const loaded = await Promise.all(files.map((file) => load(file, region, exports)));
  for (const { template, scope } of loaded) addExports(template, scope, exports);
  return loaded;
}

/**
 * Every resource of one type with its intrinsic functions resolved, in the order of the template; those whose
 * condition does not hold are left out.
 * @throws LocalLambdaError naming the path of an intrinsic that cannot be resolved here.
 */
export function resourcesOfType({ template, scope }: LoadedTemplate, type: string): ResolvedResource[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type && isCreated(resource, scope))
    .map(([logicalId, { Properties = {} }]) => ({
      logicalId,
      type,
      properties: resolveProperties(Properties, `Resources.${logicalId}.Properties`, scope),
    }));
}

function resolveProperties(
  properties: Readonly<Record<string, unknown>>,
  path: string,
  scope: ResolutionScope,
): Readonly<Record<string, unknown>> {
  try {
    return resolveIntrinsics(properties, path, scope) as Record<string, unknown>;
  } catch (cause) {
    // The call stack is exhausted: CloudFormation refuses such templates, so nothing keeps books of what was visited.
    if (cause instanceof RangeError) {
      throw new LocalLambdaError(`${path}: an intrinsic function in it leads back to itself`, { cause });
    }
    throw cause;
  }
}

async function load(
  file: TemplateFile,
  region: string | undefined,
  exports: ResolutionScope['exports'],
): Promise<LoadedTemplate> {
  const { path } = file;
  const template = expandServerless(checkTemplate(parseTemplate(await readFile(path, 'utf8'), path), path));
  const parameters: Record<string, string> = {};
  for (const [name, { Type, Default }] of Object.entries(template.Parameters ?? {})) {
    // The default of such a parameter is a name in AWS's parameter store, not a value.
    const stored = typeof Type === 'string' && Type.startsWith('AWS::SSM::Parameter::Value');
    if (Default !== undefined && !stored) parameters[name] = String(Default);
  }
  return {
    file,
    template,
    scope: {
      resources: template.Resources,
      parameters,
      parameterNames: new Set(Object.keys(template.Parameters ?? {})),
      conditions: template.Conditions ?? {},
      mappings: template.Mappings ?? {},
      exports,
      region: region ?? file.region ?? DEFAULT_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      stackName: file.stackName ?? 'local',
    },
  };
}

function addExports(template: Template, scope: ResolutionScope, exports: Map<string, () => unknown>): void {
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    const exportName = field(field(output, 'Export'), 'Name');
    if (exportName === undefined) continue;
    const path = `Outputs.${name}`;
    try {
      const key = resolveIntrinsics(exportName, `${path}.Export.Name`, scope);
      exports.set(String(key), () => resolveIntrinsics(field(output, 'Value'), `${path}.Value`, scope));
    } catch (error) {
      // Who imports it is told that nobody exports it.
      if (!(error instanceof LocalLambdaError)) throw error;
    }
  }
}

function parseTemplate(text: string, path: string): unknown {
  const isYaml = /\.ya?ml$/.test(path);
  try {
    return isYaml ? parseTemplateYaml(text) : JSON.parse(text);
  } catch (cause) {
    const message = (cause as Error).message.split('\n')[0];
    throw new LocalLambdaError(`${path}: is not ${isYaml ? 'YAML' : 'JSON'} (${message})`, { cause });
  }
}

function checkTemplate(value: unknown, path: string): Template {
  const resources = field(value, 'Resources');
  if (typeof resources !== 'object' || resources === null) {
    throw new LocalLambdaError(`${path}: has no "Resources"`);
  }
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (typeof field(resource, 'Type') !== 'string') {
      throw new LocalLambdaError(`${path}: Resources.${logicalId} has no "Type"`);
    }
  }
  return value as Template;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

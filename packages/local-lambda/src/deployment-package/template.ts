import { readFile } from 'node:fs/promises';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { Template } from './cloudformation.ts';
import { findTemplates, type TemplateFile } from './find-templates.ts';
import { isCreated, type ResolutionScope, resolveIntrinsics } from './intrinsics.ts';
import { lazyProperties, resolveValue } from './lazy-properties.ts';
import { findNestedStacks, nestedParameters, outputOf } from './nested-stacks.ts';
import { expandOpenApi } from './openapi.ts';
import { checkParameterNames, parameterValues } from './parameters.ts';
import { readApiBodies } from './read-api-bodies.ts';
import { expandServerless } from './sam.ts';
import { expandPreflights } from './sam-rest-api.ts';
import { parseTemplateYaml } from './yaml.ts';

/** A resource whose properties hold no intrinsic function any more; each is resolved when it is read. */
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

/** What a user says about templates. */
export interface TemplateSettings {
  /** Beats the region that a package names. */
  readonly region?: string | undefined;
  /** Values of the templates' parameters by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Where queues are, for their URLs. */
  readonly sqsEndpoint?: string | undefined;
}

/** The account in every ARN made on this machine. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The region when neither the options nor the package name one. */
export const DEFAULT_REGION = 'eu-west-3';

/**
 * Reads the CloudFormation templates of deployment packages, in JSON or YAML, with what the `AWS::Serverless`
 * transform makes of them. Outputs with an export name are seen by all of them.
 * @param packages folders as `serverless package`, `sam build` and `cdk synth` write them, or template files.
 * @throws LocalLambdaError when there is no template, one is not JSON or YAML with resources, or a parameter is given
 * that none has.
 */
export async function readTemplates(
  packages: readonly string[],
  settings: TemplateSettings = {},
): Promise<readonly LoadedTemplate[]> {
  const files = (await Promise.all(packages.map(findTemplates))).flat();
  const exports = new Map<string, () => unknown>();
  const stacks = await Promise.all(files.map((file) => load(file, settings, exports)));
  checkParameterNames(
    stacks.flatMap(([root]) => root.template),
    settings.parameters ?? {},
  );
  const loaded = stacks.flat();
  for (const { template, scope } of loaded) addExports(template, scope, exports);
  return loaded;
}

/**
 * Every resource of one type, in the order of the template; those whose condition does not hold are left out.
 * Reading a property throws a LocalLambdaError that names the path of an intrinsic that cannot be resolved here.
 */
export function resourcesOfType({ template, scope }: LoadedTemplate, type: string): ResolvedResource[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type && isCreated(resource, scope))
    .map(([logicalId, { Properties = {} }]) => ({
      logicalId,
      type,
      properties: lazyProperties(Properties, `Resources.${logicalId}.Properties`, scope),
    }));
}

/** A template and, behind it, those of its nested stacks. */
type LoadedStack = readonly [root: LoadedTemplate, ...nested: LoadedTemplate[]];

async function load(
  file: TemplateFile,
  settings: TemplateSettings,
  exports: ResolutionScope['exports'],
  within?: { readonly parameters: Readonly<Record<string, unknown>>; readonly depth: number },
): Promise<LoadedStack> {
  const { path } = file;
  const { depth = 0 } = within ?? {};
  const parsed = checkTemplate(parseTemplate(await readFile(path, 'utf8'), path), path);
  const template = expandPreflights(expandOpenApi(await readApiBodies(expandServerless(parsed), path)));
  const outputs = new Map<string, (output: string) => unknown>();
  const given = within === undefined ? (settings.parameters ?? {}) : {};
  const values = parameterValues(template, given);
  const scope: ResolutionScope = {
    resources: template.Resources,
    parameters: within === undefined ? values : nestedParameters(template, values, within.parameters),
    parameterNames: new Set(Object.keys(template.Parameters ?? {})),
    conditions: template.Conditions ?? {},
    mappings: template.Mappings ?? {},
    exports,
    nested: outputs,
    region: settings.region ?? file.region ?? DEFAULT_REGION,
    accountId: LOCAL_ACCOUNT_ID,
    stackName: file.stackName ?? 'local',
    sqsEndpoint: settings.sqsEndpoint,
  };
  const below: LoadedTemplate[] = [];
  for (const { logicalId, parameters, ...stack } of await findNestedStacks(file, scope, depth)) {
    const [root, ...more] = await load(stack.file, settings, exports, { parameters, depth: depth + 1 });
    outputs.set(logicalId, (output) => outputOf(root.template, root.scope, output));
    below.push(root, ...more);
  }
  return [{ file, template, scope }, ...below];
}

function addExports(template: Template, scope: ResolutionScope, exports: Map<string, () => unknown>): void {
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    const exportName = field(field(output, 'Export'), 'Name');
    if (exportName === undefined) continue;
    const path = `Outputs.${name}`;
    try {
      const key = resolveIntrinsics(exportName, `${path}.Export.Name`, scope);
      exports.set(String(key), () => resolveValue(field(output, 'Value'), `${path}.Value`, scope));
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

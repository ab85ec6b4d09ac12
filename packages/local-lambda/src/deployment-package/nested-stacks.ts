import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { Template, TemplateResource } from './cloudformation.ts';
import type { TemplateFile } from './find-templates.ts';
import { isCreated, type ResolutionScope } from './intrinsics.ts';
import { lazyProperties, resolveValue } from './lazy-properties.ts';
import { isListType, type ParameterValues } from './parameters.ts';

/** A nested stack whose template is in the package. */
export interface NestedStack {
  readonly logicalId: string;
  readonly file: TemplateFile;
  /** What its parent gives for its parameters, resolved when it is read. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** CloudFormation itself allows no more stacks below each other that anyone would want. */
const MAX_DEPTH = 10;

/**
 * Finds the templates of a stack's nested stacks: where `TemplateURL` names a file of the package, by its path (SAM),
 * by its name (plugins of the Serverless Framework), or by the key of a CDK asset.
 * @throws LocalLambdaError when stacks are nested too deeply, or in themselves.
 */
export async function findNestedStacks(
  file: TemplateFile,
  scope: ResolutionScope,
  depth: number,
): Promise<readonly NestedStack[]> {
  const stacks = Object.entries(scope.resources).filter(
    ([, resource]) => resource.Type === 'AWS::CloudFormation::Stack' && isCreated(resource, scope),
  );
  if (stacks.length > 0 && depth >= MAX_DEPTH) {
    throw new LocalLambdaError(`${file.path}: stacks may be nested ${MAX_DEPTH} deep, these lead on`);
  }
  const found = await Promise.all(
    stacks.map(async ([logicalId, resource]) => {
      const path = await templateOf(logicalId, resource, file, scope);
      if (path === undefined) return [];
      const at = `Resources.${logicalId}.Properties.Parameters`;
      const parameters = lazyProperties(Object(resource.Properties?.['Parameters']), at, scope);
      const stackName = `${scope.stackName}-${logicalId}`;
      return [{ logicalId, file: { ...file, path, folder: dirname(path), stackName }, parameters }];
    }),
  );
  return found.flat();
}

/** The parameters of a nested stack's template: what its parent gives, else their defaults. */
export function nestedParameters(
  template: Template,
  defaults: ParameterValues,
  given: Readonly<Record<string, unknown>>,
): ParameterValues {
  const values = { ...defaults };
  for (const name of Object.keys(given)) {
    const isList = isListType(template.Parameters?.[name]?.Type);
    // An output of a stack beside this one may be read for it, and that only when all are loaded.
    Object.defineProperty(values, name, {
      enumerable: true,
      get: () => {
        const value = given[name];
        if (Array.isArray(value)) return isList ? value.map(String) : value.join(',');
        return isList ? String(value).split(',') : String(value);
      },
    });
  }
  return values;
}

/** Reads an output of a nested stack. @throws LocalLambdaError when it has none of that name. */
export function outputOf(template: Template, scope: ResolutionScope, name: string): unknown {
  const output = Object.hasOwn(Object(template.Outputs), name) ? template.Outputs?.[name] : undefined;
  if (output === undefined) throw new LocalLambdaError(`${scope.stackName}: has no output "${name}"`);
  return resolveValue(Object(output)['Value'], `Outputs.${name}.Value`, scope);
}

async function templateOf(
  logicalId: string,
  { Properties = {} }: TemplateResource,
  { folder, assets }: TemplateFile,
  scope: ResolutionScope,
): Promise<string | undefined> {
  const given = Properties['TemplateURL'] ?? Properties['Location'];
  const standIn = (what: string) => what;
  const url = resolveValue(given, `Resources.${logicalId}.Properties.TemplateURL`, { ...scope, standIn });
  if (typeof url !== 'string') return undefined;
  const name = url.slice(url.lastIndexOf('/') + 1);
  const candidates = [assets.get(name), url.includes('://') ? undefined : url, name];
  for (const candidate of candidates) {
    if (candidate === undefined || candidate === '') continue;
    const path = join(folder, candidate);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  return undefined;
}

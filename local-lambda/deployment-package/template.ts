import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { type ResolutionScope, resolveIntrinsics, type TemplateResource } from './intrinsics.ts';

/** A CloudFormation template as far as local-lambda and the bench read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** A resource whose properties hold no intrinsic function any more. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A template that was read, and what its intrinsic functions are resolved against. */
export interface LoadedTemplate {
  readonly template: Template;
  readonly scope: ResolutionScope;
}

/** The account in every ARN made on this machine. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** The region when neither the options nor `serverless-state.json` name one. */
export const DEFAULT_REGION = 'eu-west-3';

const TEMPLATE_FILES = ['cloudformation-template-update-stack.json', 'template.json'];

/**
 * Reads the CloudFormation template of a deployment package: `cloudformation-template-update-stack.json` as
 * the Serverless Framework writes it, or `template.json`. Region and stack name come from
 * `serverless-state.json` where it exists.
 * @throws LocalLambdaError when the folder holds no template, or the template is not JSON with resources.
 */
export async function readTemplate(packageDir: string, region?: string): Promise<LoadedTemplate> {
  const template = await readFirstTemplate(packageDir);
  const state = await readState(packageDir);
  const parameters: Record<string, string> = {};
  for (const [name, { Default }] of Object.entries(template.Parameters ?? {})) {
    if (Default !== undefined) parameters[name] = String(Default);
  }
  return {
    template,
    scope: {
      resources: template.Resources,
      parameters,
      region: region ?? state.region ?? DEFAULT_REGION,
      accountId: LOCAL_ACCOUNT_ID,
      stackName: state.stackName ?? 'local',
    },
  };
}

/**
 * Every resource of one type with its intrinsic functions resolved, in the order of the template.
 * @throws LocalLambdaError naming the path of an intrinsic that cannot be resolved here.
 */
export function resourcesOfType(loaded: LoadedTemplate, type: string): ResolvedResource[] {
  return Object.entries(loaded.template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([logicalId, resource]) => ({
      logicalId,
      type,
      properties: resolveIntrinsics(
        resource.Properties ?? {},
        `Resources.${logicalId}.Properties`,
        loaded.scope,
      ) as Record<string, unknown>,
    }));
}

async function readFirstTemplate(packageDir: string): Promise<Template> {
  for (const file of TEMPLATE_FILES) {
    const path = join(packageDir, file);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return checkTemplate(parseJson(text, path), path);
  }
  throw new LocalLambdaError(
    `${packageDir}: holds no ${TEMPLATE_FILES.join(' or ')}; make the deployment package with "npx sls package"`,
  );
}

async function readState(packageDir: string): Promise<{ region?: string; stackName?: string }> {
  const path = join(packageDir, 'serverless-state.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const service = field(parseJson(text, path), 'service');
  const provider = field(service, 'provider');
  const region = field(provider, 'region');
  const stage = field(provider, 'stage');
  const name = field(service, 'service');
  return {
    ...(typeof region === 'string' && { region }),
    ...(typeof name === 'string' && { stackName: `${name}-${typeof stage === 'string' ? stage : 'dev'}` }),
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LocalLambdaError(`${path}: is not JSON (${(cause as Error).message})`, { cause });
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

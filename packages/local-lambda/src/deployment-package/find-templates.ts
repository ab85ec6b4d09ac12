import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';

/** A template's place, and what is said about it beside it. */
export interface TemplateFile {
  readonly path: string;
  /** The folder from which the template's paths start. */
  readonly folder: string;
  readonly region: string | undefined;
  readonly stackName: string | undefined;
  /** For templates of the CDK: object keys in the assets bucket and the paths in the folder that they stand for. */
  readonly assets: ReadonlyMap<string, string>;
}

/** What the Serverless Framework writes, and what `sam build` writes. */
const TEMPLATE_NAMES = [
  'cloudformation-template-update-stack.json',
  'template.json',
  'template.yaml',
  'template.yml',
];
const NO_ASSETS: ReadonlyMap<string, string> = new Map();

/**
 * Finds the templates of a deployment package: the one of `serverless package` (`.serverless`) or of `sam build`
 * (`.aws-sam/build`), those of all stacks that `cdk synth` wrote (`cdk.out`), or the file itself that is named.
 * @throws LocalLambdaError when there is none.
 */
export async function findTemplates(packagePath: string): Promise<TemplateFile[]> {
  const kind = await stat(packagePath).catch(() => undefined);
  if (kind?.isFile()) return [await describeFile(packagePath)];
  for (const name of TEMPLATE_NAMES) {
    const path = join(packagePath, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) return [await describeFile(path)];
  }
  const names = kind?.isDirectory() ? await readdir(packagePath) : [];
  const stacks = names.filter((name) => /(?<!\.nested)\.template\.json$/.test(name)).sort();
  if (stacks.length > 0) return Promise.all(stacks.map((name) => describeFile(join(packagePath, name))));
  throw new LocalLambdaError(
    `${packagePath}: holds no ${TEMPLATE_NAMES.join(', ')} or *.template.json; make the deployment package with "npx sls package", "sam build" or "cdk synth"`,
  );
}

async function describeFile(path: string): Promise<TemplateFile> {
  const folder = dirname(path);
  const cdk = /^(.*)\.template\.json$/.exec(basename(path))?.[1];
  const own = cdk === undefined ? await serverlessState(folder) : await cdkStack(folder, basename(path), cdk);
  const assets = cdk === undefined ? NO_ASSETS : await cdkAssets(join(folder, `${cdk}.assets.json`));
  return { path, folder, assets, ...own };
}

async function serverlessState(folder: string): Promise<Pick<TemplateFile, 'region' | 'stackName'>> {
  const state = await readJson(join(folder, 'serverless-state.json'));
  const provider = field(field(state, 'service'), 'provider');
  const name = text(field(field(state, 'service'), 'service'));
  return {
    region: text(field(provider, 'region')),
    stackName: name && `${name}-${text(field(provider, 'stage')) ?? 'dev'}`,
  };
}

/** The manifest knows a stack by its template; its environment is `aws://account/region`. */
async function cdkStack(
  folder: string,
  file: string,
  name: string,
): Promise<Pick<TemplateFile, 'region' | 'stackName'>> {
  const artifacts = field(await readJson(join(folder, 'manifest.json')), 'artifacts');
  const [id, artifact] =
    Object.entries(typeof artifacts === 'object' && artifacts !== null ? artifacts : {}).find(
      ([, item]) => field(field(item, 'properties'), 'templateFile') === file,
    ) ?? [];
  const region = /^aws:\/\/[^/]+\/(.+)$/.exec(text(field(artifact, 'environment')) ?? '')?.[1];
  return {
    region: region === 'unknown-region' ? undefined : region,
    stackName: text(field(field(artifact, 'properties'), 'stackName')) ?? id ?? name,
  };
}

/** @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema.AssetManifest.html */
async function cdkAssets(path: string): Promise<ReadonlyMap<string, string>> {
  const assets = new Map<string, string>();
  for (const file of Object.values(Object(field(await readJson(path), 'files')))) {
    const source = text(field(field(file, 'source'), 'path'));
    for (const destination of Object.values(Object(field(file, 'destinations')))) {
      const key = text(field(destination, 'objectKey'));
      if (key !== undefined && source !== undefined) assets.set(key, source);
    }
  }
  return assets;
}

async function readJson(path: string): Promise<unknown> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new LocalLambdaError(`${path}: is not JSON (${(cause as Error).message})`, { cause });
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

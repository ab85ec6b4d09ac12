import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Zippable, zipSync } from 'fflate';
import { type LocalLambda, type LocalLambdaOptions, startLocalLambda } from '../src/start.ts';

/** One function of a fixture package; the source becomes `index.mjs` of its zip unless `files` are given. */
export interface FixtureFunction {
  readonly source?: string;
  readonly files?: Zippable;
  /** Such as `GET /hello`; several functions may share an API. */
  readonly routes?: readonly string[];
  readonly payloadFormat?: '1.0' | '2.0';
  /** Milliseconds, 50 to 30 000. */
  readonly integrationTimeoutMs?: number;
  /** More properties of the `AWS::Lambda::Function`, or other values for them. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A zip's options for a file that may be executed. */
export const EXECUTABLE = { os: 3, attrs: 0o100755 << 16 };

const cleanUps = new WeakMap<TestContext, (() => unknown)[]>();

/**
 * Cleans up after a test, what was made last first. Hooks of node:test run in the order of their registration: a
 * folder would go while a host still writes its log there, and a hook that fails keeps the others from running.
 */
export function onEnd(t: TestContext, cleanUp: () => unknown): void {
  const known = cleanUps.get(t);
  if (known !== undefined) {
    known.push(cleanUp);
    return;
  }
  const all = [cleanUp];
  cleanUps.set(t, all);
  t.after(async () => {
    const faults: unknown[] = [];
    for (const one of all.reverse()) {
      try {
        await one();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  });
}

/** Makes a temporary folder that goes away with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'test-local-lambda-'));
  onEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a deployment package as the Serverless Framework writes it: a template and one zip for each function. */
export async function writePackage(
  folder: string,
  functions: Readonly<Record<string, FixtureFunction>>,
  resources: Readonly<Record<string, unknown>> = {},
  outputs: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const all: Record<string, unknown> = {
    HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'fixture', ProtocolType: 'HTTP' } },
    ...resources,
  };
  for (const [name, fixture] of Object.entries(functions)) Object.assign(all, resourcesOf(name, fixture));
  await mkdir(folder, { recursive: true });
  const template = JSON.stringify({ Resources: all, Outputs: outputs }, null, 1);
  await writeFile(join(folder, 'cloudformation-template-update-stack.json'), template);
  for (const [name, { source, files }] of Object.entries(functions)) {
    const content = files ?? { 'index.mjs': new TextEncoder().encode(source ?? '') };
    await writeFile(join(folder, `${name}.zip`), zipSync(content));
  }
  return folder;
}

function resourcesOf(name: string, fixture: FixtureFunction): Record<string, unknown> {
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const resources: Record<string, unknown> = {
    [`${id}LambdaFunction`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: {
          S3Bucket: { Ref: 'ServerlessDeploymentBucket' },
          S3Key: `serverless/fixture/dev/1/${name}.zip`,
        },
        Handler: 'index.handler',
        Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
        FunctionName: name,
        MemorySize: 128,
        // A busy machine must not make a test's function time out.
        Timeout: 60,
        Architectures: ['arm64'],
        ...fixture.properties,
      },
    },
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
  };
  for (const routeKey of fixture.routes ?? []) {
    const integration = `HttpApiIntegration${id}`;
    resources[integration] = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] },
        PayloadFormatVersion: fixture.payloadFormat ?? '2.0',
        TimeoutInMillis: fixture.integrationTimeoutMs ?? 30_000,
      },
    };
    resources[`HttpApiRoute${id}${routeKey.replaceAll(/\W/g, 'X')}`] = {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        RouteKey: routeKey,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: integration }]] },
      },
    };
  }
  return resources;
}

/** A host for one test, with what the test wants to know of it. */
export interface TestHost extends LocalLambda {
  readonly logsDir: string;
  readonly packageDir: string;
  readonly notices: readonly string[];
  /** All log messages of a function's group, stream by stream, without their time stamps. */
  readonly logLines: (functionName: string) => Promise<string[]>;
}

/** Writes a package and starts a host for it that closes with the test. */
export async function startHost(
  t: TestContext,
  functions: Readonly<Record<string, FixtureFunction>>,
  options: Partial<LocalLambdaOptions> = {},
  resources: Readonly<Record<string, unknown>> = {},
): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'test-local-lambda-'));
  const packageDir = await writePackage(join(folder, randomUUID()), functions, resources);
  return serve(t, folder, { ...options, packageDir });
}

/**
 * Starts a host for packages that are there.
 * @param folder is removed when the host is closed, with the logs in it.
 */
export async function serve(
  t: TestContext,
  folder: string,
  options: Partial<LocalLambdaOptions> & Pick<LocalLambdaOptions, 'packageDir'>,
): Promise<TestHost> {
  const { packageDir, logsDir = join(folder, 'logs') } = options;
  const notices: string[] = [];
  const host = await startLocalLambda({
    onNotice: (message) => notices.push(message),
    ...options,
    logsDir,
  });
  onEnd(t, async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
    await rm(logsDir, { recursive: true, force: true });
  });
  return {
    ...host,
    get functions() {
      return host.functions;
    },
    get routes() {
      return host.routes;
    },
    logsDir,
    packageDir: [packageDir].flat()[0] ?? '',
    notices,
    logLines: async (name) => {
      await host.flushLogs();
      return readLogLines(join(logsDir, 'aws/lambda', name));
    },
  };
}

async function readLogLines(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.sort().map((file) => readFile(file, 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(line.indexOf('\t') + 1)),
  );
}

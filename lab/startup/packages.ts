import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

const TEMPLATE = 'cloudformation-template-update-stack.json';

/** The variable that names the file in which a process asks for the quota. */
export const QUOTA_VARIABLE = 'BENCH_CPU_PROCESSES';

/** Begins the line that tells the milliseconds of CPU time of an init. */
export const INIT_CPU = 'bench: init took CPU ms';

/** A function of one file, `handler.mjs` or `handler.py`, whose export is `handler`. */
export interface SmallFunction {
  readonly name: string;
  readonly runtime: 'nodejs24.x' | 'python3.14';
  readonly contents: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Writes a deployment package as local-lambda reads it. */
export async function writePackage(folder: string, functions: readonly SmallFunction[]): Promise<void> {
  const resources = functions.map(({ name, runtime, environment = {} }) => {
    const limits = { Handler: 'handler.handler', MemorySize: 128, Timeout: 29 };
    const variables = { Environment: { Variables: environment } };
    const Properties = { FunctionName: name, Runtime: runtime, Code: name, ...limits, ...variables };
    return [name.replaceAll(/\W/g, ''), { Type: 'AWS::Lambda::Function', Properties }];
  });
  for (const { name, runtime, contents } of functions) {
    await put(join(folder, name, runtime === 'nodejs24.x' ? 'handler.mjs' : 'handler.py'), contents);
  }
  await put(join(folder, TEMPLATE), JSON.stringify({ Resources: Object.fromEntries(resources) }));
}

/** The bare runtimes: a handler that does nothing. */
export async function writeBarePackage(folder: string, withPython: boolean): Promise<void> {
  const node: SmallFunction = {
    name: 'bare-node',
    runtime: 'nodejs24.x',
    contents: 'export const handler = async () => ({ statusCode: 204 });\n',
  };
  const python: SmallFunction = {
    name: 'bare-python',
    runtime: 'python3.14',
    contents: 'def handler(event, context):\n    return {"statusCode": 204}\n',
  };
  await writePackage(folder, withPython ? [node, python] : [node]);
}

/**
 * Copies a deployment package, with each handler behind a module that, as the last step of init, tells the CPU
 * time that init took and puts its own process under the quota of {@link QUOTA_VARIABLE}, if there is one: on
 * Lambda, init runs outside it.
 */
export async function instrumentPackage(packageDir: string, folder: string): Promise<void> {
  const template = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8'));
  for (const [id, { Type, Properties }] of Object.entries<Resource>(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    await unpack(packageDir, Properties.Code, join(folder, id));
    const [file, contents] = Properties.Runtime.startsWith('python')
      ? ['instrumented.py', pythonEntry(Properties.Handler)]
      : ['instrumented.mjs', nodeEntry(Properties.Handler, await filesOf(join(folder, id)))];
    await put(join(folder, id, file), contents);
    Properties.Code = id;
    Properties.Handler = 'instrumented.handler';
  }
  await put(join(folder, TEMPLATE), JSON.stringify(template));
}

interface Resource {
  readonly Type: string;
  readonly Properties: { Code: string | { readonly S3Key: string }; Handler: string; Runtime: string };
}

async function unpack(packageDir: string, code: Resource['Properties']['Code'], folder: string) {
  const path = join(packageDir, typeof code === 'string' ? code : basename(code.S3Key));
  if ((await stat(path)).isDirectory()) return cp(path, folder, { recursive: true });
  for (const [name, contents] of Object.entries(unzipSync(await readFile(path)))) {
    if (!name.endsWith('/')) await put(join(folder, name), contents);
  }
}

const filesOf = (folder: string) => readdir(folder, { recursive: true });

function nodeEntry(handler: string, files: readonly string[]): string {
  const dot = handler.lastIndexOf('.');
  const module = files.find(
    (file) => /^\.[cm]?js$/.test(file.slice(dot)) && file.startsWith(handler.slice(0, dot)),
  );
  if (module === undefined) throw new Error(`the package has no module for the handler ${handler}`);
  return `export { ${handler.slice(dot + 1)} as handler } from './${module}';
const { user, system } = process.cpuUsage();
const { writeFileSync, writeSync } = process.getBuiltinModule('node:fs');
writeSync(1, '${INIT_CPU} ' + (user + system) / 1000 + '\\n');
const processes = process.env.${QUOTA_VARIABLE};
if (processes !== undefined) writeFileSync(processes, String(process.pid));
`;
}

function pythonEntry(handler: string): string {
  const dot = handler.lastIndexOf('.');
  return `import importlib
import os
import time

handler = getattr(importlib.import_module("${handler.slice(0, dot).replaceAll('/', '.')}"), "${handler.slice(dot + 1)}")
print("${INIT_CPU}", time.process_time() * 1000, flush=True)
if "${QUOTA_VARIABLE}" in os.environ:
    with open(os.environ["${QUOTA_VARIABLE}"], "w") as processes:
        processes.write(str(os.getpid()))
`;
}

async function put(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}

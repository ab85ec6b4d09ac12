import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import type { FunctionName } from './options.ts';
import { type BenchFunction, NODE_INIT_END } from './packages.ts';

const RUN_LIMIT_MS = 30_000;

/** A change of one source file before it is bundled. */
export interface SourceChange {
  /** From the project's root. */
  readonly file: string;
  readonly from: RegExp;
  readonly to: string;
}

/** One way to make a function. */
export interface Variant {
  readonly label: string;
  /** Over what `serverless.yml` says. */
  readonly build?: BuildOptions;
  readonly changes?: readonly SourceChange[];
  /** Source of another handler, instead of the function's own. */
  readonly instead?: string;
  /** Source that keeps more in the bundle than the handler needs. */
  readonly besides?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Ship V8's compile cache in the package, and read it. */
  readonly compileCache?: true;
  /** Speak TLS to DynamoDB, as on Lambda. */
  readonly tls?: true;
}

/** What all variants are made from. */
export interface VariantSources {
  readonly root: string;
  /** Of the stack's `serverless.yml`. */
  readonly bundler: BuildOptions;
}

const LOAD: Readonly<Record<'plain' | 'cached', string>> = {
  plain: "export { handler } from './handler.mjs';\n",
  cached: `process.getBuiltinModule('node:module').enableCompileCache(import.meta.dirname + '/cache');
const { handler } = await import('./handler.mjs');
export { handler };
`,
};
/** Bundles a function as one variant says. @throws Error when a change finds nothing to change. */
export async function buildVariant(
  name: string,
  functionName: FunctionName,
  variant: Variant,
  { root, bundler }: VariantSources,
): Promise<BenchFunction> {
  const handler = `./src/functions/${functionName}/handler.ts`;
  const { outputFiles } = await build({
    ...bundler,
    ...variant.build,
    absWorkingDir: root,
    stdin: {
      contents: variant.instead ?? `${variant.besides ?? ''}\nexport { handler } from '${handler}';\n`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: 'handler.mjs',
    write: false,
    logLevel: 'silent',
    plugins: [changing(root, variant.changes ?? [])],
  });
  const contents = outputFiles?.[0]?.contents ?? '';
  const load = variant.compileCache ? LOAD.cached : LOAD.plain;
  return {
    name,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    files: { 'handler.mjs': contents, 'index.mjs': load + NODE_INIT_END },
    environment: variant.environment ?? {},
  };
}

function changing(root: string, changes: readonly SourceChange[]): Plugin {
  return {
    name: 'changing',
    setup({ onLoad }) {
      for (const file of new Set(changes.map((change) => change.file))) {
        const path = join(root, file);
        const filter = new RegExp(`${file.replaceAll('.', '\\.')}$`);
        onLoad({ filter }, async () => {
          let contents = await readFile(path, 'utf8');
          for (const { from, to } of changes.filter((change) => change.file === file)) {
            if (!from.test(contents)) throw new Error(`${file} has nothing that matches ${from}`);
            contents = contents.replaceAll(new RegExp(from, 'g'), to);
          }
          return { contents, loader: 'ts' };
        });
      }
    },
  };
}

/** Runs the init of an unpacked function once, so that its compile cache is written beside it. */
export async function fillCompileCache(folder: string, environment: Readonly<Record<string, string>>) {
  await mkdir(join(folder, 'cache'), { recursive: true });
  const file = join(folder, 'fill.mjs');
  const entry = await readFile(join(folder, 'index.mjs'), 'utf8');
  await writeFile(
    file,
    `${entry.replace(NODE_INIT_END, '')}\nprocess.getBuiltinModule('node:module').flushCompileCache();\nprocess.exit();\n`,
  );
  await promisify(execFile)(process.execPath, [file], { env: { ...environment }, timeout: RUN_LIMIT_MS });
}

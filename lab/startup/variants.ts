import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { ROOT } from '../experiment.ts';
import type { FunctionName } from '../reported-host.ts';
import type { SmallFunction } from './packages.ts';

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
}

/**
 * Bundles a function as one variant says.
 * @param bundler what the stack's `serverless.yml` says.
 * @throws Error when a change finds nothing to change.
 */
export async function buildVariant(
  name: string,
  functionName: FunctionName,
  { build: over, instead, besides = '', changes = [], environment = {} }: Variant,
  bundler: BuildOptions,
): Promise<SmallFunction> {
  const ours = `${besides}\nexport { handler } from './src/functions/${functionName}/handler.ts';\n`;
  const { outputFiles } = await build({
    ...bundler,
    ...over,
    absWorkingDir: ROOT,
    stdin: { contents: instead ?? ours, resolveDir: ROOT, loader: 'ts' },
    outfile: 'handler.mjs',
    write: false,
    logLevel: 'silent',
    plugins: [changing(changes)],
  });
  return { name, runtime: 'nodejs24.x', contents: outputFiles?.[0]?.contents ?? '', environment };
}

function changing(changes: readonly SourceChange[]): Plugin {
  return {
    name: 'changing',
    setup({ onLoad }) {
      for (const file of new Set(changes.map((change) => change.file))) {
        onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async () => {
          let contents = await readFile(join(ROOT, file), 'utf8');
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

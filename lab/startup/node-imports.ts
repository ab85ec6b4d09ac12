import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Loader, type Metafile, type Plugin, stop } from 'esbuild';
import type { ImportNode } from './import-tree.ts';

const RUN_LIMIT_MS = 30_000;
const BUILTIN = 'builtin';

/** A bundle that keeps the time of each module in it. */
export interface TimedBundle {
  readonly file: string;
  readonly metafile: Metafile;
}

/** Keeps the times: a module's own time is what passes between its marks, without that between marks inside. */
const CLOCK = `globalThis.importClock = (() => {
  const open = [], modules = {};
  let last = performance.now();
  const pass = () => {
    const now = performance.now(), top = open.at(-1);
    if (top !== undefined) modules[top].ms += now - last;
    last = now;
  };
  const begin = (name) => {
    pass();
    modules[name] ??= { ms: 0, parent: open.at(-1) };
    open.push(name);
  };
  const end = () => { pass(); open.pop(); };
  const { getBuiltinModule } = process;
  process.getBuiltinModule = (name) => {
    begin('${BUILTIN}:' + name);
    try { return getBuiltinModule.call(process, name); } finally { end(); }
  };
  return { begin, end, modules };
})();
`;

/**
 * Bundles a handler as for a deployment, with marks around each module. A module of Node is imported at the place
 * of its first importer instead of before everything, so that its time is its own.
 */
export async function timedBundle(root: string, entry: string, options: BuildOptions, file: string) {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    metafile: true,
    logLevel: 'silent',
    banner: { js: CLOCK },
    plugins: [marks(root)],
  });
  await stop();
  return { file, metafile } satisfies TimedBundle;
}

function marks(root: string): Plugin {
  return {
    name: 'marks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, kind, namespace }) => {
        const isBuiltin = builtinModules.includes(path.replace(/^node:/, ''));
        if (!isBuiltin || kind !== 'import-statement' || namespace === BUILTIN) return undefined;
        // As esbuild takes them, so that an import that is not used is no import.
        return { path, namespace: BUILTIN, sideEffects: false };
      });
      onLoad({ filter: /.*/, namespace: BUILTIN }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => name !== 'default');
        const contents = `importClock.begin('${BUILTIN}:${path}');
const all = await import('${path}');
importClock.end();
export default all.default;
export const { ${names.join(', ')} } = all;`;
        return { contents, loader: 'js' };
      });
      onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, async ({ path }) => {
        const name = JSON.stringify(path.slice(root.length + 1));
        const source = await readFile(path, 'utf8');
        return {
          contents: `importClock.begin(${name});\n${source}\nimportClock.end();`,
          loader: extname(path).replace(/^\.[cm]?/, '') as Loader,
        };
      });
    },
  };
}

/** Loads a timed bundle once in a process of its own. */
export async function nodeImports(
  bundle: TimedBundle,
  environment: Readonly<Record<string, string>>,
): Promise<ImportNode> {
  // `node:net` is there before a handler, since the runtime speaks to its host by it.
  const program = `require('node:net');
import(${JSON.stringify(bundle.file)}).then(() => process.stdout.write(JSON.stringify(importClock.modules)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], {
    env: { ...environment },
    timeout: RUN_LIMIT_MS,
  });
  return treeOf(bundle.metafile, JSON.parse(stdout));
}

type Times = Readonly<Record<string, { readonly ms: number; readonly parent?: string }>>;

/** Arranges times by who imports whom first; modules of one package are one node. */
function treeOf({ inputs, outputs }: Metafile, times: Times): ImportNode {
  const entry = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined)?.entryPoint;
  if (entry === undefined) throw new Error('the bundle has no entry');
  const parents = new Map<string, string | undefined>();
  const visit = (path: string, parent: string | undefined): void => {
    const name = nameOf(path);
    if (name !== parent && !parents.has(name)) parents.set(name, parent);
    const isSeen = visited.has(path);
    visited.add(path);
    if (!isSeen)
      for (const { path: next, external } of inputs[path]?.imports ?? []) if (!external) visit(next, name);
  };
  const visited = new Set<string>();
  visit(entry, undefined);
  const own = new Map<string, number>();
  for (const [path, { ms, parent }] of Object.entries(times)) {
    const name = nameOf(path);
    own.set(name, (own.get(name) ?? 0) + ms);
    if (!parents.has(name)) parents.set(name, parent === undefined ? nameOf(entry) : nameOf(parent));
  }
  const nodeOf = (name: string): ImportNode => ({
    name,
    selfMs: own.get(name) ?? 0,
    children: [...parents].filter(([, parent]) => parent === name).map(([child]) => nodeOf(child)),
  });
  return nodeOf(nameOf(entry));
}

/** What a reader knows a module by: its package, a module of Node, or its path in this project. */
function nameOf(path: string): string {
  if (path.startsWith(`${BUILTIN}:`)) return path.slice(BUILTIN.length + 1);
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path;
}

/** The esbuild options of the stack's own `serverless.yml`, as packaging resolved them. */
export async function bundlerOptions(packageDir: string): Promise<BuildOptions> {
  const state = JSON.parse(await readFile(join(packageDir, 'serverless-state.json'), 'utf8'));
  const { outputFileExtension, exclude, ...options } = state.service.custom.esbuild;
  return options;
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ImportNode } from './import-tree.ts';

const RUN_LIMIT_MS = 30_000;
const BEGIN = 'imports begin here';

/** A Python function whose imports are to be timed. */
export interface PythonFunction {
  readonly python: string;
  /** Folders on the module path: the function's code, then what the runtime brings. */
  readonly path: readonly string[];
  /** Such as `sheep_shed.functions.get_cat.handler`. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Imports a handler once under `-X importtime`. */
export async function pythonImports(one: PythonFunction): Promise<ImportNode> {
  const program = `import importlib, sys
sys.path[:0] = ${JSON.stringify(one.path)}
sys.stderr.write("${BEGIN}\\n")
importlib.import_module("${one.module}")
`;
  const args = ['-S', '-B', '-X', 'importtime', '-c', program];
  const { stderr } = await promisify(execFile)(one.python, args, {
    env: { ...one.environment },
    timeout: RUN_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return readImportTime(stderr.slice(stderr.indexOf(BEGIN)), one.module);
}

/**
 * Reads what `-X importtime` writes: a line a module, what it imports before it and one step further in.
 * @see https://docs.python.org/3/using/cmdline.html#cmdoption-X
 */
export function readImportTime(text: string, root: string): ImportNode {
  const open: ImportNode[][] = [[]];
  for (const [, self = '', indent = '', name = ''] of text.matchAll(
    /^import time:\s+(\d+) \|\s+\d+ \| ( *)(\S+)$/gm,
  )) {
    const depth = indent.length / 2;
    const children = open[depth + 1] ?? [];
    open[depth + 1] = [];
    open[depth] ??= [];
    open[depth].push({ name, selfMs: Number(self) / 1000, children });
  }
  return { name: `imports of ${root}`, selfMs: 0, children: open[0] ?? [] };
}

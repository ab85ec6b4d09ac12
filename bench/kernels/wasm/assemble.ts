import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import wabt from 'wabt';

/** Marks the place of each rewriting step in `cat.wat`. */
const STEP = '(; step ;)';
const COUNTER = '(global $steps (export "steps") (mut i64) (i64.const 0))';
const COUNT = '(global.set $steps (i64.add (global.get $steps) (i64.const 1)))';

/**
 * Assembles `cat.wat` or `wolf.wat`.
 * @param countsSteps whether every place marked as a step adds one to the exported global `steps`.
 * @throws Error naming the line when the text is not WebAssembly.
 */
export async function assemble(name: 'cat' | 'wolf', countsSteps = false): Promise<Uint8Array<ArrayBuffer>> {
  const file = `${name}.wat`;
  const text = await readFile(join(import.meta.dirname, file), 'utf8');
  const counted = text.replace('(module', `(module ${COUNTER}`).replaceAll(STEP, COUNT);
  const { parseWat } = await wabt();
  const module = parseWat(file, countsSteps ? counted : text, { simd: true, bulk_memory: true });
  try {
    module.validate();
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

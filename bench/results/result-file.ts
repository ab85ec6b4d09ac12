import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OptionError } from '@sheep-shed/options';
import schema from './result.schema.json' with { type: 'json' };
import type { BenchResult } from './result.ts';
import { RESULT_KIND, RESULT_VERSION } from './result.ts';

/** Result files beyond it are refused: the largest plan gives some megabytes. */
export const MAX_RESULT_BYTES = 100 * 1000 * 1000;

const UNDERSTOOD = `understood are result files of npm run bench, version ${RESULT_VERSION}`;

/**
 * Writes a result file and the folders above it; whoever reads meanwhile sees the old file or the new one, never a part.
 * @throws Error when the result is not what the schema says, after it was written: what was measured is not lost for it.
 */
export async function writeResult(path: string, result: BenchResult): Promise<void> {
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  await writeWhole(path, text);
  const problem = await schemaProblem(JSON.parse(text));
  if (problem !== undefined)
    throw new Error(`${path} was written, but is not what its schema says: ${problem}`);
}

/** Writes a file and the folders above it, beside its place first, so that it appears whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/**
 * Reads a result file.
 * @throws OptionError that names the path, what is wrong and what is understood: no such file, too large, cut off, not of
 * the bench, of another version, or not what the schema says.
 */
export async function readResult(path: string): Promise<BenchResult> {
  const refuse = (what: string) => new OptionError(`${path} ${what}; ${UNDERSTOOD}`);
  const text = await readText(path, refuse);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(`is cut off or no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const { kind, version } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (kind !== RESULT_KIND) {
    throw refuse(`is not of the bench: its "kind" must be "${RESULT_KIND}"; got ${shown(kind)}`);
  }
  if (version !== RESULT_VERSION) throw refuse(`is of version ${shown(version)}, whose format differs`);
  const problem = await schemaProblem(value);
  if (problem !== undefined) throw refuse(`is damaged: ${problem}`);
  return value as BenchResult;
}

async function readText(path: string, refuse: (what: string) => OptionError): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_RESULT_BYTES) throw refuse(`has ${size} bytes, more than ${MAX_RESULT_BYTES}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(`cannot be read (${code === 'ENOENT' ? 'no such file' : message})`);
  }
}

/** What of a value is not as the schema says, in words; `undefined` when nothing is. */
async function schemaProblem(value: unknown): Promise<string | undefined> {
  validator ??= loadValidator();
  const validate = await validator;
  if (validate(value)) return undefined;
  const [first] = validate.errors ?? [];
  const at = first?.instancePath === '' ? 'the file' : `"${first?.instancePath}"`;
  return `${at} ${first?.message} (${JSON.stringify(first?.params)})`;
}

// A run writes its file again and again; compiling the schema takes longer than checking a result.
let validator: ReturnType<typeof loadValidator> | undefined;

async function loadValidator() {
  // It takes 100 ms to load, which a run need not wait for before it measures.
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  return new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false }).compile(schema);
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value).slice(0, 60);
}

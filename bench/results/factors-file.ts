import { readFile } from 'node:fs/promises';
import { OptionError } from '@sheep-shed/options';

/** Where `bench calibrate` keeps its factors unless told otherwise. */
export const FACTORS_PATH = 'results/lambda-factors.json';

/** What tells a file of factors from other JSON. */
const FACTORS_KIND = 'sheep-shed-lambda-factors';

/** One memory size that was measured on an account. */
export interface CalibratedSize {
  readonly memoryMb: number;
  /** Warm calls. */
  readonly calls: number;
  /** Mean duration of REPORT, in milliseconds. */
  readonly meanMs: number;
  /** CPU time on Lambda over that of this machine. */
  readonly factor: number;
}

/** The factors of one language and processor of an account. */
export interface CalibratedFactors {
  readonly language: string;
  readonly architecture: string;
  readonly region: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  /** CPU milliseconds of the same call on this machine. */
  readonly cpuMs: number;
  readonly low: number;
  readonly typical: number;
  readonly high: number;
  readonly sizes: readonly CalibratedSize[];
}

/** What `bench calibrate` keeps: at most one entry of each language and processor. */
export interface FactorsFile {
  readonly kind: typeof FACTORS_KIND;
  readonly version: 1;
  readonly factors: readonly CalibratedFactors[];
}

/**
 * Reads a file of factors; `undefined` when it is not there and need not be.
 * @throws OptionError that names the path and what is wrong.
 */
export async function readFactors(path: string, isRequired: boolean): Promise<FactorsFile | undefined> {
  const refuse = (what: string) => new OptionError(`${path} ${what}; bench calibrate writes it anew`);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isRequired) return undefined;
    throw refuse(`cannot be read (${code === 'ENOENT' ? 'no such file' : message})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('is cut off or no JSON');
  }
  if (!isFactorsFile(value)) throw refuse('holds no factors of npm run bench -- calibrate, version 1');
  return value;
}

function isFactorsFile(value: unknown): value is FactorsFile {
  const { kind, version, factors } = (value ?? {}) as Record<string, unknown>;
  return kind === FACTORS_KIND && version === 1 && Array.isArray(factors) && factors.every(isFactors);
}

function isFactors(value: unknown): value is CalibratedFactors {
  const one = (value ?? {}) as Record<string, unknown>;
  const texts = ['language', 'architecture', 'region', 'measuredAt'];
  const [low, typical, high] = ['low', 'typical', 'high'].map((name) => one[name]);
  return (
    texts.every((name) => typeof one[name] === 'string') &&
    typeof low === 'number' &&
    typeof typical === 'number' &&
    typeof high === 'number' &&
    low > 0 &&
    low <= typical &&
    typical <= high
  );
}

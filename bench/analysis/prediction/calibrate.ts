import type { Architecture } from '@sheep-shed/log-insights/cost';
import type { CalibratedFactors, CalibratedSize, FactorsFile } from '../../results/factors-file.ts';
import type { Factors, Language, Spread } from './constants.ts';
import { type FunctionWork, predict } from './predict.ts';

/** Factors are looked for between these. */
const FACTORS = { least: 0.05, most: 100 } as const;
/** Halvings until the factor is known to a thousandth. */
const HALVINGS = 24;
/** One function stands for all of its language: the range is this wide at least. */
const LEAST_RANGE = 1.1;

/**
 * The factor of the processor with which the model gives the mean duration that was measured on Lambda.
 * @param work without requests: what it waits for would be taken for CPU time.
 */
export function factorOf(work: FunctionWork, memoryMb: number, meanMs: number): number {
  let { least, most } = FACTORS as { least: number; most: number };
  for (let k = 0; k < HALVINGS; k++) {
    const factor = Math.sqrt(least * most);
    const cpu: Spread = { low: factor, typical: factor, high: factor };
    if (predict(work, memoryMb, { cpu }).warm.mean.typical < meanMs) least = factor;
    else most = factor;
  }
  return Math.sqrt(least * most);
}

/** The factors of several sizes as one: their geometric mean, and a range that holds them all. */
export function spreadOfSizes(sizes: readonly CalibratedSize[]): Spread {
  const factors = sizes.map(({ factor }) => factor);
  const typical = Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0) / factors.length);
  return {
    low: Math.min(...factors, typical / LEAST_RANGE),
    typical,
    high: Math.max(...factors, typical * LEAST_RANGE),
  };
}

/** The factors of a file, for predictions. @param path named as their origin. */
export function calibratedBy({ factors }: FactorsFile, path: string) {
  return (language: Language, architecture: Architecture): Factors | undefined => {
    const own = factors.find((one) => one.language === language && one.architecture === architecture);
    return own && { cpu: own, origin: originOf(own, path) };
  };
}

/** The file with other factors in place of those of the same language and processor. */
export function withFactors(file: FactorsFile | undefined, found: CalibratedFactors): FactorsFile {
  const others = (file?.factors ?? []).filter(
    ({ language, architecture }) => language !== found.language || architecture !== found.architecture,
  );
  return { kind: 'sheep-shed-lambda-factors', version: 1, factors: [...others, found] };
}

function originOf({ region, measuredAt, language }: CalibratedFactors, path: string): string {
  return `of ${language} calibrated in ${region} on ${measuredAt.slice(0, 10)} (${path})`;
}

import { calibratedBy } from '../analysis/prediction/calibrate.ts';
import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import { FACTORS_PATH, readFactors } from '../results/factors-file.ts';

/**
 * The factors that predictions take: those of a file, of {@link FACTORS_PATH} where it is there and none was named, else
 * the built-in ones.
 * @throws OptionError when a named file cannot be read, or one holds no factors.
 */
export async function ownFactors(named: string | undefined): Promise<PredictOptions> {
  const path = named ?? FACTORS_PATH;
  const file = await readFactors(path, named !== undefined);
  return file === undefined ? {} : { calibrated: calibratedBy(file, path) };
}

import type { Option, OptionTable } from '@sheep-shed/options';
import { filePath, type Reader, wholeNumber, wordOf } from '@sheep-shed/options/readers';
import { FACTORS_PATH } from '../results/factors-file.ts';

/** Memory sizes of Lambda, with commas between them; for a repeatable option. */
export const memorySizesReader: Reader<readonly number[]> = {
  allowed: 'memory sizes in MB from 128 to 10240, each once, with commas between them',
  read: (texts) => {
    const one = wholeNumber(128, 10_240);
    const sizes = texts.flatMap((text) => text.split(',')).map((text) => one.read([text.trim()]));
    const known = sizes.filter((size) => size !== undefined);
    return known.length === sizes.length && new Set(known).size === known.length ? known : undefined;
  },
};

/** Where the factors of predictions come from; of predictions and of reports. */
export const FACTORS_OPTION = {
  help: `factors of your account that predictions take, as calibrate keeps them; ${FACTORS_PATH} where that is there`,
  ...filePath,
} satisfies Option<string>;

/** The options of `bench predict`. */
export const PREDICT_OPTIONS = {
  memory: {
    help: 'memory sizes to predict; some usual ones when not given',
    repeatable: true,
    ...memorySizesReader,
  } satisfies Option<readonly number[]>,
  architecture: {
    help: "Lambda's processor; that of the deployed functions when not given",
    ...wordOf(['arm64', 'x86_64'] as const),
  } satisfies Option<'arm64' | 'x86_64'>,
  callsPerDay: {
    help: 'adds what so many calls a day cost',
    ...wholeNumber(1, 1_000_000_000),
  } satisfies Option<number>,
  factors: FACTORS_OPTION,
} satisfies OptionTable;

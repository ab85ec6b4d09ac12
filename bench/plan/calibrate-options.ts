import type { Option, OptionTable } from '@sheep-shed/options';
import { awsRegion, filePath, type Reader, wholeNumber } from '@sheep-shed/options/readers';
import { FACTORS_PATH } from '../results/factors-file.ts';
import { type NamedUrl, namedUrls } from './named-targets.ts';
import { memorySizesReader } from './predict-options.ts';

const oneUrl: Reader<NamedUrl> = {
  allowed: 'name=address of one deployed API; its name is that of the stack in the names of its functions',
  read: (texts) => namedUrls.read(texts)?.[0],
};

const someSizes: Reader<readonly number[]> = {
  allowed: `two or three ${memorySizesReader.allowed}`,
  read: (texts) => {
    const sizes = memorySizesReader.read(texts);
    return sizes !== undefined && (sizes.length === 2 || sizes.length === 3) ? sizes : undefined;
  },
};

/** The options of `bench calibrate`. */
export const CALIBRATE_OPTIONS = {
  url: {
    help: 'the deployed API whose cat is measured',
    required: true,
    ...oneUrl,
  } satisfies Option<NamedUrl>,
  region: { help: 'its AWS region', required: true, ...awsRegion } satisfies Option<string>,
  stage: {
    help: 'its stage',
    default: 'dev',
    allowed: 'a letter, then up to 29 letters, digits and hyphens',
    read: ([given = '']) => (/^[a-zA-Z][a-zA-Z0-9-]{0,29}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  sign: {
    help: 'AWS region for which requests are signed, for an API deployed with auth=iam',
    ...awsRegion,
  } satisfies Option<string>,
  memory: {
    help: 'memory sizes that the cat is given; 256, 512 and 1769 when not given',
    repeatable: true,
    ...someSizes,
  } satisfies Option<readonly number[]>,
  calls: { help: 'warm calls of each size', default: 30, ...wholeNumber(5, 1000) } satisfies Option<number>,
  out: { help: 'file that keeps the factors', default: FACTORS_PATH, ...filePath } satisfies Option<string>,
} satisfies OptionTable;

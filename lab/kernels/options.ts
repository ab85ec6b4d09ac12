import type { Option, OptionTable } from '@sheep-shed/options';
import { SWITCH, wholeNumber } from '@sheep-shed/options/readers';

/** The options of the comparison of kernels. */
export const KERNEL_OPTIONS = {
  rounds: {
    help: 'rounds in which the variants take turns',
    default: 7,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  herd: {
    help: 'sheep that the wolf tests',
    default: 1000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
  help: { help: 'show this text', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

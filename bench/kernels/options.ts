import type { Option, OptionTable } from '../../src/config.ts';
import { SWITCH, wholeNumber } from '../../src/config.ts';

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

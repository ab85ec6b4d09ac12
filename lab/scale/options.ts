import type { Option, OptionTable } from '@sheep-shed/options';
import { SWITCH, wholeNumber } from '@sheep-shed/options/readers';

/** What can be measured. */
export const PARTS = ['memory', 'scale', 'overlap'] as const;

/** The options of the measurement of memory and scale. */
export const SCALE_OPTIONS = {
  part: {
    help: 'what to measure',
    default: PARTS,
    repeatable: true,
    allowed: `one of ${PARTS.join(', ')}, each at most once`,
    read: (texts) => {
      const found = PARTS.filter((part) => texts.includes(part));
      return found.length === texts.length ? found : undefined;
    },
  } satisfies Option<readonly (typeof PARTS)[number][]>,
  herd: {
    help: 'sheep in a shed; each size gets a shed of its own',
    default: [1000, 10_000, 100_000],
    repeatable: true,
    allowed: 'a whole number from 1 to 1000000, each at most once',
    read: (texts) => {
      const { read } = wholeNumber(1, 1_000_000);
      const sizes = texts.map((text) => read([text])).filter((size) => size !== undefined);
      const isValid = sizes.length === texts.length && new Set(sizes).size === sizes.length;
      return isValid ? sizes.sort((a, b) => a - b) : undefined;
    },
  } satisfies Option<readonly number[]>,
  rounds: {
    help: 'rounds in which functions and sizes take turns',
    default: 7,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  calls: {
    help: 'invocations of each function on the smallest herd before its memory counts',
    default: 1000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
  help: { help: 'show this text', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

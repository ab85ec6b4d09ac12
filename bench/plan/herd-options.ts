import type { Option, OptionTable } from '@sheep-shed/options';
import { SWITCH, tableName, wholeNumber } from '@sheep-shed/options/readers';

/** The options of `npm run herd`. */
export const HERD_OPTIONS = {
  table: {
    help: 'the DynamoDB table of a shed',
    required: true,
    ...tableName,
  } satisfies Option<string>,
  count: {
    help: 'sheep to load',
    default: 0,
    ...wholeNumber(0, 10_000_000),
  } satisfies Option<number>,
  seed: {
    help: 'which of the possible herds, as --seed of the bench',
    default: 1,
    ...wholeNumber(0, 4_294_967_295),
  } satisfies Option<number>,
  segments: { help: 'writers at once', default: 4, ...wholeNumber(1, 64) } satisfies Option<number>,
  clear: { help: 'remove every sheep first', ...SWITCH } satisfies Option<boolean>,
  yes: { help: 'really clear a table that is not on this machine', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

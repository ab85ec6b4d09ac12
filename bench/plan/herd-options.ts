import { type Option, type OptionTable, SWITCH, wholeNumber } from '@sheep-shed/options';

/** The options of `npm run herd`. */
export const HERD_OPTIONS = {
  table: {
    help: 'the DynamoDB table of a shed',
    required: true,
    allowed: 'a table name of 3 to 255 letters, digits, "_", "." and "-"',
    read: ([text = '']) => (/^[A-Za-z0-9_.-]{3,255}$/.test(text) ? text : undefined),
  } satisfies Option<string>,
  count: {
    help: 'sheep to load',
    default: 0,
    ...wholeNumber(0, 10_000_000),
  } satisfies Option<number>,
  segments: { help: 'writers at once', default: 4, ...wholeNumber(1, 64) } satisfies Option<number>,
  clear: { help: 'remove every sheep first', ...SWITCH } satisfies Option<boolean>,
  yes: { help: 'really clear a table that is not on this machine', ...SWITCH } satisfies Option<boolean>,
  help: { help: 'show this text', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

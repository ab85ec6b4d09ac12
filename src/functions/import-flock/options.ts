import type { Option, OptionTable } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';

/** The options of the import of flocks, set as environment variables by `deploy/objects-and-events.yml`. */
export const IMPORT_OPTIONS = {
  csvDelimiter: {
    env: 'FLOCK_DELIMITER',
    help: 'what separates the fields of a flock',
    default: ',',
    allowed: 'a comma, a semicolon, a vertical bar or a tab',
    read: ([text = '']) => (/^[,;|\t]$/.test(text) ? text : undefined),
  } satisfies Option<string>,
  chunksAtOnce: {
    env: 'FLOCK_CHUNKS_AT_ONCE',
    help: 'transactions of 100 items that an import has on their way at once',
    default: 8,
    ...wholeNumber(1, 64),
  } satisfies Option<number>,
} satisfies OptionTable;

import type { Option, OptionTable } from '@sheep-shed/options';
import { decimalNumber, filePath, SWITCH, wholeNumber } from '@sheep-shed/options/readers';
import { FUNCTIONS } from '../functions/catalogue.ts';
import { NEED_OPTIONS } from './needs.ts';

const NAMES = FUNCTIONS.map(({ name }) => name);

/** What the functions take from their configuration. */
const FUNCTION_OPTIONS: OptionTable = Object.fromEntries(
  FUNCTIONS.flatMap(({ options }) => Object.entries(options)),
);

/** What every host has of options, besides its transport's. */
export const HOST_OPTIONS = {
  function: {
    env: 'HOST_FUNCTIONS',
    help: 'function to serve; when not given, those of the HTTP contract',
    repeatable: true,
    allowed: `one of ${NAMES.join(', ')}`,
    read: (given) => {
      const names = given.flatMap((text) => text.split(','));
      return names.length > 0 && names.every((name) => NAMES.includes(name)) ? names : undefined;
    },
  } satisfies Option<readonly string[]>,
  concurrency: {
    env: 'HOST_CONCURRENCY',
    help: 'calls under way at once',
    default: 20,
    ...wholeNumber(1, 10_000),
  } satisfies Option<number>,
  timeout: {
    env: 'HOST_TIMEOUT',
    help: 'a call that takes longer has failed',
    default: 29,
    ...decimalNumber({ from: 0.001, to: 900 }, 'seconds'),
  } satisfies Option<number>,
  grace: {
    env: 'HOST_GRACE',
    help: 'when told to stop, wait so long for calls under way',
    default: 10,
    ...decimalNumber({ from: 0, to: 900 }, 'seconds'),
  } satisfies Option<number>,
  logs: {
    env: 'HOST_LOGS',
    help: 'root of the log groups; -: write what happens to standard output',
    default: 'results/logs',
    ...filePath,
  } satisfies Option<string>,
  watch: { help: 'stop and start again whenever a source file changes', ...SWITCH } satisfies Option<boolean>,
  ...NEED_OPTIONS,
} satisfies OptionTable;

/** The whole table of a host: that of every host, the options of the functions, and its transport's own. */
export function optionsOf<Table extends OptionTable>(transport: Table): typeof HOST_OPTIONS & Table {
  return { ...HOST_OPTIONS, ...FUNCTION_OPTIONS, ...transport };
}

import type { Option, OptionTable } from '@sheep-shed/options';
import { decimalNumber, filePath, wholeNumber } from '@sheep-shed/options/readers';
import { FUNCTIONS } from '../functions/catalogue.ts';
import { CAT_OPTIONS } from '../functions/get-cat/options.ts';
import { CREDENTIAL_OPTIONS, SHED_OPTIONS } from '../functions/shed-options.ts';

const NAMES = FUNCTIONS.map(({ name }) => name);
const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIAL_OPTIONS;

/** What every host has of options, besides its transport's. */
export const HOST_OPTIONS = {
  function: {
    env: 'HOST_FUNCTIONS',
    help: 'function to serve; when not given, all',
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
  ...CAT_OPTIONS,
  ...SHED_OPTIONS,
  table: optional(SHED_OPTIONS.table),
  region: optional(SHED_OPTIONS.region),
  accessKeyId: optional({ ...accessKeyId, help: `${accessKeyId.help}; when not given, what the SDK finds` }),
  secretAccessKey: optional(secretAccessKey),
  sessionToken,
} satisfies OptionTable;

/** Needed only where a function that is served needs it. */
function optional<T>({ required: _required, ...option }: Option<T>): Omit<Option<T>, 'required' | 'default'> {
  return option;
}

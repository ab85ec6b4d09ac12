import type { Option, OptionTable } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { MAX_STEPS } from '../../domain/ackermann.ts';

/** The options of the cat, set as environment variables by `serverless.yml`. */
export const CAT_OPTIONS = {
  catMaxSteps: {
    env: 'CAT_MAX_STEPS',
    help: 'most rewriting steps that the cat may take',
    default: 20_000_000,
    ...wholeNumber(1, MAX_STEPS),
  } satisfies Option<number>,
} satisfies OptionTable;

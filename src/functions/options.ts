import type { Option, OptionTable } from '../config.ts';
import { wholeNumber } from '../config.ts';
import { MAX_STEPS } from '../domain/ackermann.ts';

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** The options of the functions that work on the shed, set as environment variables by `serverless.yml`. */
export const SHED_OPTIONS = {
  table: {
    env: 'SHEEP_SHED_TABLE',
    required: true,
    help: 'name of the DynamoDB table',
    allowed: 'a table name of 3 to 255 letters, digits, "_", "." and "-"',
    read: ([text = '']) => (TABLE_NAME.test(text) ? text : undefined),
  } satisfies Option<string>,
} satisfies OptionTable;

/** The options of the cat. */
export const CAT_OPTIONS = {
  catMaxSteps: {
    env: 'CAT_MAX_STEPS',
    help: 'most rewriting steps that the cat may take',
    default: 20_000_000,
    ...wholeNumber(1, MAX_STEPS),
  } satisfies Option<number>,
} satisfies OptionTable;

import type { Option, OptionTable } from '../config.ts';

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

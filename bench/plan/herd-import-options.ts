import type { Option, OptionTable } from '@sheep-shed/options';
import { tableName, wholeNumber, wordOf } from '@sheep-shed/options/readers';

/** The options of `npm run herd -- import`. */
export const HERD_IMPORT_OPTIONS = {
  stage: {
    help: 'stage of the stack that imports; its outputs name the bucket',
    default: 'dev',
    ...wordOf(['dev', 'test', 'prod']),
  } satisfies Option<string>,
  stack: {
    help: 'stack that imports',
    default: 'ts',
    ...wordOf(['ts', 'tsthin']),
  } satisfies Option<string>,
  bucket: {
    help: 'bucket of flocks; when not given, what the stack says',
    allowed: 'the name of a bucket',
    read: ([text = '']) => (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text) ? text : undefined),
  } satisfies Option<string>,
  imports: {
    help: 'table of what was imported; when not given, that of the stack',
    ...tableName,
  } satisfies Option<string>,
  key: {
    help: 'key of the object, below flocks/; when not given, the time and the name of the file, so that it is a new import',
    allowed: 'a text that begins with flocks/',
    read: ([text = '']) => (/^flocks\/./.test(text) ? text : undefined),
  } satisfies Option<string>,
  wait: {
    help: 'seconds until it gives up waiting; the import goes on',
    default: 900,
    ...wholeNumber(1, 86_400),
  } satisfies Option<number>,
} satisfies OptionTable;

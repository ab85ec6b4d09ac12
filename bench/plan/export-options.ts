import type { Option } from '@sheep-shed/options';
import { filePath, wholeNumber, wordOf } from '@sheep-shed/options/readers';
import { STACK_NAME } from './named-targets.ts';
import { BENCH_OPTIONS } from './options.ts';

/** What a run can be written for; `k6-operator` is k6 on Kubernetes. */
const EXPORT_NAMES = ['k6', 'k6-operator', 'artillery'] as const;

/** The options of `bench export` that a run does not have, or has with another meaning. */
export const EXPORT_OWN_OPTIONS = {
  for: {
    help: 'load engine to write a script for; k6-operator writes the manifest of a TestRun with the script in it',
    required: true,
    ...wordOf(EXPORT_NAMES),
  } satisfies Option<(typeof EXPORT_NAMES)[number]>,
  parallelism: {
    help: 'pods among which the k6 operator divides the load',
    default: 4,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  out: {
    help: 'file to write instead of the standard output',
    ...filePath,
  } satisfies Option<string>,
};

/** The options of `bench export`: those of a run, and its own. */
export const EXPORT_OPTIONS = { ...BENCH_OPTIONS, ...EXPORT_OWN_OPTIONS };

/** The options of `bench import`. */
export const IMPORT_OPTIONS = {
  for: {
    help: 'load engine that wrote the files',
    default: 'k6',
    ...wordOf(['k6']),
  } satisfies Option<'k6'>,
  scenario: {
    help: 'scenario of a summary that does not tell it',
    ...wordOf(['cat', 'sheep', 'dog', 'wolf']),
  } satisfies Option<'cat' | 'sheep' | 'dog' | 'wolf'>,
  stack: {
    help: 'name in reports of what was called, where the file does not tell it',
    default: 'api',
    allowed: 'small letters and digits, a letter first, 30 at most',
    read: ([given = '']) => (STACK_NAME.test(given) ? given : undefined),
  } satisfies Option<string>,
  out: {
    help: 'file for the result; results/<time>.json when not given',
    ...filePath,
  } satisfies Option<string>,
};

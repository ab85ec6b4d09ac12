import type { Option, OptionTable } from '@sheep-shed/options';
import { SWITCH, wholeNumber, wordsOf } from '@sheep-shed/options/readers';
import { LOCAL_STACK_NAMES, type LocalStackName } from '../../bench/plan/options.ts';

/** The functions of every stack. */
export const FUNCTION_NAMES = ['post-sheep', 'get-dog', 'get-cat', 'delete-wolf'] as const;

/** The name of a function, the same in every stack. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Options that the measurements of starts share. */
export const START_OPTIONS = {
  starts: {
    help: 'cold starts of every function',
    default: 20,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  cpu: {
    help: 'share of a CPU that an invocation gets, init excepted; 0.072 is that of 128 MB on Lambda',
    allowed: 'a number above 0, at most 1',
    read: ([given = '']) => {
      const share = /^[0-9]*\.?[0-9]+$/.test(given) ? Number(given) : 0;
      return share > 0 && share <= 1 ? share : undefined;
    },
  } satisfies Option<number>,
  help: { help: 'show this text', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

/** The options of `npm run bench:startup`. */
export const STARTUP_OPTIONS = {
  ...START_OPTIONS,
  stack: {
    help: 'stack to measure; every one that can run when not given',
    repeatable: true,
    ...wordsOf(LOCAL_STACK_NAMES),
  } satisfies Option<readonly LocalStackName[]>,
  tree: {
    help: 'function whose imports are shown; the one with the longest init when not given',
    allowed: `<stack>/<function>, such as ts/get-cat, of ${LOCAL_STACK_NAMES.join(', ')} and ${FUNCTION_NAMES.join(', ')}`,
    read: ([given = '']) => {
      const [stack, name] = given.split('/');
      const foundStack = LOCAL_STACK_NAMES.find((one) => one === stack);
      const found = FUNCTION_NAMES.find((one) => given === `${stack}/${one}` && one === name);
      return foundStack !== undefined && found !== undefined ? { stack: foundStack, name: found } : undefined;
    },
  } satisfies Option<{ readonly stack: LocalStackName; readonly name: FunctionName }>,
} satisfies OptionTable;

import type { Option } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { wholeNumber, wordsOf } from '@sheep-shed/options/readers';
import { STACK_NAMES, type StackName } from '../../bench/stacks/catalogue.ts';
import { experiment } from '../experiment.ts';
import { FUNCTION_NAMES, type FunctionName } from '../reported-host.ts';
import { measureStarts } from './cold-starts.ts';
import { importTree } from './imports.ts';
import { renderStarts } from './report.ts';
import { startStacks } from './stacks.ts';

/** Options that the measurements of starts share. */
export const START_OPTIONS = {
  starts: {
    help: 'cold starts of every function or variant',
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
};

const OPTIONS = {
  ...START_OPTIONS,
  stack: {
    help: 'stack to measure; every one that can run when not given',
    repeatable: true,
    ...wordsOf(STACK_NAMES),
  } satisfies Option<readonly StackName[]>,
  tree: {
    help: 'function whose imports are shown; the one with the longest init when not given',
    allowed: `<stack>/<function>, such as ts/get-cat, of ${STACK_NAMES.join(', ')} and ${FUNCTION_NAMES.join(', ')}`,
    read: ([given = '']) => {
      const all = STACK_NAMES.flatMap((stack) => FUNCTION_NAMES.map((name) => ({ stack, name })));
      return all.find(({ stack, name }) => given === `${stack}/${name}`);
    },
  } satisfies Option<{ readonly stack: StackName; readonly name: FunctionName }>,
};

/** Cold starts of every function of every stack beside the bare runtimes, and where init goes. */
export const startup = experiment(OPTIONS, async ({ starts, cpu, stack: chosen, tree }, lab) => {
  if (tree !== undefined && chosen !== undefined && !chosen.includes(tree.stack)) {
    throw new OptionError(`--tree must be of a stack that is measured; got "${tree.stack}/${tree.name}"`);
  }
  const started = await startStacks(chosen, cpu, lab);
  const found = await measureStarts(started.subjects, starts, started.tables, 1, lab);
  const report = renderStarts(found, { starts, cpu });
  lab.say(report.text);
  lab.progress.step('timing imports');
  const shown = tree ?? report.slowest;
  lab.say(`\nimports of ${shown.stack}/${shown.name}:\n${await importTree(started, shown, lab.folder)}`);
});

import type { Option } from '@sheep-shed/options';
import { wholeNumber, wordsOf } from '@sheep-shed/options/readers';
import { experiment } from '../experiment.ts';
import { measureGrowth, measureSegments } from './growth.ts';
import { measureMemory } from './memory.ts';
import { openSheds } from './sheds.ts';

const PARTS = ['growth', 'segments', 'memory'] as const;

const OPTIONS = {
  part: {
    help: 'what to measure',
    default: PARTS,
    repeatable: true,
    ...wordsOf(PARTS),
  } satisfies Option<readonly (typeof PARTS)[number][]>,
  herd: {
    help: 'sheep in a shed; each size gets a shed of its own',
    default: [1000, 10_000, 100_000],
    repeatable: true,
    allowed: 'a whole number from 100 to 1000000, each at most once',
    read: (texts) => {
      const { read } = wholeNumber(100, 1_000_000);
      const sizes = texts.map((text) => read([text])).filter((size) => size !== undefined);
      const isValid = sizes.length === texts.length && new Set(sizes).size === sizes.length;
      return isValid ? sizes.sort((a, b) => a - b) : undefined;
    },
  } satisfies Option<readonly number[]>,
  rounds: {
    help: 'rounds in which functions and sizes take turns',
    default: 7,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  calls: {
    help: 'invocations of each function on the smallest herd before its memory counts',
    default: 1000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
};

/** Time, read units and memory of the TypeScript functions, by size of the herd and number of calls. */
export const scale = experiment(OPTIONS, async ({ part, herd, rounds, calls }, lab) => {
  const sheds = await openSheds(lab);
  const sections = {
    growth: () => measureGrowth(sheds, herd, rounds, lab),
    segments: () => measureSegments(sheds, herd[herd.length >> 1] ?? 0, rounds, lab),
    memory: () => measureMemory(sheds, herd[0] ?? 0, calls, lab),
  };
  for (const name of part) lab.say(`${await sections[name]()}\n`);
});

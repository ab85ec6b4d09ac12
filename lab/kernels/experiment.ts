import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { experiment } from '../experiment.ts';
import { measureKernels } from './measure.ts';
import { renderKernel } from './report.ts';
import { findVariants } from './variants.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which the variants take turns',
    default: 7,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of warm calls that count, a round, variant and kernel; the warm-up takes twice that',
    default: 0.2,
    ...decimalNumber({ above: 0, to: 60 }, 'seconds'),
  } satisfies Option<number>,
  herd: {
    help: 'sheep that the wolf tests',
    default: 1000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
};

/** The kernels of the cat and the wolf in three languages, each plain and tuned. */
export const kernels = experiment(OPTIONS, async ({ rounds, seconds, herd }, lab) => {
  const { variants, notices } = await findVariants(lab.progress.step);
  for (const notice of notices) lab.progress.line(notice);
  const series = await measureKernels(variants, makeHerd(herd, 1), { rounds, seconds }, lab);
  lab.say(
    `Medians of ${rounds} interleaved rounds, of each the fastest call; results, step counts, primes and eaten sheep agree.\n`,
  );
  for (const notice of notices) lab.say(`${notice}\n`);
  lab.say(`${renderKernel('cat A(3,8), 2 785 999 steps', 'cat', series)}\n`);
  lab.say(renderKernel(`wolf, sieve and ${herd} sheep`, 'wolf', series));
});

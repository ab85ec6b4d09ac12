import type { Option } from '@sheep-shed/options';
import { filePaths } from '@sheep-shed/options/readers';

/** The options that hold a result against something; the same for a run and for a report. */
export const GATE_OPTIONS = {
  baseline: {
    env: 'BENCH_BASELINE',
    help: 'result file to compare with, three or more of them to see what differs between runs; a regression gives exit code 4',
    repeatable: true,
    ...filePaths,
  } satisfies Option<readonly string[]>,
  threshold: {
    env: 'BENCH_THRESHOLD',
    help: 'limit that the result must keep, or the exit code is 3',
    allowed: 'such as wolf.p99<250ms or cat.ts.billed<=3ms; docs/ci.md has the grammar',
    repeatable: true,
    read: (texts) => texts,
  } satisfies Option<readonly string[]>,
};

/** What the codes of the bench mean, for the help of its commands. */
export const EXIT_CODES =
  'Exit codes, the first that applies: 2 wrong usage; 130 interrupted; 1 an answer did not verify; 3 a threshold is\nmissed; 4 a regression against the baseline or the other revision; 0 none of these.';

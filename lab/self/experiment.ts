import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Option } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { SWITCH, wholeNumber, wordOf } from '@sheep-shed/options/readers';
import { PRESET_NAMES, type PresetName } from '../../bench/plan/presets.ts';
import { renderTable } from '../../bench/reports/table.ts';
import type { BenchResult } from '../../bench/results/result.ts';
import { readResult } from '../../bench/results/result-file.ts';
import { STACK_NAMES, type StackName } from '../../bench/stacks/catalogue.ts';
import { experiment, type Lab, ROOT } from '../experiment.ts';
import { conclusionOf, type SelfVerdict, TALLY_HEADER, tallyOf, verdictsOf } from './tally.ts';

const OPTIONS = {
  runs: { help: 'runs of the bench', default: 20, ...wholeNumber(1, 1000) } satisfies Option<number>,
  stack: {
    help: 'the stack that runs under two names',
    default: 'ts',
    ...wordOf(STACK_NAMES),
  } satisfies Option<StackName>,
  preset: { help: 'the plan', default: 'quick', ...wordOf(PRESET_NAMES) } satisfies Option<PresetName>,
  resume: {
    help: 'count the runs that results/self holds of an earlier, interrupted series',
    ...SWITCH,
  } satisfies Option<boolean>,
};
/** A run that takes longer is given up: what it measures is a machine that does something else. */
const RUN_LIMIT_MS = 5 * 60_000;
/** Aimed at for a series of 20 runs of `quick`. */
const AIM_MINUTES = 12;

/** A stack against itself, again and again: every verdict of the bench but `inconclusive` is wrong. */
export const self = experiment(OPTIONS, async ({ runs, stack, preset, resume }, lab) => {
  const folder = join(ROOT, 'results', 'self');
  if (!resume) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const done: SelfVerdict[][] = [];
  let first: BenchResult | undefined;
  let seconds = 0;
  for (let run = 1; run <= runs; run++) {
    lab.progress.step(`run ${run} of ${runs}`);
    const file = join(folder, `${run}.json`);
    if (!existsSync(file)) await runBench(['--preset', preset, ...twice(stack)], file, lab);
    const result = await readResult(file);
    first ??= result;
    if (seriesOf(result) !== seriesOf(first) || result.plan.preset !== preset) {
      throw new OptionError(`${file} is of another plan or commit than this series; leave --resume away`);
    }
    const verdicts = verdictsOf(result);
    done.push(verdicts);
    const took = (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000;
    seconds += took;
    const load = result.machine?.loadAverageAfter?.toFixed(1) ?? 'not available';
    lab.say(`${run}: ${verdicts.map(tell).join(', ')}; load average ${load}, ${took.toFixed(0)} s`);
  }
  lab.say(`\n${stack} against itself, preset ${preset}, ${runs} runs\n`);
  const tally = tallyOf(done);
  lab.say(renderTable(TALLY_HEADER, tally));
  const minutes = `${(seconds / 60).toFixed(1)} minutes of measuring (aimed at: ${AIM_MINUTES} for 20 runs of quick)`;
  lab.say(`\n${conclusionOf(tally)}; ${minutes}`);
});

/** Runs `npm run bench` and keeps its result only when it is whole. @throws Error with the bench's own words. */
async function runBench(options: readonly string[], file: string, { folder, signal }: Lab): Promise<void> {
  const partial = `${file}.partial.json`;
  const words = [join(ROOT, 'bench/cli.ts'), ...options, '--cold', '0', '--out', partial];
  const limits = { cwd: folder, timeout: RUN_LIMIT_MS, signal };
  await promisify(execFile)(process.execPath, words, limits);
  await rename(partial, file);
}

const twice = (stack: string) => ['--stack', `a=${stack}`, '--stack', `b=${stack}`];

/** What all runs of a series share. */
function seriesOf({ plan, versions }: BenchResult): string {
  return JSON.stringify([plan, versions.gitCommit, versions.gitDirty]);
}

function tell({ scenario, figures }: SelfVerdict): string {
  if (figures === undefined) return `${scenario} NOT JUDGED`;
  const { ratio, low, high, verdict } = figures;
  const said = verdict === 'inconclusive' ? '' : ` ${verdict.toUpperCase()}`;
  return `${scenario} ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})${said}`;
}

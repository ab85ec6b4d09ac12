import { setTimeout as sleep } from 'node:timers/promises';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { isMissing } from '../analysis/metrics.ts';
import { factorOf, spreadOfSizes, withFactors } from '../analysis/prediction/calibrate.ts';
import { languageOf } from '../analysis/prediction/constants.ts';
import { workOf } from '../analysis/prediction/work.ts';
import { CALIBRATE_OPTIONS } from '../plan/calibrate-options.ts';
import { decimal } from '../reports/format.ts';
import { spreadText } from '../reports/on-lambda-table.ts';
import { renderTable } from '../reports/table.ts';
import type { CalibratedFactors } from '../results/factors-file.ts';
import { readFactors } from '../results/factors-file.ts';
import type { BenchResult } from '../results/result.ts';
import { readResult, writeWhole } from '../results/result-file.ts';
import { measureCat } from '../run/calibrate-cat.ts';
import { progressOn } from '../world/progress.ts';
import type { Terminal } from '../world/terminal.ts';
import { oneResult } from './one-result.ts';

const DEFAULT_MB = [256, 512, 1769];

const USAGE = (
  options: string,
) => `Usage: npm run bench -- calibrate <result file of this machine> --url NAME=ADDRESS --region REGION [options]

Measures the cat of a deployed stack at two or three memory sizes, and keeps the factors between this machine and your
account in a file, from which predictions then come. The result file tells what the same cat takes here.
It changes the memory size of the function, and gives it back at the end, after an interrupt too; it calls the cat some
100 times, and asks CloudWatch for the durations.

${options}

Exit codes: 0 done; 1 failed; 2 wrong usage; 130 interrupted.

Example:
  npm run bench -- --scenario cat --stack ts
  npm run bench -- calibrate results/x.json --url ts=https://abc123.execute-api.eu-west-3.amazonaws.com --region eu-west-3
`;

/** Runs `bench calibrate` and gives its exit code. @throws OptionError on wrong usage. */
export async function calibrateCommand(
  args: readonly string[],
  { env, stdout, stderr, world: given }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const line = readCommand({ options: CALIBRATE_OPTIONS, usage: USAGE }, args, env);
  if (line.kind === 'show') {
    stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const path = oneResult('calibrate', words);
  const { url, region, stage, sign, memory = DEFAULT_MB, calls, out } = values;
  const here = await readResult(path);
  const work = catOf(here, path, url.name);
  const before = await readFactors(out, false);
  const { m, n } = here.plan;
  if (m === undefined || n === undefined) {
    throw new OptionError(`${path} does not tell the cat's m and n: it was imported`);
  }
  const plan = { target: url, region, stage, sign, memoryMb: memory, calls, m, n };
  const measured = await measureCat(plan, {
    progress: progressOn(stderr, () => performance.now()),
    signal,
    nextTattoo: () => 0n,
    now: Date.now,
    steadyNow: () => performance.now(),
    sleep: (milliseconds, waitSignal) =>
      sleep(milliseconds, undefined, waitSignal === undefined ? {} : { signal: waitSignal }),
    ...given,
  });
  const sizes = measured.sizes.map(({ memoryMb, warmMs }) => {
    const meanMs = warmMs.reduce((sum, ms) => sum + ms, 0) / warmMs.length;
    return { memoryMb, calls: warmMs.length, meanMs, factor: factorOf(work, memoryMb, meanMs) };
  });
  const found: CalibratedFactors = {
    language: languageOf(measured.runtime),
    architecture: measured.architecture,
    region,
    measuredAt: new Date().toISOString(),
    cpuMs: work.warm.cpuMs,
    ...spreadOfSizes(sizes),
    sizes,
  };
  await writeWhole(out, `${JSON.stringify(withFactors(before, found), undefined, 2)}\n`);
  const rows = sizes.map((size) => [
    String(size.memoryMb),
    String(size.calls),
    decimal(size.meanMs),
    decimal(size.factor),
  ]);
  stdout.write(
    `${renderTable(['MB', 'calls', 'mean ms', 'factor'], rows)}\nCPU time on Lambda (${found.language}, ${found.architecture}) over here: ${spreadText(found)} times; kept in ${out}\n`,
  );
  return 0;
}

function catOf(result: BenchResult, path: string, stack: string) {
  const one = result.scenarios.find((each) => each.scenario === 'cat' && each.stack === stack);
  if (one === undefined)
    throw new OptionError(`${path} holds no cat on ${stack}: measure it by npm run bench -- --scenario cat`);
  const work = workOf(result, one);
  if (isMissing(work))
    throw new OptionError(`${path} does not tell what the cat takes here: ${work.missing}`);
  return work;
}

/** `npm run bench:self`: one stack against itself, again and again; every verdict but `inconclusive` is wrong. */
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Option, OptionTable } from '@sheep-shed/options';
import { OptionError, readFlags, renderOptions, resolveOptions } from '@sheep-shed/options';
import { wholeNumber, wordOf } from '@sheep-shed/options/readers';

import { BENCH_OPTIONS, LOCAL_STACK_NAMES, type LocalStackName } from '../../bench/plan/options.ts';
import { PRESET_NAMES, type PresetName, resolveWithPreset } from '../../bench/plan/presets.ts';
import { settleOptions } from '../../bench/plan/settle-options.ts';
import { renderTable } from '../../bench/reports/table.ts';
import { loadAverage } from '../../bench/run/machine.ts';
import { runBench } from '../../bench/run/whole-run.ts';
import { handleInterrupts } from '../../bench/world/interrupts.ts';
import { progressOn } from '../../bench/world/progress.ts';
import { type SelfVerdict, tallyOf, verdictsOf } from './tally.ts';

const OPTIONS = {
  runs: { help: 'runs of the bench', default: 20, ...wholeNumber(1, 1000) } satisfies Option<number>,
  stack: {
    help: 'the stack that runs under two names',
    default: 'ts',
    ...wordOf(LOCAL_STACK_NAMES),
  } satisfies Option<LocalStackName>,
  preset: { help: 'the plan', default: 'quick', ...wordOf(PRESET_NAMES) } satisfies Option<PresetName>,
} satisfies OptionTable;

const ROOT = dirname(dirname(import.meta.dirname));
const HEADER = ['scenario', 'inconclusive', 'faster', 'slower', 'not judged', 'median interval'];

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, words } = readFlags(OPTIONS, args);
  if (words[0] !== undefined) {
    throw new OptionError(`unexpected "${words[0]}"; options:\n${renderOptions(OPTIONS)}`);
  }
  const { runs, stack, preset } = resolveOptions(OPTIONS, { flags });
  const out = join(ROOT, 'results', 'self.json');
  const twice = { preset: [preset], stack: [`a=${stack}`, `b=${stack}`], cold: ['0'], out: [out] };
  const options = settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags: twice }));
  const steadyNow = () => performance.now();
  let tattoo = BigInt(Date.now()) << 20n;
  const world = {
    progress: progressOn({ write: () => undefined }, steadyNow),
    signal,
    nextTattoo: () => tattoo++,
    now: Date.now,
    steadyNow,
    sleep: (milliseconds: number, waitSignal?: AbortSignal) =>
      sleep(milliseconds, undefined, waitSignal === undefined ? {} : { signal: waitSignal }),
  };
  const done: SelfVerdict[][] = [];
  for (let run = 1; run <= runs; run++) {
    const startedAt = steadyNow();
    const { result, failure } = await runBench(ROOT, options, world);
    if (failure !== undefined) throw failure;
    const verdicts = verdictsOf(result);
    done.push(verdicts);
    const seconds = ((steadyNow() - startedAt) / 1000).toFixed(1);
    say(
      `${run}: ${verdicts.map(tell).join(', ')}; ${seconds} s, load average ${loadAverage()?.toFixed(1) ?? '-'}`,
    );
  }
  say(`\n${stack} against itself, preset ${preset}, ${runs} runs; every verdict but inconclusive is wrong`);
  say(renderTable(HEADER, tallyOf(done)));
}

function tell({ scenario, figures }: SelfVerdict): string {
  if (figures === undefined) return `${scenario} NOT JUDGED`;
  const { ratio, low, high, verdict } = figures;
  const said = verdict === 'inconclusive' ? '' : ` ${verdict.toUpperCase()}`;
  return `${scenario} ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})${said}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const signal = handleInterrupts(process, () => performance.now());
process.exitCode = await main(process.argv.slice(2), signal).then(
  () => 0,
  (error: unknown) => {
    if (signal.aborted) return 130;
    const isUsage = error instanceof OptionError;
    const said = isUsage ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`bench:self: ${said}\n`);
    return isUsage ? 2 : 1;
  },
);

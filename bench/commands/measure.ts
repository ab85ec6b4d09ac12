import { dirname, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { agentsCost } from '../analysis/agents-cost.ts';
import { judge, readGates } from '../analysis/gates.ts';
import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import { EXIT_CODES } from '../plan/gate-options.ts';
import { BENCH_OPTIONS } from '../plan/options.ts';
import { planOf } from '../plan/plan.ts';
import { PRESETS, presetOf } from '../plan/presets.ts';
import { type BenchOptions, settleOptions } from '../plan/settle-options.ts';
import { wantsColour } from '../reports/colour.ts';
import { renderJudgement } from '../reports/judgement.ts';
import { renderTerminal } from '../reports/terminal.ts';
import type { BenchResult } from '../results/result.ts';
import { writeWhole } from '../results/result-file.ts';
import { runBench } from '../run/whole-run.ts';
import { progressOn } from '../world/progress.ts';
import type { Terminal } from '../world/terminal.ts';
import { ownFactors } from './own-factors.ts';

const USAGE = (options: string) => `Usage: npm run bench -- [options]

Measures the four functions of the sheep shed: on this machine, or with --url on a deployed API.

${options}

Presets, whose values an option beats:
${Object.entries(PRESETS)
  .map(([name, { values }]) => `  ${name.padEnd(8)} ${sayValues(values)}`)
  .join('\n')}

${EXIT_CODES} An interrupted run writes what was measured; a second Ctrl-C ends at once.

Reports, comparisons and predictions from result files, any time: npm run bench -- report --help, compare --help,
predict --help. Other load engines: export --help, import --help

Examples:
  npm run bench
  npm run bench -- --preset quick
  npm run bench -- --against HEAD~1
  npm run bench -- --stack python --against ../other-checkout --scenario wolf
  npm run bench -- --scenario wolf --herd 10000 --duration 10
  npm run bench -- --stack a=ts --stack b=ts
  npm run bench -- --scenario dog --rate-steps 50,100,200,400 --slo 'p99<250ms'
  npm run bench -- --url https://abc123.execute-api.eu-west-3.amazonaws.com --preset classic
  npm run bench -- --url ts=https://abc123.execute-api.eu-west-3.amazonaws.com --region eu-west-3 --cold 20
  npm run bench -- --url ts=https://… --url python=https://… --region eu-west-3 --stage python=test --sign ts=eu-west-3
`;

const ROOT = dirname(dirname(import.meta.dirname));

/** Runs the bench for a command line and gives its exit code. @throws OptionError on wrong usage. */
export async function measureCommand(
  args: readonly string[],
  { env, stdout, stderr, world }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const command = { options: BENCH_OPTIONS, usage: USAGE, presetOf };
  const line = readCommand(command, args, env);
  if (line.kind === 'show') {
    stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  if (words.length > 0) throw new OptionError(`unexpected "${words[0]}"; options begin with --, see --help`);
  // Distinct over runs on a table that stays: microseconds since 1970 above a counter.
  let tattoo = BigInt(Date.now()) << 20n;
  const steadyNow = () => performance.now();
  const gates = await readGates(values);
  const options = settleOptions(values);
  const progress = progressOn(stderr, steadyNow);
  if (options.agentsRegion !== undefined) progress.line(agreedCost(options));
  const { result, path, failure } = await runBench(ROOT, options, {
    progress,
    signal,
    nextTattoo: (count = 1n) => {
      tattoo += count;
      return tattoo - count;
    },
    now: Date.now,
    steadyNow,
    sleep: (milliseconds, waitSignal) =>
      sleep(milliseconds, undefined, waitSignal === undefined ? {} : { signal: waitSignal }),
    ...world,
  });
  const hasColour = wantsColour(stdout, env);
  const factors = await ownFactors(undefined);
  const page = await writePage(path, result, factors);
  const [file, report] = [path, page].map((one) => relative(process.cwd(), one));
  const judgement = judge(result, gates);
  const names = { before: gates.baseline?.paths ?? [], after: file ?? path };
  const judged = renderJudgement(judgement, names, hasColour);
  stdout.write(`${renderTerminal(result, hasColour, factors)}\n\n`);
  if (judged !== '') stdout.write(`${judged}\n\n`);
  stdout.write(`Result file: ${file}\nReport:      ${report}\n`);
  if (signal.aborted) return 130;
  if (failure !== undefined) {
    const said = failure instanceof Error ? failure.stack : String(failure);
    stderr.write(`bench: ended early, the result file holds what was measured: ${said}\n`);
    return 1;
  }
  return judgement.code;
}

/** Above it a run from agents asks. */
const MOST_UNASKED_USD = 1;

/** What a run from agents costs at most, for a person. @throws OptionError when it is more than a dollar, and not agreed to. */
function agreedCost(options: BenchOptions): string {
  const names = options.targets?.map(({ name }) => name) ?? [];
  const { usd, agents, target, calls } = agentsCost(planOf(names, options));
  const parts = `${agents.toFixed(2)} the agents, ${target.toFixed(2)} the API with the slowest functions known`;
  const said = `${options.agents} agents and some ${Math.round(calls)} calls cost up to ${usd.toFixed(2)} USD (${parts})`;
  if (usd > MOST_UNASKED_USD && !options.yes) throw new OptionError(`--yes is missing: ${said}`);
  return said;
}

/** Writes the HTML report beside the result file. */
async function writePage(path: string, result: BenchResult, factors: PredictOptions): Promise<string> {
  // It takes 300 ms to load, which a run need not wait for before it measures.
  const { renderHtml } = await import('../reports/html/page.ts');
  const page = `${path.replace(/\.json$/, '')}.html`;
  await writeWhole(page, renderHtml(result, factors));
  return page;
}

function sayValues(values: Readonly<Record<string, string | number>>): string {
  const said = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  return said.length > 0 ? said.join(', ') : 'the defaults above';
}

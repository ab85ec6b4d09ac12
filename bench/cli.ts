import { dirname, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { OptionError, readFlags, renderOptions, resolveOptions } from '../src/config.ts';
import { runBench } from './bench.ts';
import { BENCH_OPTIONS, settleOptions } from './options.ts';
import { progressOn } from './progress.ts';
import { renderTerminal } from './reports/terminal.ts';
import { isWrong } from './result.ts';

const USAGE = `Usage: npm run bench -- [options]

Measures the four functions of the sheep shed: on this machine, or with --url on a deployed API.

${renderOptions(BENCH_OPTIONS)}

Exit codes: 0 all answers verified; 1 some did not; 2 wrong usage; 130 interrupted.

Examples:
  npm run bench
  npm run bench -- --scenario wolf --herd 10000 --duration 10
  npm run bench -- --url https://abc123.execute-api.eu-west-3.amazonaws.com --calls 1000
  npm run bench -- --url ts=https://abc123.execute-api.eu-west-3.amazonaws.com --region eu-west-3
`;

const ROOT = dirname(import.meta.dirname);

/** Runs the bench for a command line and gives its exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { flags, words } = readFlags(BENCH_OPTIONS, args);
  if (words.length > 0) throw new OptionError(`unexpected "${words[0]}"; options begin with --, see --help`);
  const values = resolveOptions(BENCH_OPTIONS, { environment: process.env, flags });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  // Distinct over runs on a table that stays: microseconds since 1970 above a counter.
  let tattoo = BigInt(Date.now()) << 20n;
  const { result, path } = await runBench(ROOT, settleOptions(values), {
    progress: progressOn(process.stderr),
    signal,
    nextTattoo: () => tattoo++,
    now: Date.now,
    sleep: (milliseconds, waitSignal) =>
      sleep(milliseconds, undefined, waitSignal === undefined ? {} : { signal: waitSignal }),
  });
  process.stdout.write(`${renderTerminal(result)}\n\nResult file: ${relative(process.cwd(), path)}\n`);
  if (signal.aborted) return 130;
  return result.scenarios.some(isWrong) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  process.exitCode = await main(process.argv.slice(2), interrupted.signal).catch((error: unknown) => {
    if (interrupted.signal.aborted) return 130;
    if (error instanceof OptionError) {
      process.stderr.write(`bench: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  });
}

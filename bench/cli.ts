import { fileURLToPath } from 'node:url';
import { OptionError } from '@sheep-shed/options';
import { measureCommand } from './commands/measure.ts';
import { handleInterrupts } from './world/interrupts.ts';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const signal = handleInterrupts(process, () => performance.now());
  const [, , ...args] = process.argv;
  process.exitCode = await main(args, signal).catch((error: unknown) => {
    if (signal.aborted) return 130;
    if (error instanceof OptionError) {
      process.stderr.write(`bench: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  });
}

/** Runs the command that the first word names and gives its exit code; without such a word it measures. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [word, ...rest] = args;
  if (word === 'report' || word === 'compare') {
    // Neither loads what the other, or measuring, needs.
    if (word === 'report') return (await import('./commands/report.ts')).reportCommand(rest);
    return (await import('./commands/compare.ts')).compareCommand(rest);
  }
  return measureCommand(args, signal);
}

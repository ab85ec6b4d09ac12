import module from 'node:module';
import { handleInterrupts } from './world/interrupts.ts';

// Stripping types and compiling takes half of the start; the second start finds both done. Node 20 has no such cache.
module.enableCompileCache?.();
const { OptionError } = await import('@sheep-shed/options');

/** Each command by its word, loaded only when it is called; without a word the bench measures. */
const COMMANDS = {
  measure: async () => (await import('./commands/measure.ts')).measureCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  compare: async () => (await import('./commands/compare.ts')).compareCommand,
  herd: async () => (await import('./commands/herd.ts')).herdCommand,
};
const [, , word = '', ...rest] = process.argv;
const isNamed = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);
const [name, args] = isNamed(word) ? ([word, rest] as const) : (['measure', process.argv.slice(2)] as const);

const signal = handleInterrupts(process, () => performance.now());
try {
  const command = await COMMANDS[name]();
  process.exitCode = await command(args, signal);
} catch (error) {
  if (signal.aborted) process.exitCode = 130;
  else {
    const isUsage = error instanceof OptionError;
    const said = isUsage ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${name === 'herd' ? 'herd' : 'bench'}: ${said}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

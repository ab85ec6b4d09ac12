import { OptionError } from '@sheep-shed/options';
import type { Terminal } from '../world/terminal.ts';

/** Each command by its word, loaded only when it is called; without a word the bench measures. */
const COMMANDS = {
  measure: async () => (await import('./measure.ts')).measureCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  compare: async () => (await import('./compare.ts')).compareCommand,
  predict: async () => (await import('./predict.ts')).predictCommand,
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  herd: async () => (await import('./herd.ts')).herdCommand,
};
const isNamed = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);

/**
 * Runs a command line of the bench and gives its exit code. What goes wrong is told on the terminal's standard error.
 * @param words those behind `bench`.
 */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const [word = '', ...rest] = words;
  const [name, args] = isNamed(word) ? ([word, rest] as const) : (['measure', words] as const);
  try {
    const command = await COMMANDS[name]();
    return await command(args, terminal, signal);
  } catch (error) {
    if (signal.aborted) return 130;
    const isUsage = error instanceof OptionError;
    const said = isUsage ? error.message : error instanceof Error ? error.stack : String(error);
    terminal.stderr.write(`${name === 'herd' ? 'herd' : 'bench'}: ${said}\n`);
    return isUsage ? 2 : 1;
  }
}

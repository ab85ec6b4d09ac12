import module from 'node:module';
import { handleInterrupts } from './world/interrupts.ts';

// Stripping types and compiling takes half of the start; the second start finds both done. Node 20 has no such cache.
module.enableCompileCache?.();
const { runCommand } = await import('./commands/run-command.ts');

const signal = handleInterrupts(process, () => performance.now());
process.exitCode = await runCommand(process.argv.slice(2), process, signal);

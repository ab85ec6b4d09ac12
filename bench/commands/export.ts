import type { Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { artilleryScript } from '../engines/artillery-script.ts';
import { exportedRun } from '../engines/exported-run.ts';
import { k6Script, k6TestRun } from '../engines/k6-script.ts';
import { EXPORT_OPTIONS } from '../plan/export-options.ts';
import { presetOf } from '../plan/presets.ts';
import type { Terminal } from '../world/terminal.ts';
import { put } from './report.ts';

const USAGE = (options: string) => `Usage: npm run bench -- export --for k6|k6-operator|artillery [options]

Writes a script with which another load engine makes the load of a run: the same scenarios and load model, the answers
verified as far as it can, --threshold and --slo as its thresholds. Without --url it calls what npm run local serves.

${options}

Exit codes: 0 written; 2 wrong usage, or more than the engine can do.

Examples:
  npm run bench -- export --for k6 --url https://… --duration 60 --rounds 5 --connections 50 --out load.js
  npm run bench -- export --for k6-operator --url https://… --scenario dog --rate 20000 --parallelism 20 --out load.yml
  npm run bench -- export --for artillery --url https://… --scenario cat --rate 100 --duration 60 --out load.yml
`;

/** Runs `bench export` and gives its exit code. @throws OptionError on wrong usage, and on what the engine cannot do. */
export async function exportCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = { options: EXPORT_OPTIONS, usage: USAGE, presetOf };
  const line = readCommand(command, args, terminal.env);
  if (line.kind === 'show') {
    terminal.stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  if (words.length > 0) throw new OptionError(`unexpected "${words[0]}"; options begin with --, see --help`);
  await put(scriptOf(values), values.out, terminal);
  return 0;
}

function scriptOf(values: Values<typeof EXPORT_OPTIONS>): string {
  const run = exportedRun(values);
  switch (values.for) {
    case 'k6':
      return k6Script(run);
    case 'k6-operator':
      return k6TestRun(run, values.parallelism);
    case 'artillery':
      return artilleryScript(run);
  }
}
